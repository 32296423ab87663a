import type { LocalDispatcher } from '../core/dispatch/index.js';
import { Execution, Lease, type EngineServices, type Verdict } from '../core/execution/index.js';
import type { InstanceRecord, JournalEntry } from '../core/records/index.js';
import { definitionKey } from '../core/records/index.js';
import type { LeaseGrant, PollResult, StoreHint, WorkerIdentity } from '../core/store/index.js';
import { TimerQueue, type Cancellable } from '../core/time/index.js';
import { LeaseKeeper } from './lease-keeper.js';
import { Shutdown } from './shutdown.js';
import { WarmCache } from './warm-cache.js';
import type { WorkerOptions } from './worker-options.js';

const POLL = '$poll';
const RENEW = '$renew';
const SWEEP = '$sweep';
/** Between two looks at bodies that have run for long. */
const SWEEP_INTERVAL_MS = 500;
/** Before rows that were locked during a renewal are asked for again. */
const SKIPPED_RENEWAL_MS = 100;

/** What a worker is doing. @publicApi */
export interface WorkerStatus {
  readonly running: boolean;
  readonly id: string | undefined;
  /** Instances being executed. */
  readonly executing: number;
  /** Suspended instances kept in memory. */
  readonly warm: number;
}

/**
 * Claims instances that are due, executes them, keeps their leases, and gives everything back at shutdown.
 *
 * @publicApi
 */
