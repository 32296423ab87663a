import type { LocalDispatcher } from '../core/dispatch/index.js';
import type { EngineServices, Verdict } from '../core/execution/index.js';
import type { EndedInstance, InstanceRecord } from '../core/records/index.js';
import type {
  LeaseGrant,
  PollRequest,
  PollResult,
  StoreHint,
  WorkerIdentity,
  WorkerRegistration,
} from '../core/store/index.js';
import { TimerQueue, type Cancellable } from '../core/time/index.js';
import { ExecutionPool, type AwaitsLimit, type PoolListener } from './execution-pool.js';
import { LeaseKeeper } from './lease-keeper.js';
import { Shutdown } from './shutdown.js';
import { signOff } from './sign-off.js';
import type { WorkerOptions } from './worker-options.js';
import type { WorkerStatus } from './worker-status.js';

const POLL = '$poll';
const RENEW = '$renew';
const SWEEP = '$sweep';
/** Between two looks at bodies that have run for long. */
const SWEEP_INTERVAL_MS = 500;
/** Before rows that were locked during a renewal are asked for again. */
const SKIPPED_RENEWAL_MS = 100;
/** Instances of one claim: while the store looks for the next ones, those before them execute. */
const CLAIMED_AT_ONCE = 500;

/**
 * Claims instances that are due, executes them, keeps their leases, and gives everything back at shutdown.
 *
 * @publicApi
 */
export class Worker implements LocalDispatcher, PoolListener {
  private readonly pool: ExecutionPool;
  private readonly keeper: LeaseKeeper;
  /** One heap for all timers of the worker: its own, and the prompts of instances, by id. */
  private readonly timers: TimerQueue;
  private definitions: string[] = [];
  /** How many definitions there were when the worker last said what it can run. */
  private announced = 0;
  private identity: WorkerIdentity | undefined;
  private hints: Cancellable | undefined;
  private stopListening: () => void = () => undefined;
  private readonly endListeners = new Set<(instance: EndedInstance) => void>();
  private reserved = 0;
  private isRunning = false;
  private isPolling = false;
  /** The last look at the store, which may be under way. */
  private polling: Promise<unknown> = Promise.resolve();
  private pollAgain = false;
  /** It has stopped: what was asked for before and comes now is left to others. */
  private isOver = false;
  private hasBacklog = false;

  constructor(
    private readonly services: EngineServices,
    private readonly options: WorkerOptions,
  ) {
    this.pool = new ExecutionPool(services, options, this);
    this.keeper = new LeaseKeeper(services, options, this.pool.executions);
    this.timers = new TimerQueue(services.clock, (id) => {
      this.onTimer(id);
    });
  }

  get status(): WorkerStatus {
    return { running: this.isRunning, id: this.identity?.id, executing: this.pool.size, warm: this.pool.warmSize };
  }

  /** Registers with the store, takes over what an earlier process of the same id left, and begins to claim. */
  async start(): Promise<void> {
    if (this.isRunning) return;
    const { store, registry, storeTime } = this.services;
    const { id } = this.options;
    this.announced = registry.size;
    this.definitions = registry.claimable();
    this.identity = (await store.acquireWorkerId?.(id)) ?? { id, release: () => Promise.resolve() };
    await store.registerWorker(this.registration(this.identity, this.definitions));
    // The store's time first: what is computed from it would be wrong by the difference of the clocks.
    storeTime.observe((await store.poll({ ...this.request(), limit: 0 })).now);
    this.isRunning = true;
    this.isOver = false;
    this.hints = store.onHint((hint) => {
      this.onHint(hint);
    });
    this.stopListening = registry.onAdded(() => {
      this.nudge();
    });
    this.nudge();
  }

  /** Stops claiming, lets open bodies end up to the shutdown time-out, and hands every lease back. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.hints?.cancel();
    this.stopListening();
    this.timers.remove(POLL);
    const shutdown = new Shutdown(this.services.clock, this.options.shutdownTimeoutMs);
    // What it has claimed meanwhile goes back with the rest.
    await shutdown.waitFor(this.polling);
    await shutdown.run(this.pool.executions, () => this.pool.whenIdle());
    this.isOver = true;
    this.timers.clear();
    this.pool.cool();
    if (this.identity !== undefined) await signOff(this.services, this.identity);
  }

  /** Looks at the store at once. */
  nudge(): void {
    if (!this.isRunning) return;
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
    const poll = this.poll();
    this.polling = poll.catch(() => undefined);
    return poll;
  }

