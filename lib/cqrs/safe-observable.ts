import { Observable, Subscriber, type Observer, type Operator, type Subscription } from 'rxjs';
import type { WorkflowLogger } from '../core/lifecycle/index.js';

/**
 * An observable of which no subscriber can harm the process: what a subscriber, or an operator between, throws is logged, where
 * RxJS would raise it as an uncaught exception. A subscriber that throws keeps its subscription.
 *
 * @internal
 */
export class SafeObservable<T> extends Observable<T> {
  constructor(
    private readonly logger: WorkflowLogger,
    subscribe?: (subscriber: Observer<T>) => () => void,
  ) {
    super(subscribe);
  }

  // What `pipe` builds on: without this only the bare observable would be safe, not what is derived from it.
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new SafeObservable<R>(this.logger);
    lifted.source = this as Observable<unknown> as Observable<R>;
    lifted.operator = operator;
    return lifted;
  }

  override subscribe(observerOrNext?: Partial<Observer<T>> | ((value: T) => void)): Subscription;
  /** @deprecated As in RxJS: give an observer. */
  override subscribe(
    next?: ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription;
  override subscribe(
    first?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    if (isOperatorSubscriber(first)) return super.subscribe(first);
    const given: Partial<Observer<T>> =
      typeof first === 'function'
        ? { next: first, error: error ?? undefined, complete: complete ?? undefined }
        : (first ?? {});
    return super.subscribe({
      next: (value) => this.guard(() => given.next?.(value)),
      error: (reason: unknown) => {
        if (given.error === undefined) this.report(reason);
        else this.guard(() => given.error?.(reason));
      },
      complete: () => this.guard(() => given.complete?.()),
    });
  }

  private guard(work: () => unknown): void {
    try {
      const result = work();
      // An async subscriber answers with a promise that nobody waits for.
      if (result instanceof Promise) result.catch((reason: unknown) => this.report(reason));
    } catch (reason) {
      this.report(reason);
    }
  }

  private report(reason: unknown): void {
    this.logger.error('A subscriber of the workflow events threw.', { error: String(reason) });
  }
}

/** The subscribers that operators make handle errors themselves, and are passed on as they are. */
function isOperatorSubscriber<T>(
  value: Partial<Observer<T>> | ((value: T) => void) | null | undefined,
): value is Subscriber<T> {
  return value instanceof Subscriber;
}
