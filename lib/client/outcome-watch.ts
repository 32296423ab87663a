import { WorkflowResultTimeoutError } from '../core/errors/index.js';
import type { EndedInstance } from '../core/records/index.js';
import type { Cancellable, Clock } from '../core/time/index.js';
import type { HintListener, InstanceHint } from './instance-hints.js';

/** Pause before the second look; doubled up to {@link MAX_PAUSE_MS}. */
const FIRST_PAUSE_MS = 100;
/** @internal */
export const MAX_PAUSE_MS = 2_000;

/** Who looks for those who watch. @internal */
export interface OutcomeLooker {
  look(watch: OutcomeWatch): void;
  /** Nobody waits any more. */
  close(watch: OutcomeWatch): void;
}

const NOBODY: readonly Waiter[] = [];

/** Everything about the waits for one instance. @internal */
export class OutcomeWatch implements HintListener {
  waiters = NOBODY;
  timer: Cancellable | undefined;
  pauseMs = FIRST_PAUSE_MS;
  state: 'resting' | 'queued' | 'looking' | 'looking-again' = 'resting';
  /** Rounds of the patrol since the worker of this process was trusted to tell; absent where it is not. */
  rounds: number | undefined;

  constructor(
    readonly workflowId: string,
    private readonly looker: OutcomeLooker,
  ) {}

  hear(hint: InstanceHint, instance?: EndedInstance): void {
    if (instance !== undefined) for (const waiter of this.waiters) waiter.resolve(instance);
    else if (hint === 'ended') this.looker.look(this);
  }

  join(waiter: Waiter): void {
    this.waiters = this.waiters.length === 0 ? [waiter] : [...this.waiters, waiter];
  }

  leave(waiter: Waiter): void {
    this.waiters = this.waiters.filter((other) => other !== waiter);
    if (this.waiters.length === 0) this.looker.close(this);
  }
}

/** One caller's wait. @internal */
export class Waiter {
  /** Set when the time is up but nobody has looked yet: a result that is there is handed out even to a wait of 0 ms. */
  isExpired = false;
  hasLooked = false;
  private timeoutMs = 0;
  private timer: Cancellable | undefined;
  private unfollow: (() => void) | undefined;

  constructor(
    private readonly watch: OutcomeWatch,
    private readonly fulfil: (instance: EndedInstance) => void,
    private readonly refuse: (reason: unknown) => void,
  ) {}

  /** Waits no longer than that. */
  limit(clock: Clock, timeoutMs: number): void {
    this.timeoutMs = timeoutMs;
    this.timer = clock.schedule(timeoutMs, () => {
      this.expire();
    });
  }

  /** Waits no longer than until the signal is aborted. */
  follow(signal: AbortSignal): void {
    const onAbort = (): void => {
      this.reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.unfollow = () => {
      signal.removeEventListener('abort', onAbort);
    };
  }

  resolve(instance: EndedInstance): void {
    this.leave();
    this.fulfil(instance);
  }

  reject(reason: unknown): void {
    this.leave();
    this.refuse(reason);
  }

  expire(): void {
    this.isExpired = true;
    if (!this.hasLooked) return;
    const { timeoutMs } = this;
    this.reject(new WorkflowResultTimeoutError({ workflowId: this.watch.workflowId, timeoutMs }));
  }

  private leave(): void {
    this.timer?.cancel();
    this.unfollow?.();
    this.watch.leave(this);
  }
}
