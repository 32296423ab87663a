import assert from 'node:assert/strict';
import type { LifecycleEvent, LifecycleEventType } from '../../core/lifecycle/index.js';
import { lifecycleEventId } from '../../core/lifecycle/index.js';
import type { InstanceRecord, InstanceSeed, JournalEntry, SignalRecord, SignalSeed } from '../../core/records/index.js';
import type {
  FlushResult,
  FlushUnit,
  LeaseGrant,
  PollRequest,
  PollResult,
  StartResult,
  StartUnit,
  StoreTransaction,
  WaitRow,
  WorkflowStore,
} from '../../core/store/index.js';
import { one } from './assertions.js';
import type { StoreHarness } from './store-harness.js';
import { Interleaving } from './interleaving.js';

/** The right to write an instance, as a record shows it. @internal */
export type Owner = Pick<InstanceRecord, 'id' | 'generation' | 'fence'>;

/** Lease of every claim that says nothing else. @internal */
export const LEASE_MS = 10_000;

/** What the cases are written in: short ways to start, claim, write and look. @internal */
export class ContractKit extends Interleaving {
  private readonly registered = new Set<string>();
  private other: WorkflowStore | undefined;
  private count = 0;

  constructor(
    readonly harness: StoreHarness,
    readonly rounds: number,
  ) {
    super();
  }

  get store(): WorkflowStore {
    return this.harness.store;
  }

  /** Another process's view. */
  async second(): Promise<WorkflowStore> {
    this.other ??= (await this.harness.second?.()) ?? this.harness.store;
    return this.other;
  }

  advance(ms: number): Promise<void> {
    return this.harness.advance(ms);
  }

  // --- making
  seed(extra: Partial<InstanceSeed> = {}): InstanceSeed {
    this.count += 1;
    const id = extra.id ?? `instance-${this.count}`;
    return {
      id,
      name: 'order',
      version: 1,
      input: '{"amount":1}',
      inputHash: 'hash-1',
      headers: {},
      attributes: {},
      priority: 1000,
      seed: `seed-${this.count}`,
      limits: [],
      idGiven: true,
      ...extra,
    };
  }

  grant(workerId = 'worker-1', buildId = 'build-1', leaseMs = LEASE_MS): LeaseGrant {
    return { workerId, buildId, leaseMs };
  }

  async start(extra: Partial<InstanceSeed> = {}, unit: Partial<StartUnit> = {}): Promise<StartResult> {
    return one(await this.store.start([{ seed: this.seed(extra), ...unit }]));
  }

  /** A new instance that waits for its first claim. */
  async created(extra: Partial<InstanceSeed> = {}, unit: Partial<StartUnit> = {}): Promise<InstanceRecord> {
    const result = await this.start(extra, unit);
    assert.equal(result.kind, 'created');
    return result.record;
  }

  /** A new instance that a worker has leased. */
  async running(extra: Partial<InstanceSeed> = {}, grant: LeaseGrant = this.grant()): Promise<InstanceRecord> {
    await this.known(grant.workerId, grant.buildId);
    const record = await this.created(extra, { lease: grant });
    assert.equal(record.workerId, grant.workerId);
    return record;
  }

  /** An instance that has waited since it was created. */
  async suspended(
    waits: readonly WaitRow[] = [],
    extra: Partial<InstanceSeed> = {},
    dueAt?: number,
  ): Promise<InstanceRecord> {
    const record = await this.running(extra);
    await this.write(record, {
      waits,
      transition: { kind: 'suspend', status: 'suspended', ...(dueAt === undefined ? {} : { dueAt }) },
    });
    return this.get(record.id);
  }

  async ended(extra: Partial<InstanceSeed> = {}, parts: Partial<FlushUnit> = {}): Promise<InstanceRecord> {
    const record = await this.running(extra);
    await this.write(record, { transition: { kind: 'end', status: 'completed', output: '1' }, ...parts });
    return this.get(record.id);
  }

  entry(position: number, extra: Partial<JournalEntry> = {}): JournalEntry {
    return {
      position,
      name: `step-${position}`,
      kind: 'step',
      status: 'completed',
      calledAt: position - 1,
      recordedAt: 1_700_000_000_000 + position,
      attempts: 1,
      value: `{"at":${position}}`,
      ...extra,
    };
  }

  wait(signal: string, extra: Partial<WaitRow> = {}): WaitRow {
    return { wait: `wait-${signal}`, condition: 'it', signal, ...extra };
  }

  signal(extra: Partial<SignalSeed> = {}): SignalSeed {
    this.count += 1;
    return { id: `signal-${this.count}`, name: 'paid', payload: '{"ok":true}', ...extra };
  }

