import { lifecycleEventId, type LifecycleEvent } from '../../lib/core/lifecycle/index.js';
import {
  newWorkflowId,
  type InstanceRecord,
  type InstanceSeed,
  type JournalEntry,
} from '../../lib/core/records/index.js';
import type { FlushResult, FlushUnit, PollRequest, WorkflowStore } from '../../lib/core/store/index.js';

export const LEASE_MS = 10_000;

/** The right to write an instance. */
export type Owner = Pick<InstanceRecord, 'id' | 'generation' | 'fence'>;

export function seedOf(extra: Partial<InstanceSeed> = {}): InstanceSeed {
  const id = newWorkflowId();
  return {
    id,
    name: 'order',
    version: 1,
    input: '{"amount":1}',
    inputHash: 'hash-1',
    headers: {},
    attributes: {},
    priority: 1_000,
    seed: `seed of ${id}`,
    limits: [],
    idGiven: extra.id !== undefined,
    ...extra,
  };
}

export function entryOf(position: number, extra: Partial<JournalEntry> = {}): JournalEntry {
  return {
    position,
    name: `step-${position}`,
    kind: 'step',
    status: 'completed',
    calledAt: position - 1,
    recordedAt: 1_700_000_000_000,
    attempts: 1,
    value: `{"at":${position}}`,
    ...extra,
  };
}

export function unitOf(owner: Owner, parts: Partial<FlushUnit> = {}): FlushUnit {
  return { workflowId: owner.id, generation: owner.generation, fence: owner.fence, entries: [], ...parts };
}

/** What a unit has beside an entry by which its instance ends. */
export const LAST: Partial<FlushUnit> = { transition: { kind: 'end', status: 'completed' }, waitless: true };

export function pollOf(extra: Partial<PollRequest> = {}): PollRequest {
  return {
    workerId: 'worker-1',
    buildId: 'build-1',
    leaseMs: LEASE_MS,
    definitions: ['order@1'],
    limit: 100,
    allowSuspect: true,
    maxCrashes: 10,
    mismatchGraceMs: 600_000,
    ...extra,
  };
}

export function eventOf(record: InstanceRecord, seq: number): LifecycleEvent {
  return {
    type: 'step_completed',
    eventId: lifecycleEventId(record.id, record.generation, seq),
    seq,
    workflowId: record.id,
    workflowName: record.name,
    version: record.version,
    generation: record.generation,
    at: 1_700_000_000_000,
    status: record.status,
    headers: {},
  };
}

/** New instances that a worker has leased. */
export async function startRunning(
  store: WorkflowStore,
  count: number,
  extra: Partial<InstanceSeed> = {},
  workerId = 'worker-1',
): Promise<InstanceRecord[]> {
  const lease = { workerId, buildId: 'build-1', leaseMs: LEASE_MS };
  const results = await store.start(Array.from({ length: count }, () => ({ seed: seedOf(extra), lease })));
  return results.map((result) => {
    if (result.kind !== 'created') throw new Error(`An instance was not created but ${result.kind}.`);
    return result.record;
  });
}

export async function flushOne(store: WorkflowStore, owner: Owner, parts: Partial<FlushUnit>, resend = false) {
  const [result] = await store.flush([unitOf(owner, parts)], resend);
  return result as FlushResult;
}

/** As a flusher does it: units whose rows another statement holds are sent again, until the store has decided on each. */
export async function flushDecided(store: WorkflowStore, units: readonly FlushUnit[]): Promise<FlushResult[]> {
  const results = await store.flush(units);
  const open = [...results.keys()].filter((index) => results[index]?.kind === 'locked');
  if (open.length === 0) return results;
  const later = await flushDecided(
    store,
    open.map((index) => units[index] as FlushUnit),
  );
  for (const [place, index] of open.entries()) results[index] = later[place] as FlushResult;
  return results;
}
