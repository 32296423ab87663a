import { isWorkflowStoreError, WorkflowNotFoundError } from '../core/errors/index.js';
import type { LocalDispatcher } from '../core/dispatch/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { ConcurrencyLimiter } from '../core/policies/index.js';
import { isTerminal, type EndedInstance } from '../core/records/index.js';
import type { Cancellable } from '../core/time/index.js';
import type { InstanceHints } from './instance-hints.js';
import { MAX_PAUSE_MS, OutcomeWatch, Waiter, type OutcomeLooker } from './outcome-watch.js';

/** Looks under way at one time: thousands of waiters must not take every connection of the pool. */
const MAX_LOOKS = 8;

/** @internal */
export interface OutcomeWaitOptions {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits for instances to end. The end of one that this process executes is told by its worker and costs no look; hints make it look
 * at once; polling with a growing pause is the truth underneath. A run that goes on in a next generation has not ended.
 *
 * @internal
 */
export class OutcomeWaiter implements OutcomeLooker {
  private readonly watches = new Map<string, OutcomeWatch>();
  private readonly limiter = new ConcurrencyLimiter(MAX_LOOKS);
  private patrol: Cancellable | undefined;

  constructor(
    private readonly services: Pick<EngineServices, 'store' | 'clock'>,
    private readonly hints: InstanceHints,
    private readonly dispatcher: LocalDispatcher,
  ) {}

  /**
   * The instance's record once it has ended.
   *
   * @throws WorkflowNotFoundError, WorkflowResultTimeoutError, or the signal's reason
   */
  wait(workflowId: string, { timeoutMs, signal }: OutcomeWaitOptions = {}): Promise<EndedInstance> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason reaches the caller unchanged
        reject(signal.reason);
        return;
      }
      const watch = this.watches.get(workflowId) ?? this.open(workflowId);
      const waiter = new Waiter(watch, resolve, reject);
      if (signal !== undefined) waiter.follow(signal);
      watch.join(waiter);
      if (timeoutMs !== undefined) waiter.limit(this.services.clock, timeoutMs);
      if (this.dispatcher.executes(workflowId)) this.awaitWorker(watch);
      else this.look(watch);
    });
  }

  /** @internal */
  close(watch: OutcomeWatch): void {
    watch.timer?.cancel();
    this.hints.leave(watch.workflowId, watch);
    if (this.watches.get(watch.workflowId) === watch) this.watches.delete(watch.workflowId);
    if (this.watches.size > 0) return;
    this.patrol?.cancel();
    this.patrol = undefined;
  }

  private open(workflowId: string): OutcomeWatch {
    const watch = new OutcomeWatch(workflowId, this);
    this.hints.listen(workflowId, watch);
    this.watches.set(workflowId, watch);
    return watch;
  }

  /** It has not ended, and its worker here will tell when it does; looking again is for the case that another one takes it over. */
  private awaitWorker(watch: OutcomeWatch): void {
    for (const waiter of watch.waiters) waiter.hasLooked = true;
    watch.pauseMs = MAX_PAUSE_MS;
    if (watch.state !== 'resting' || watch.timer !== undefined) return;
    watch.rounds ??= 0;
    this.patrol ??= this.services.clock.schedule(MAX_PAUSE_MS / 2, this.goRound);
  }

  /** One timer for all whose worker is here: a timer for each would cost more than the rest of most waits. */
  private readonly goRound = (): void => {
    this.patrol = undefined;
    for (const watch of this.watches.values()) {
      if (watch.rounds === undefined) continue;
      watch.rounds += 1;
      if (watch.rounds > 1) this.look(watch);
      else this.patrol ??= this.services.clock.schedule(MAX_PAUSE_MS / 2, this.goRound);
    }
  };

  /** Looks as soon as there is room for it; once more when something was heard during a look. @internal */
  look(watch: OutcomeWatch): void {
    watch.timer?.cancel();
    watch.rounds = undefined;
    if (watch.state === 'looking') watch.state = 'looking-again';
    if (watch.state !== 'resting') return;
    watch.state = 'queued';
    void this.limiter.run(() => this.examine(watch));
  }

  private async examine(watch: OutcomeWatch): Promise<void> {
    watch.state = 'looking';
    const asked = watch.waiters;
    if (asked.length === 0) return;
    try {
      const record = await this.services.store.find(watch.workflowId);
      if (record === undefined) {
        for (const waiter of asked) waiter.reject(new WorkflowNotFoundError({ workflowId: watch.workflowId }));
      } else if (isTerminal(record.status)) {
        for (const waiter of asked) waiter.resolve(record);
      }
    } catch (error) {
      // A store that is away for a while says nothing about the instance: look again later.
      if (!isWorkflowStoreError(error) || !error.retryable) for (const waiter of asked) waiter.reject(error);
    }
    for (const waiter of asked) {
      waiter.hasLooked = true;
      if (waiter.isExpired && watch.waiters.includes(waiter)) waiter.expire();
    }
    const again = (watch.state as OutcomeWatch['state']) === 'looking-again';
    watch.state = 'resting';
    if (watch.waiters.length === 0) return;
    if (again || watch.waiters.some((waiter) => !waiter.hasLooked)) this.look(watch);
    else this.rest(watch);
  }

  private rest(watch: OutcomeWatch): void {
    watch.timer = this.services.clock.schedule(watch.pauseMs, () => {
      this.look(watch);
    });
    watch.pauseMs = Math.min(watch.pauseMs * 2, MAX_PAUSE_MS);
  }
}