  event(record: InstanceRecord, seq: number, type: LifecycleEventType): LifecycleEvent {
    return {
      type,
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

  // --- writing
  unit(owner: Owner, parts: Partial<FlushUnit> = {}): FlushUnit {
    return { workflowId: owner.id, generation: owner.generation, fence: owner.fence, entries: [], ...parts };
  }

  async flush(owner: Owner, parts: Partial<FlushUnit>, resend = false, store = this.store): Promise<FlushResult> {
    return one(await store.flush([this.unit(owner, parts)], resend));
  }

  /** A flush that has to be applied. */
  async write(owner: Owner, parts: Partial<FlushUnit>): Promise<Extract<FlushResult, { kind: 'applied' }>> {
    const result = await this.flush(owner, parts);
    assert.equal(result.kind, 'applied', describe(result));
    return result;
  }

  // --- claiming
  request(overrides: Partial<PollRequest> = {}): PollRequest {
    return {
      ...this.grant(),
      definitions: ['order@1'],
      limit: 100,
      allowSuspect: true,
      maxCrashes: 10,
      mismatchGraceMs: 600_000,
      ...overrides,
    };
  }

  /** Polls as a worker that has registered. */
  async poll(overrides: Partial<PollRequest> = {}, store = this.store): Promise<PollResult> {
    const request = this.request(overrides);
    await this.known(request.workerId, request.buildId, request.definitions);
    return store.poll(request);
  }

  /** Registers a worker once: registering again is how a process takes over the leases of an earlier one. */
  private async known(workerId: string, buildId: string, definitions?: readonly string[]): Promise<void> {
    if (!this.registered.has(`${workerId}|${buildId}`)) await this.register(workerId, buildId, definitions);
  }

  async register(workerId: string, buildId = 'build-1', definitions: readonly string[] = ['order@1']): Promise<void> {
    this.registered.add(`${workerId}|${buildId}`);
    await this.store.registerWorker({ id: workerId, buildId, definitions, heartbeatMs: 2_000 });
  }

  async claimedIds(overrides: Partial<PollRequest> = {}): Promise<string[]> {
    return (await this.poll(overrides)).claimed.map((record) => record.id);
  }

  /** Claims the one instance that has to be claimable. */
  async claim(id: string, overrides: Partial<PollRequest> = {}): Promise<InstanceRecord> {
    const { claimed } = await this.poll(overrides);
    assert.deepEqual(
      claimed.map((record) => record.id),
      [id],
    );
    return claimed[0] as InstanceRecord;
  }

  async assertNotClaimable(overrides: Partial<PollRequest> = {}): Promise<void> {
    assert.deepEqual(await this.claimedIds(overrides), []);
  }

  // --- looking
  async get(id: string): Promise<InstanceRecord> {
    const record = await this.store.find(id);
    assert.ok(record, `The instance "${id}" is gone.`);
    return record;
  }

  async names(id: string, generation?: number): Promise<string[]> {
    return (await this.store.readJournal(id, generation)).map((entry) => entry.name);
  }

  async inbox(owner: Owner): Promise<SignalRecord[]> {
    const inbox = one(await this.store.readInboxes([{ workflowId: owner.id, generation: owner.generation }]));
    return [...inbox.signals];
  }

  async inboxIds(owner: Owner): Promise<string[]> {
    return (await this.inbox(owner)).map((signal) => signal.id);
  }

  /** Every stored event that was not yet published, settled. */
  async events(): Promise<LifecycleEvent[]> {
    const events = await this.store.takeOutbox({ workerId: 'relay', limit: 10_000, leaseMs: 1_000 });
    await this.store.settleOutbox(events.map((event) => event.eventId));
    return events;
  }

  /** Asks until the answer holds; what the store does in the background gets its time. */
  async eventually(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
    for (let attempt = 0; attempt < 500; attempt += 1) {
      if (await holds()) return;
      await this.harness.pause();
    }
    assert.fail(`Never came true: ${what}.`);
  }

  /** Waits for an answer that a lock holds up, letting the lock time-out pass. */
  async pastLockTimeout<T>(answer: Promise<T>): Promise<T> {
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    answer.then(mark, mark);
    for (let attempt = 0; attempt < 500 && !settled; attempt += 1) {
      await this.harness.advance(this.harness.lockTimeoutMs);
      await this.harness.pause();
    }
    return answer;
  }
}

/** What a case throws to have a transaction rolled back. @internal */
export const ABANDONED = new Error('rolled back on purpose');

/** Starts something that has to wait while a transaction is open, and commits; the pending answer is wrapped so that it is not awaited inside. @internal */
export function whileOpen<T extends object>(
  kit: ContractKit,
  work: (transaction: StoreTransaction) => Promise<T>,
): Promise<T> {
  return kit.store.transaction(async (transaction) => {
    const started = await work(transaction);
    await kit.harness.pause();
    return started;
  });
}

function describe(result: FlushResult): string {
  return result.kind === 'rejected'
    ? `rejected: ${result.error.message}`
    : `The unit was not applied but ${result.kind}.`;
}
