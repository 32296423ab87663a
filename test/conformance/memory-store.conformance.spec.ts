import { systemClock, VirtualClock } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import {
  statePersistenceContract,
  workflowStoreContract,
  type ContractCase,
  type StoreHarness,
} from '../../lib/testing/index.js';

const LOCK_TIMEOUT_MS = 50;

function harnessOf(yieldEach: (() => Promise<void>) | undefined): StoreHarness {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock, yieldEach, outbox: true, lockTimeoutMs: LOCK_TIMEOUT_MS });
  return {
    store,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    second: async () => new MemoryStore({ clock, yieldEach, sharedWith: store }),
    advance: (ms) => clock.advance(ms),
    pause: () => new Promise((resolve) => systemClock.macrotask(resolve)),
    transaction: (work) => store.transaction((transaction) => work(transaction.handle)),
    dispose: () => store.close(),
  };
}

/** Every rule, for stores made that way. */
function contract(create: () => StoreHarness): ContractCase[] {
  const make = async () => create();
  return [...workflowStoreContract(make), ...statePersistenceContract(make)];
}

/** Answers come back in a different order every time, and in the same ones in every run. */
function unevenTurns(): () => Promise<void> {
  let state = 7;
  return async () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    for (let turns = (state >> 8) % 4; turns > 0; turns -= 1) {
      await new Promise<void>((resolve) => systemClock.macrotask(resolve));
    }
  };
}

describe('MemoryStore keeps the store contract', () => {
  describe('when every call takes one turn of the promise queue', () => {
    for (const { name, run } of contract(() => harnessOf(undefined))) it(name, run);
  });

  describe('when calls overtake each other', () => {
    for (const { name, run } of contract(() => harnessOf(unevenTurns()))) it(name, run);
  });
});
