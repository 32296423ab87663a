import { isWorkflowStoreError, WorkflowNotFoundError, WorkflowResultTimeoutError } from '../core/errors/index.js';
import type { LocalDispatcher } from '../core/dispatch/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { ConcurrencyLimiter } from '../core/policies/index.js';
import { isTerminal, type EndedInstance } from '../core/records/index.js';
import type { Cancellable } from '../core/time/index.js';
import type { InstanceHints } from './instance-hints.js';

/** Pause before the second look; doubled up to {@link MAX_PAUSE_MS}. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;
/** Looks under way at one time: thousands of waiters must not take every connection of the pool. */
const MAX_LOOKS = 8;

/** @internal */
export interface OutcomeWaitOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** One caller's wait. */
interface Waiter {
  readonly resolve: (instance: EndedInstance) => void;
  readonly reject: (reason: unknown) => void;
  /** Set when the time is up but nobody has looked yet: a result that is there is handed out even to a wait of 0 ms. */
  isExpired: boolean;
  hasLooked: boolean;
  expire: () => void;
}

/** Everything about the waits for one instance. */
interface Watch {
  readonly workflowId: string;
  readonly waiters: Set<Waiter>;
  readonly stopListening: () => void;
  timer: Cancellable | undefined;
  pauseMs: number;
  state: 'resting' | 'queued' | 'looking' | 'looking-again';
  /** Rounds of the patrol since the worker of this process was trusted to tell; absent where it is not. */
  rounds: number | undefined;
}

/**
 * Waits for instances to end. The end of one that this process executes is told by its worker and costs no look; hints make it look
 * at once; polling with a growing pause is the truth underneath. A run that goes on in a next generation has not ended.
 *
 * @internal
 */
export class OutcomeWaiter {
  private readonly watches = new Map<string, Watch>();
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
      const leave = () => {
        timer?.cancel();
        signal?.removeEventListener('abort', onAbort);
        watch.waiters.delete(waiter);
        if (watch.waiters.size === 0) this.close(watch);
      };
      const waiter: Waiter = {
        isExpired: false,
        hasLooked: false,
        resolve: (record) => {
          leave();
          resolve(record);
        },
        reject: (reason) => {
          leave();
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason reaches the caller unchanged
          reject(reason);
        },
        expire: () => {
          waiter.isExpired = true;
          if (waiter.hasLooked)
            waiter.reject(new WorkflowResultTimeoutError({ workflowId, timeoutMs: timeoutMs ?? 0 }));
        },
      };
      const onAbort = () => {
        waiter.reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      watch.waiters.add(waiter);
      const timer = timeoutMs === undefined ? undefined : this.services.clock.schedule(timeoutMs, waiter.expire);
      if (this.dispatcher.executes(workflowId)) this.awaitWorker(watch);
      else this.look(watch);
    });
  }

  private open(workflowId: string): Watch {
    const watch: Watch = {
      workflowId,
      waiters: new Set(),
      stopListening: this.hints.listen(workflowId, (hint, instance) => {
        if (instance !== undefined) for (const waiter of [...watch.waiters]) waiter.resolve(instance);
        else if (hint === 'ended') this.look(watch);
      }),
      timer: undefined,
      pauseMs: FIRST_PAUSE_MS,
      state: 'resting',
      rounds: undefined,
    };
    this.watches.set(workflowId, watch);
    return watch;
  }

  private close(watch: Watch): void {
    watch.timer?.cancel();
    watch.stopListening();
    if (this.watches.get(watch.workflowId) === watch) this.watches.delete(watch.workflowId);
    if (this.watches.size > 0) return;
    this.patrol?.cancel();
    this.patrol = undefined;
  }

  /** It has not ended, and its worker here will tell when it does; looking again is for the case that another one takes it over. */
  private awaitWorker(watch: Watch): void {
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

  /** Looks as soon as there is room for it; once more when something was heard during a look. */
  private look(watch: Watch): void {
    watch.timer?.cancel();
    watch.rounds = undefined;
    if (watch.state === 'looking') watch.state = 'looking-again';
    if (watch.state !== 'resting') return;
    watch.state = 'queued';
    void this.limiter.run(() => this.examine(watch));
  }

  private async examine(watch: Watch): Promise<void> {
    watch.state = 'looking';
    const asked = [...watch.waiters];
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
      if (waiter.isExpired && watch.waiters.has(waiter)) waiter.expire();
    }
    const again = (watch.state as Watch['state']) === 'looking-again';
    watch.state = 'resting';
    if (watch.waiters.size === 0) return;
    if (again || [...watch.waiters].some((waiter) => !waiter.hasLooked)) this.look(watch);
    else this.rest(watch);
  }

  private rest(watch: Watch): void {
    watch.timer = this.services.clock.schedule(watch.pauseMs, () => {
      this.look(watch);
    });
    watch.pauseMs = Math.min(watch.pauseMs * 2, MAX_PAUSE_MS);
  }
}