export class Worker implements LocalDispatcher {
  private readonly executions = new Map<string, Execution>();
  private readonly suspects = new Set<string>();
  private readonly warm: WarmCache;
  private readonly keeper: LeaseKeeper;
  private readonly timers: TimerQueue;
  private definitions: string[] = [];
  private identity: WorkerIdentity | undefined;
  private hints: Cancellable | undefined;
  private reserved = 0;
  private isRunning = false;
  private isPolling = false;
  private pollAgain = false;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly services: EngineServices,
    private readonly options: WorkerOptions,
  ) {
    this.warm = new WarmCache(options.warmInstances);
    this.keeper = new LeaseKeeper(services, options.leaseMs, this.executions);
    this.timers = new TimerQueue(services.clock, (id) => {
      this.onTimer(id);
    });
  }

  get status(): WorkerStatus {
    return { running: this.isRunning, id: this.identity?.id, executing: this.executions.size, warm: this.warm.size };
  }

  /** Registers with the store, takes over what an earlier process of the same id left, and begins to claim. */
  async start(): Promise<void> {
    if (this.isRunning) return;
    const { store } = this.services;
    this.definitions = this.services.registry.keys();
    this.identity = (await store.acquireWorkerId?.(this.options.id)) ?? {
      id: this.options.id,
      release: () => Promise.resolve(),
    };
    await store.registerWorker({
      id: this.identity.id,
      buildId: this.options.buildId,
      definitions: this.definitions,
      heartbeatMs: this.options.pollIntervalMs,
    });
    this.isRunning = true;
    this.hints = store.onHint((hint) => {
      this.onHint(hint);
    });
    this.nudge();
  }

  /** Stops claiming, lets open bodies end up to the shutdown time-out, and hands every lease back. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.hints?.cancel();
    this.timers.remove(POLL);
    await new Shutdown(this.services.clock, this.options.shutdownTimeoutMs).run(this.executions, () => this.whenIdle());
    this.timers.clear();
    this.warm.clear();
    const { identity } = this;
    if (identity === undefined) return;
    try {
      await this.services.store.unregisterWorker(identity.id);
      await identity.release();
    } catch (error) {
      // A store that is gone forgets the worker by itself.
      this.services.logger.warn('The worker could not be unregistered.', { error: String(error) });
    }
  }

  /** Looks at the store at once. */
  nudge(): void {
    if (!this.isRunning) return;
    if (this.isPolling) {
      this.pollAgain = true;
      return;
    }
    void this.pollOnce().catch((error: unknown) => {
      this.services.logger.warn('The store could not be polled.', { error: String(error) });
    });
  }

  /** One look at the store: claims what is due and begins to execute it. Returns how many instances were claimed. */
  async pollOnce(): Promise<number> {
    if (this.isPolling) {
      this.pollAgain = true;
      return 0;
    }
    this.isPolling = true;
    this.pollAgain = false;
    let nextInMs = this.options.pollIntervalMs;
    try {
      const sentAt = this.services.clock.monotonic();
      const answer = await this.services.store.poll(this.request());
      this.services.storeTime.observe(answer.now);
      for (const event of answer.events) if (!this.services.options.outbox) this.services.bus.publish(event);
      await this.executeAll(answer.claimed, sentAt);
      nextInMs = this.nextPoll(answer);
      return answer.claimed.length;
    } finally {
      this.isPolling = false;
      if (this.isRunning) this.timers.set(POLL, this.pollAgain ? 0 : nextInMs);
    }
  }

  /** Polls until nothing is due and nothing executes; for tests. */
  async drain(): Promise<void> {
    do {
      await this.whenIdle();
    } while ((await this.pollOnce()) > 0 || this.executions.size > 0);
  }

  reserve(key: string): LeaseGrant | undefined {
    if (!this.isRunning || this.identity === undefined || this.freePlaces <= 0 || !this.definitions.includes(key))
      return undefined;
    this.reserved += 1;
    return { workerId: this.identity.id, buildId: this.options.buildId, leaseMs: this.options.leaseMs };
  }

  adopt(record: InstanceRecord, leasedAt: number): void {
    this.reserved -= 1;
    this.execute(record, [], leasedAt);
  }

  decline(): void {
    this.reserved -= 1;
  }

  private get freePlaces(): number {
    return Math.max(0, this.options.concurrency - this.executions.size - this.reserved);
  }

  private request() {
    const { buildId, leaseMs, maxCrashes, mismatchGraceMs } = this.options;
    return {
      workerId: this.identity?.id ?? this.options.id,
      buildId,
      leaseMs,
      definitions: this.definitions,
      limit: this.isRunning ? this.freePlaces : 0,
      allowSuspect: this.suspects.size === 0,
      maxCrashes,
      mismatchGraceMs,
    };
  }

  private nextPoll(answer: PollResult): number {
    if (answer.more && this.freePlaces > 0) return 0;
    const { pollIntervalMs } = this.options;
    if (answer.nextDueAt === undefined) return pollIntervalMs;
    // Rounded up: the store judges what is due, and a prompt that comes early would find nothing.
    return Math.min(pollIntervalMs, Math.max(0, Math.ceil(answer.nextDueAt - this.services.storeTime.now())));
  }

  private async executeAll(claimed: readonly InstanceRecord[], sentAt: number): Promise<void> {
    const cold: InstanceRecord[] = [];
    for (const record of claimed) {
      const warm = this.warm.take(record.id);
      // Valid only when nobody claimed, and nobody wrote, in between.
      const isSame =
        warm?.record.fence === record.fence - 1 &&
        warm.record.generation === record.generation &&
        warm.journal.head === record.head;
      if (warm !== undefined && isSame) this.resume(warm, record, sentAt);
      else cold.push(record);
    }
    if (cold.length === 0) return;
    const journals = await this.services.store.readJournals(
      cold.map(({ id, generation }) => ({ workflowId: id, generation })),
    );
    cold.forEach((record, index) => {
      this.execute(record, journals[index] ?? [], sentAt);
    });
  }

  private resume(execution: Execution, record: InstanceRecord, sentAt: number): void {
    execution.reclaim(record, this.lease(record, sentAt));
    void this.follow(execution);
  }

  private execute(record: InstanceRecord, entries: readonly JournalEntry[], sentAt: number): void {
    const definition =
      this.services.registry.get(record.name, record.version) ??
      this.services.registry.compatible(record.name, record.version);
    if (definition === undefined) {
      this.services.logger.error('An instance was claimed that cannot run here.', {
        workflowId: record.id,
        definition: definitionKey(record.name, record.version),
      });
      return;
    }
    const hooks = {
      promptAt: (id: string, dueAt: number) => {
        this.promptAt(id, dueAt);
      },
    };
    void this.follow(new Execution(this.services, definition, record, entries, this.lease(record, sentAt), hooks));
  }

  private lease(record: InstanceRecord, sentAt: number): Lease {
    return new Lease(this.services.clock, record.fence, sentAt, this.options.leaseMs);
  }

  private async follow(execution: Execution): Promise<void> {
    const { id } = execution.record;
    this.executions.set(id, execution);
    if (execution.record.crashes >= 2) this.suspects.add(id);
    if (!this.timers.has(RENEW)) this.timers.set(RENEW, this.options.heartbeatIntervalMs);
    if (!this.timers.has(SWEEP)) this.timers.set(SWEEP, SWEEP_INTERVAL_MS);
    let verdict: Verdict;
    try {
      verdict = await execution.run();
    } catch (error) {
      // The store could not be reached for good, or a defect of the engine: the lease runs out, and somebody replays.
      this.services.logger.error('Executing an instance failed.', { workflowId: id, error: String(error) });
      execution.lose();
      verdict = { kind: 'lost' };
    }
    if (this.executions.get(id) === execution) this.executions.delete(id);
    this.suspects.delete(id);
    this.timers.remove(id);
    this.conclude(execution, verdict);
  }

  private conclude(execution: Execution, verdict: Verdict): void {
    const { id } = execution.record;
    if (verdict.kind === 'suspended') {
      if (this.isRunning) this.warm.put(id, execution);
      if (verdict.dueAt !== undefined) this.pollBy(verdict.dueAt);
      // A wake-up may have been routed between the suspension and now.
    } else if (verdict.kind === 'ended') {
      this.services.store.hint({ kind: 'ended', workflowId: id });
    } else if (verdict.kind === 'continued') {
      const hooks = {
        promptAt: (workflowId: string, dueAt: number) => {
          this.promptAt(workflowId, dueAt);
        },
      };
      void this.follow(new Execution(this.services, execution.definition, verdict.record, [], execution.lease, hooks));
      return;
    } else if (verdict.kind === 'mismatch' || verdict.kind === 'released') {
      this.services.store.hint({ kind: 'due' });
    }
    if (this.executions.size === 0) this.notifyIdle();
    if (this.backlog) this.nudge();
  }

  /** A place came free while more was due than fitted. */
  private get backlog(): boolean {
    return this.isRunning && this.wasFull && this.freePlaces > this.options.concurrency / 4;
  }
  private wasFull = false;

  private promptAt(workflowId: string, dueAt: number): void {
    this.timers.set(workflowId, Math.max(0, Math.ceil(dueAt - this.services.storeTime.now())));
  }

  private pollBy(dueAt: number): void {
    const inMs = Math.max(0, Math.ceil(dueAt - this.services.storeTime.now()));
    if (inMs < this.options.pollIntervalMs) this.pollSoon(inMs);
  }

  private pollSoon(inMs: number): void {
    if (!this.isRunning || this.isPolling) {
      this.pollAgain = true;
      return;
    }
    const remaining = this.timers.remaining(POLL);
    if (remaining === undefined || inMs < remaining) this.timers.set(POLL, inMs);
  }

  private onTimer(id: string): void {
    if (id === POLL) this.nudge();
    else if (id === RENEW) void this.renew();
    else if (id === SWEEP) this.sweep();
    else this.executions.get(id)?.wake();
  }

  private async renew(): Promise<void> {
    const skipped = await this.keeper.renew(this.identity?.id ?? this.options.id);
    if (this.executions.size === 0) return;
    this.timers.set(RENEW, skipped.length > 0 ? SKIPPED_RENEWAL_MS : this.options.heartbeatIntervalMs);
  }

  private sweep(): void {
    const now = this.services.clock.monotonic();
    for (const execution of this.executions.values()) execution.sweep(now);
    if (this.executions.size > 0) this.timers.set(SWEEP, SWEEP_INTERVAL_MS);
  }

  private onHint(hint: StoreHint): void {
    if (hint.kind === 'due') {
      this.nudge();
    } else if (hint.kind === 'woken') {
      if (this.executions.has(hint.workflowId))
        void this.keeper.renew(this.identity?.id ?? this.options.id, hint.workflowId);
      else this.nudge();
    }
  }

  private whenIdle(): Promise<void> {
    if (this.executions.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.idleWaiters.push(resolve);
    });
  }

  private notifyIdle(): void {
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const waiter of waiters) waiter();
  }
}