  private async poll(): Promise<number> {
    this.isPolling = true;
    this.pollAgain = false;
    let nextInMs = this.options.pollIntervalMs;
    try {
      const { clock, store, storeTime, options, bus } = this.services;
      await this.announceAdded();
      const sentAt = clock.monotonic();
      const answer = await store.poll(this.request());
      storeTime.observe(answer.now);
      if (!options.outbox) for (const event of answer.events) bus.publish(event);
      if (!this.isOver) await this.pool.claim(answer.claimed, sentAt, () => !this.isRunning);
      nextInMs = this.nextPollInMs(answer);
      return answer.claimed.length;
    } finally {
      this.isPolling = false;
      if (this.isRunning) this.timers.set(POLL, this.pollAgain ? 0 : nextInMs);
    }
  }

  /**
   * Polls until nothing is due and everything that executes has ended, was suspended, or waits in process for its next attempt.
   * For tests. Waits for step bodies.
   *
   * @param awaitsLimit Asked of each instance of which only time would end the bodies; without it these are waited for like all others.
   */
  async drain(awaitsLimit: AwaitsLimit = never): Promise<void> {
    const isQuiet = (): boolean => !this.isPolling && this.pool.isQuiet(awaitsLimit);
    do {
      while (!isQuiet()) await this.macrotask();
    } while ((await this.pollOnce()) > 0 || !isQuiet());
  }

  reserve(key: string): LeaseGrant | undefined {
    if (!this.isRunning || this.identity === undefined || this.freePlaces <= 0) return undefined;
    // Instants are judged by the store's time: what runs here before it is known would set them by a clock that may be wrong.
    if (!this.definitions.includes(key) || !this.services.storeTime.isKnown) return undefined;
    this.reserved += 1;
    return { workerId: this.identity.id, buildId: this.options.buildId, leaseMs: this.options.leaseMs };
  }

  adopt(record: InstanceRecord, leasedAt: number): void {
    this.reserved -= 1;
    if (this.isOver) return;
    // When the answer was late, the lease may have passed to another worker, or back to this one by a claim.
    if (record.fence === 1 && record.workerId === this.identity?.id) this.pool.execute(record, [], leasedAt);
  }

  decline(): void {
    this.reserved -= 1;
  }

  executes(workflowId: string): boolean {
    return this.pool.executions.has(workflowId);
  }

  onEnded(listener: (instance: EndedInstance) => void): Cancellable {
    this.endListeners.add(listener);
    return { cancel: () => void this.endListeners.delete(listener) };
  }

  /** @internal */
  onBusy(leaseRemainingMs: number): void {
    const { leaseMs, heartbeatIntervalMs } = this.options;
    // A lease whose claim or journal was long on its way is renewed so much the sooner.
    const renewInMs = Math.max(0, leaseRemainingMs - (leaseMs - heartbeatIntervalMs));
    if (renewInMs < (this.timers.remaining(RENEW) ?? Infinity)) this.timers.set(RENEW, renewInMs);
    if (!this.timers.has(SWEEP)) this.timers.set(SWEEP, SWEEP_INTERVAL_MS);
  }

  /** @internal */
  onVerdict(workflowId: string, verdict: Verdict): void {
    this.timers.remove(workflowId);
    const { store } = this.services;
    if (verdict.kind === 'suspended' && verdict.dueAt !== undefined) this.pollBy(verdict.dueAt);
    if (verdict.kind === 'ended') this.tellEnded(verdict.instance);
    if (verdict.kind === 'mismatch' || verdict.kind === 'released') store.hint({ kind: 'due' });
    // With a backlog, one poll for many freed places is cheaper than one for each.
    if (this.hasBacklog && this.freePlaces * 4 >= this.options.concurrency) this.nudge();
  }

