import assert from 'node:assert/strict';
import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import type { StatePersistence, StateTransitionSeed } from '../../core/store/index.js';
import { hasCode } from './assertions.js';
import {
  casesOf,
  type CaseGroup,
  type ContractCase,
  type CreateHarness,
  type StoreContractOptions,
} from './contract-case.js';
import type { ContractKit } from './contract-kit.js';

const ABANDONED = new Error('abandoned');

const statesCases: CaseGroup = {
  title: 'State machines',
  define: (rule) => {
    rule('an unknown machine has no snapshot and no history', async (kit) => {
      assert.equal(await states(kit).load('nobody'), undefined);
      assert.deepEqual(await states(kit).history('nobody', { limit: 10 }), []);
    });

    rule('a transition comes back as it was written, with its time', async (kit) => {
      const full = seed(1, { from: '{"a":"b"}', metadata: '{"by":"Ada ♥"}' });
      const written = await states(kit).append(full);

      assert.equal(written.kind, 'stored');
      const found = await states(kit).load('m');
      assert.ok(found !== undefined && found.at > 0);
      const { at: _, ...rest } = found;
      assert.deepEqual(rest, full);
      assert.deepEqual(written.kind === 'stored' && written.record, found);
    });

    rule('only the next version is written; everything else is told the actual one and leaves nothing', async (kit) => {
      await written(kit, 3);
      for (const version of [1, 3, 5, 9]) {
        const outcome = await states(kit).append(seed(version, { token: `other ${version}` }));
        assert.deepEqual(outcome, { kind: 'conflict', actual: 3 });
      }
      assert.deepEqual(await states(kit).append(seed(2, { machineId: 'new' })), { kind: 'conflict', actual: 0 });
      assert.deepEqual(await versions(kit), [1, 2, 3]);
    });

    rule('an attempt sent again finds its own row, also behind later ones', async (kit) => {
      await written(kit, 3);
      const again = await states(kit).append(seed(2, { snapshot: '"ignored"' }));
      assert.equal(again.kind, 'stored');
      assert.deepEqual(await versions(kit), [1, 2, 3]);
    });

    rule('the history is read in pages, oldest first', async (kit) => {
      await written(kit, 5);
      assert.deepEqual(await versions(kit, 0, 2), [1, 2]);
      assert.deepEqual(await versions(kit, 2, 2), [3, 4]);
      assert.deepEqual(await versions(kit, 4, 2), [5]);
      assert.deepEqual(await versions(kit, 5, 2), []);
    });

    rule('of many writers of one version exactly one is stored, and versions stay dense', async (kit) => {
      const other = (await kit.second()).states as StatePersistence;
      for (let version = 1; version <= 20; version += 1) {
        const attempts = [states(kit), other].flatMap((one, process) =>
          [0, 1, 2].map((n) => one.append(seed(version, { token: `${version}-${process}-${n}` }))),
        );
        const outcomes = await Promise.all(attempts);
        assert.equal(outcomes.filter(({ kind }) => kind === 'stored').length, 1);
        for (const outcome of outcomes) if (outcome.kind === 'conflict') assert.equal(outcome.actual, version);
      }
      assert.equal((await versions(kit, 0, 100)).length, 20);
    });

    rule('what a transaction wrote is its own until the commit, and then everybody’s', async (kit) => {
      await written(kit, 1);
      await kit.harness.transaction(async (handle) => {
        assert.equal((await states(kit).append(seed(2), handle)).kind, 'stored');
        assert.equal((await states(kit).append(seed(3), handle)).kind, 'stored');
        assert.equal((await states(kit).load('m', handle))?.version, 3);
        assert.deepEqual(
          (await states(kit).history('m', { after: 1, limit: 9 }, handle)).map(({ version }) => version),
          [2, 3],
        );
        assert.equal((await states(kit).load('m'))?.version, 1);
      });
      assert.deepEqual(await versions(kit), [1, 2, 3]);
    });

    rule('what a transaction wrote is gone with its rollback, and the version is free', async (kit) => {
      const attempt = kit.harness.transaction(async (handle) => {
        await states(kit).append(seed(1), handle);
        throw ABANDONED;
      });
      await assert.rejects(attempt, (error) => error === ABANDONED);
      assert.equal(await states(kit).load('m'), undefined);
      assert.equal((await states(kit).append(seed(1, { token: 'another' }))).kind, 'stored');
    });

    rule('a conflict inside a transaction leaves the transaction usable', async (kit) => {
      await written(kit, 2);
      await kit.harness.transaction(async (handle) => {
        const lost = await states(kit).append(seed(2, { token: 'late' }), handle);
        assert.deepEqual(lost, { kind: 'conflict', actual: 2 });
        assert.equal((await states(kit).append(seed(3), handle)).kind, 'stored');
      });
      assert.deepEqual(await versions(kit), [1, 2, 3]);
    });

    rule('a writer waits for an open transaction on its version, and loses to its commit', async (kit) => {
      await written(kit, 1);
      let late: Promise<unknown> | undefined;
      await kit.harness.transaction(async (handle) => {
        await states(kit).append(seed(2), handle);
        late = states(kit).append(seed(2, { token: 'late' }));
        await kit.harness.pause();
      });
      assert.deepEqual(await late, { kind: 'conflict', actual: 2 });
    });

    rule('an open transaction on one machine holds up no other', async (kit) => {
      await kit.harness.transaction(async (handle) => {
        await states(kit).append(seed(1), handle);
        assert.equal((await states(kit).append(seed(1, { machineId: 'other' }))).kind, 'stored');
      });
    });

    rule('a transition commits with a start and a signal of its transaction, or not at all', async (kit) => {
      for (const fails of [true, false]) {
        const attempt = kit.store.transaction(async (transaction) => {
          await states(kit).append(seed(1), transaction.handle);
          await transaction.start({ seed: kit.seed({ id: 'runner' }) });
          if (fails) throw ABANDONED;
        });
        if (fails) await assert.rejects(attempt);
        else await attempt;
        assert.equal((await states(kit).load('m')) === undefined, fails);
        assert.equal((await kit.store.find('runner')) === undefined, fails);
      }
    });

    rule(
      'the event of a transition is in the outbox with its row, in the order of versions, and only then',
      async (kit) => {
        await states(kit).append(seed(1, { event: event(1) }));
        await states(kit).append(seed(1, { event: event(1), token: 'late' }));
        const undone = kit.harness.transaction(async (handle) => {
          await states(kit).append(seed(2, { event: event(2) }), handle);
          throw ABANDONED;
        });
        await assert.rejects(undone);
        await kit.harness.transaction((handle) => states(kit).append(seed(2, { event: event(2) }), handle));
        const { at = 0 } = (await states(kit).load('m')) ?? {};

        const told = await kit.events();
        assert.deepEqual(
          told.map(({ eventId }) => eventId),
          ['m:transition:1', 'm:transition:2'],
        );
        assert.deepEqual(told[1], { ...event(2), at });
        await kit.advance(3_600_000);
        assert.deepEqual(await kit.events(), []);
      },
    );

    rule(
      'a transition decided on another one than the last is not written, though its version is free',
      async (kit) => {
        await written(kit, 1);
        assert.deepEqual(await states(kit).append(seed(2, { follows: 'earlier' })), { kind: 'conflict', actual: 1 });
        assert.equal((await states(kit).append(seed(2, { follows: 't-1' }))).kind, 'stored');
      },
    );

    rule('an ended machine is deleted with those that it invoked and with its ended instances', async (kit) => {
      await family(kit, 'm');
      await states(kit).append(seed(1, { machineId: 'm2', ended: 'completed' }));
      await kit.ended({ id: 'm2/transition#1' });

      assert.equal(await states(kit).delete('m'), true);

      assert.deepEqual(await machines(kit, 'm', 'm/transition#1/kid', 'm2'), [undefined, undefined, 1]);
      assert.deepEqual(await instances(kit), ['m2/transition#1']);
      assert.equal(await states(kit).delete('m'), false);
      assert.equal((await states(kit).append(seed(1, { token: 'anew' }))).kind, 'stored');
      assert.equal(await states(kit).delete('m'), false);
    });

    rule('a machine stays that is not ended, was invoked, or has something left to be done', async (kit) => {
      await family(kit, 'm');
      await kit.created({ id: 'm/transition#2' });
      await states(kit).append(seed(1, { machineId: 'active' }));

      for (const id of ['m', 'm/transition#1/kid', 'active', 'unknown'])
        assert.equal(await states(kit).delete(id), false);
      assert.deepEqual(await machines(kit, 'm', 'm/transition#1/kid', 'active'), [2, 1, 1]);
      assert.equal((await instances(kit)).length, 4);
    });

    rule('a purge takes machines that ended before, after all their instances, up to its limit', async (kit) => {
      await family(kit, 'family');
      for (const [id, ended] of Object.entries({ old1: 'completed', old2: 'completed', broken: 'failed' } as const)) {
        await states(kit).append(seed(1, { machineId: id, ended }));
      }
      await states(kit).append(seed(1, { machineId: 'active' }));
      await kit.advance(10_000);
      await states(kit).append(seed(1, { machineId: 'young', ended: 'completed' }));
      const endedBefore = ((await states(kit).load('young'))?.at ?? 0) - 5_000;
      const purge = (limit: number) => states(kit).purge({ endedBefore, status: ['completed'], limit });

      assert.deepEqual([await purge(1), await purge(10), await purge(10)], [1, 1, 0]);
      assert.deepEqual(await machines(kit, 'old1', 'old2', 'family', 'broken', 'active', 'young'), [
        undefined,
        undefined,
        2,
        1,
        1,
        1,
      ]);
      for (const id of ['family', 'family/transition#1', 'family/transition#1/kid']) await kit.store.delete(id);
      assert.equal(await purge(10), 1);
      assert.deepEqual(await machines(kit, 'family', 'family/transition#1/kid'), [undefined, undefined]);
      assert.equal(await states(kit).purge({ endedBefore, limit: 10 }), 1);
    });

    rule('what is not an open transaction is refused by name', async (kit) => {
      for (const nonsense of [null, {}, 'transaction', kit.store]) {
        await assert.rejects(async () => states(kit).append(seed(1), nonsense), hasCode('WORKFLOW_TRANSACTION'));
        await assert.rejects(async () => states(kit).load('m', nonsense), hasCode('WORKFLOW_TRANSACTION'));
      }
    });
  },
};

