import {
  Execution,
  Lease,
  type EngineServices,
  type ExecutionHooks,
  type RunListener,
  type Verdict,
} from '../core/execution/index.js';
import { readPatiently } from '../core/store/index.js';
import { definitionKey, type InstanceRecord, type JournalEntry } from '../core/records/index.js';
import type { WorkerOptions } from './worker-options.js';
import { WarmCache } from './warm-cache.js';

/** What a pool tells the worker it belongs to. @internal */
export interface PoolListener extends ExecutionHooks {
  /** Executing has begun under a lease that lasts so long: it has to be renewed. */
  onBusy(leaseRemainingMs: number): void;
  /** An instance gave its place back. */
  onVerdict(workflowId: string, verdict: Verdict): void;
}

/**
 * Whether an instance, of which only time will end the bodies, is taken to wait for that. Another number of signs: something was heard of
 * a body.
 *
 * @internal
 */
export type AwaitsLimit = (instance: object, signs: number) => boolean;

/** The instances that this process executes, and the suspended ones that it keeps warm. @internal */
export class ExecutionPool {
  readonly executions = new Map<string, Execution>();
  private readonly suspects = new Set<string>();
  private readonly warm: WarmCache;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly services: EngineServices,
    private readonly options: WorkerOptions,
    private readonly listener: PoolListener,
  ) {
    this.warm = new WarmCache(options.warmInstances);
  }

  get size(): number {
    return this.executions.size;
  }

  get warmSize(): number {
    return this.warm.size;
  }

  /** Whether an instance that crashed its processes before is among them: one at a time, so that the next crash names the culprit. */
  get hasSuspect(): boolean {
    return this.suspects.size > 0;
  }

  /** Every instance has ended, was suspended, or waits in process for its next attempt, or as it is said for a limit of time. */
  isQuiet(awaitsLimit: AwaitsLimit): boolean {
    for (const execution of this.executions.values()) {
      if (execution.isPausing || (execution.isLimited && awaitsLimit(execution, execution.bodies.signs))) continue;
      return false;
    }
    return true;
  }

  /** Executes claimed instances: warm ones go on, the others are replayed. @param isOver Whether the worker has stopped. */
  async claim(claimed: readonly InstanceRecord[], sentAt: number, isOver: () => boolean): Promise<void> {
    const cold = claimed.filter((record) => !this.resume(record, sentAt));
    if (cold.length === 0) return;
    const journals = await this.journalsOf(cold, isOver);
    cold.forEach((record, index) => {
      this.execute(record, journals[index] ?? [], sentAt);
    });
  }

  /** Nothing is read for instances that have recorded nothing yet. */
  private async journalsOf(records: readonly InstanceRecord[], isOver: () => boolean): Promise<JournalEntry[][]> {
    if (records.every(({ head }) => head === 0)) return [];
    const ids = records.map(({ id, generation }) => ({ workflowId: id, generation }));
    const { clock, store } = this.services;
    return readPatiently(clock, () => store.readJournals(ids), isOver);
  }

  /** Executes an instance from its journal. @param sentAt Local monotonic time at which its lease was asked for. */
  execute(record: InstanceRecord, entries: readonly JournalEntry[], sentAt: number): void {
    const { registry, logger } = this.services;
    // An answer that came late may tell of a lease that was followed by another one of ours.
    if ((this.executions.get(record.id)?.record.fence ?? 0) >= record.fence) return;
    const definition = registry.get(record.name, record.version) ?? registry.compatible(record.name, record.version);
    if (definition === undefined) {
      const wanted = definitionKey(record.name, record.version);
      logger.error('An instance was claimed that cannot run here.', { workflowId: record.id, definition: wanted });
      return;
    }
    const lease = this.lease(record, sentAt);
    this.follow(new Execution(this.services, definition, record, entries, lease, this.listener));
  }

  /** Resolves when nothing executes. */
  whenIdle(): Promise<void> {
    if (this.executions.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.idleWaiters.push(resolve);
    });
  }

  /** Forgets what is warm. */
  cool(): void {
    this.warm.clear();
  }

  private resume(record: InstanceRecord, sentAt: number): boolean {
    const warm = this.warm.take(record.id);
    // Valid only when nobody claimed, and nobody wrote, in between.
    const isSame =
      warm?.record.fence === record.fence - 1 &&
      warm.record.generation === record.generation &&
      warm.journal.head === record.head;
    if (warm === undefined || !isSame) return false;
    warm.reclaim(record, this.lease(record, sentAt));
    this.follow(warm);
    return true;
  }

  private lease(record: InstanceRecord, sentAt: number): Lease {
    return new Lease(this.services.clock, record.fence, sentAt, this.options.leaseMs);
  }

  private follow(execution: Execution): void {
    const { id } = execution.record;
    // Claimed here again after its lease ran out unnoticed: what still runs of it is over.
    this.executions.get(id)?.lose();
    this.executions.set(id, execution);
    if (execution.record.crashes >= 2) this.suspects.add(id);
    this.listener.onBusy(execution.lease.remainingMs);
    execution.run(new Follower(this, execution));
  }

  /** @internal */
  conclude(execution: Execution, verdict: Verdict): void {
    // However it was learnt, from a renewal or from a refused write: it is said once.
    if (verdict.kind === 'lost')
      this.services.logger.warn('The lease of an instance was lost.', { workflowId: execution.record.id });
    this.leave(execution, verdict);
  }

  /** @internal */
  fail(execution: Execution, error: unknown): void {
    if (!execution.isDropped) {
      // The store could not be reached for good, or a defect of the engine: the lease runs out, and somebody replays.
      this.services.logger.error('Executing an instance failed.', {
        workflowId: execution.record.id,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      execution.lose();
    }
    this.leave(execution, { kind: 'lost' });
  }

  private leave(execution: Execution, verdict: Verdict): void {
    const { id } = execution.record;
    if (this.executions.get(id) !== execution) return;
    this.executions.delete(id);
    this.suspects.delete(id);
    if (verdict.kind === 'continued') {
      const { services, listener } = this;
      const { definition, lease } = execution;
      const next = new Execution(services, definition, verdict.record, [], lease, listener, verdict.carried);
      next.observe(verdict.record.wakes, verdict.cancelRequested);
      this.follow(next);
      return;
    }
    if (verdict.kind === 'suspended') this.warm.put(id, execution);
    // What it holds open, such as the source of a bulk, is told by its signal.
    if (verdict.kind === 'released') execution.abandonBodies();
    this.listener.onVerdict(id, verdict);
    if (this.executions.size === 0) this.notifyIdle();
  }

  private notifyIdle(): void {
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const waiter of waiters) waiter();
  }
}

/** Takes what becomes of a run to its pool. */
class Follower implements RunListener {
  constructor(
    private readonly pool: ExecutionPool,
    private readonly execution: Execution,
  ) {}

  onVerdict(verdict: Verdict): void {
    this.pool.conclude(this.execution, verdict);
  }

  onFailure(error: unknown): void {
    this.pool.fail(this.execution, error);
  }
}