  private tellEnded(instance: EndedInstance): void {
    for (const listener of this.endListeners) listener(instance);
    this.services.store.hint({ kind: 'ended', workflowId: instance.id });
  }

  /** @internal */
  promptAt(workflowId: string, dueAt: number): void {
    this.timers.set(workflowId, this.inMs(dueAt));
  }

  /** What was registered after the start is announced first, and claimed from then on. */
  private async announceAdded(): Promise<void> {
    const { registry, store } = this.services;
    const { size } = registry;
    if (size === this.announced || this.identity === undefined || !this.isRunning) return;
    const definitions = registry.claimable();
    const added = definitions.filter((key) => !this.definitions.includes(key));
    await store.registerWorker({ ...this.registration(this.identity, definitions), added });
    this.announced = size;
    this.definitions = definitions;
  }

  private registration({ id }: WorkerIdentity, definitions: readonly string[]): WorkerRegistration {
    const { buildId, pollIntervalMs } = this.options;
    return { id, buildId, definitions, heartbeatMs: pollIntervalMs };
  }

  private get freePlaces(): number {
    return Math.max(0, this.options.concurrency - this.pool.size - this.reserved);
  }

  private request(): PollRequest {
    const { buildId, leaseMs, maxCrashes, mismatchGraceMs } = this.options;
    return {
      workerId: this.identity?.id ?? this.options.id,
      buildId,
      leaseMs,
      definitions: this.definitions,
      limit: this.isRunning ? Math.min(this.freePlaces, CLAIMED_AT_ONCE) : 0,
      allowSuspect: !this.pool.hasSuspect,
      maxCrashes,
      mismatchGraceMs,
    };
  }

  private nextPollInMs(answer: PollResult): number {
    this.hasBacklog = answer.more;
    if (answer.more && this.freePlaces > 0) return 0;
    const { pollIntervalMs } = this.options;
    return answer.nextDueAt === undefined ? pollIntervalMs : Math.min(pollIntervalMs, this.inMs(answer.nextDueAt));
  }

  /** Until a stored instant; rounded up, since the store judges what is due and a prompt that comes early finds nothing. */
  private inMs(dueAt: number): number {
    return Math.max(0, Math.ceil(dueAt - this.services.storeTime.now()));
  }

  private pollBy(dueAt: number): void {
    if (!this.isRunning) return;
    if (this.isPolling) this.pollAgain = true;
    const remainingMs = this.timers.remaining(POLL) ?? this.options.pollIntervalMs;
    const inMs = this.inMs(dueAt);
    if (!this.isPolling && inMs < remainingMs) this.timers.set(POLL, inMs);
  }

  private onTimer(id: string): void {
    if (id === POLL) this.nudge();
    else if (id === RENEW) void this.renew();
    else if (id === SWEEP) this.sweep();
    else this.pool.executions.get(id)?.wake();
  }

  private async renew(only?: string): Promise<void> {
    const { clock } = this.services;
    const sentAt = clock.monotonic();
    const skipped = await this.keeper.renew(this.identity?.id ?? this.options.id, only);
    if (this.pool.size === 0) return;
    // From sending to sending: leases run out while an answer is slow.
    const nextInMs = Math.max(0, this.options.heartbeatIntervalMs - (clock.monotonic() - sentAt));
    if (skipped.length > 0) this.timers.set(RENEW, SKIPPED_RENEWAL_MS);
    else if (only === undefined) this.timers.set(RENEW, nextInMs);
  }

  private sweep(): void {
    for (const execution of this.pool.executions.values()) execution.sweep();
    if (this.pool.size > 0) this.timers.set(SWEEP, SWEEP_INTERVAL_MS);
  }

  private onHint(hint: StoreHint): void {
    if (hint.kind === 'due') this.nudge();
    // A renewal tells an instance that runs here what its row says: wake-ups, a cancel.
    else if (hint.kind === 'woken' && this.pool.executions.has(hint.workflowId)) void this.renew(hint.workflowId);
    else if (hint.kind === 'woken') this.nudge();
  }

  private macrotask(): Promise<void> {
    return new Promise((resolve) => {
      this.services.clock.macrotask(resolve);
    });
  }
}

function never(): boolean {
  return false;
}