/**
 * The rules that every `StatePersistence` keeps, as cases for any test runner: that of the store (`store.states`) is tested.
 *
 * @param create makes an empty store; called once per case
 * @publicApi
 */
export function statePersistenceContract(create: CreateHarness, options: StoreContractOptions = {}): ContractCase[] {
  return casesOf(statesCases, create, options.rounds ?? 500);
}

function states(kit: ContractKit): StatePersistence {
  assert.ok(kit.store.states !== undefined, 'the store keeps no state machines');
  return kit.store.states;
}

/** An ended machine, whose first transition invoked another one, with every instance that this takes. */
async function family(kit: ContractKit, machineId: string): Promise<void> {
  const kid = `${machineId}/transition#1/kid`;
  await states(kit).append(seed(1, { machineId }));
  await states(kit).append(seed(1, { machineId: kid }));
  await states(kit).append(seed(2, { machineId, ended: 'completed' }));
  for (const id of [machineId, `${machineId}/transition#1`, kid]) await kit.ended({ id });
}

/** The version of each. */
async function machines(kit: ContractKit, ...ids: readonly string[]): Promise<(number | undefined)[]> {
  const records = await Promise.all(ids.map((id) => states(kit).load(id)));
  return records.map((record) => record?.version);
}

async function instances(kit: ContractKit): Promise<string[]> {
  return (await kit.store.list({ limit: 100 })).map(({ id }) => id).sort();
}

function seed(version: number, more: Partial<StateTransitionSeed> = {}): StateTransitionSeed {
  return {
    machineId: 'm',
    version,
    name: 'order',
    definitionVersion: 1,
    to: `state ${version}`,
    trigger: 'go',
    snapshot: `{"version":${version}}`,
    token: `t-${version}`,
    ...more,
  };
}

function event(version: number): Omit<LifecycleEvent, 'at'> {
  return {
    type: 'state_transitioned',
    eventId: `m:transition:${version}`,
    seq: version,
    workflowId: 'm',
    workflowName: 'order',
    version: 1,
    generation: 1,
    status: 'running',
    headers: { by: 'Ada ♥' },
    detail: { transition: { version, to: `state ${version}`, trigger: 'go' } },
  };
}

async function written(kit: ContractKit, upTo: number): Promise<void> {
  for (let version = 1; version <= upTo; version += 1)
    assert.equal((await states(kit).append(seed(version))).kind, 'stored');
}

async function versions(kit: ContractKit, after = 0, limit = 10): Promise<number[]> {
  return (await states(kit).history('m', { after, limit })).map(({ version }) => version);
}
