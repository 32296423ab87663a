import { toError } from '../core/errors/index.js';
import { callback, isThenable, knownOptions, refuseUnknownOptions, requireCallback } from '../core/options/index.js';

/** What `execute` hands to every step beside the value. @publicApi */
export type TransformOptions = Readonly<Record<string, unknown>>;

/** Turns a value into the next one, at once or later. @publicApi */
export type TransformStep<T, U> = (value: T, options: TransformOptions) => U | PromiseLike<U>;

/** Turns an error into the pipe's result; what was thrown and is none is the `cause` of one. `value` is what the step that threw was given. @publicApi */
export type TransformRecovery<R> = (error: Error, value: unknown) => R | PromiseLike<R>;

/** What a pipe may be begun with; steps that are given so are not typed one by the other. @publicApi */
export interface TransformPipeOptions {
  /** @default none */
  readonly steps?: readonly TransformStep<never, unknown>[];
  /** Turns what a step throws into the pipe's result. @default it is thrown */
  readonly errorHandler?: TransformRecovery<unknown>;
}

const OPTIONS = knownOptions<TransformPipeOptions>({ steps: true, errorHandler: true });

const SIGNATURE = '(value, options) => value';

type AnyStep = TransformStep<unknown, unknown>;

/**
 * A value through a row of functions, in memory, with nothing stored. Immutable: every method answers a new pipe, so that one pipe
 * can be the beginning of several. An empty pipe answers what it is given.
 *
 * @example
 * const price = new TransformPipe<Order>().pipe(validate).pipeIf((order) => order.isLarge, discount).pipe(total);
 * await price.execute(order);
 *
 * @publicApi
 */
export class TransformPipe<I, O = I> {
  private readonly steps: readonly AnyStep[];
  private readonly recovery: TransformRecovery<unknown> | undefined;

  /** @param errorHandler As {@link catch} is given one. */
  constructor(options?: TransformPipeOptions);
  constructor(steps?: readonly TransformStep<never, unknown>[], errorHandler?: TransformRecovery<unknown>);
  constructor(first: unknown = {}, errorHandler?: TransformRecovery<unknown>) {
    const options: TransformPipeOptions = Array.isArray(first) ? { steps: first as AnyStep[] } : (first as object);
    refuseUnknownOptions(options, OPTIONS, 'TransformPipe');
    this.steps = Object.freeze([...(options.steps ?? [])] as AnyStep[]);
    this.recovery = errorHandler ?? options.errorHandler;
    this.steps.forEach((step, index) => requireCallback(step, `step ${index + 1} of TransformPipe`, SIGNATURE));
    callback(this.recovery, 'error handler of TransformPipe', '(error, value) => result');
  }

  /** Adds a step. */
  pipe<U>(step: TransformStep<O, U>): TransformPipe<I, Awaited<U>> {
    return this.with(step as AnyStep);
  }

  /** Adds a step that is taken only where the predicate holds; elsewhere the value passes unchanged. */
  pipeIf<U>(
    predicate: (value: O) => boolean | PromiseLike<boolean>,
    step: TransformStep<O, U>,
  ): TransformPipe<I, O | Awaited<U>> {
    requireCallback(predicate, 'predicate of pipeIf', '(value) => boolean');
    requireCallback(step, 'step of pipeIf', SIGNATURE);
    const conditional = (value: O, options: TransformOptions): unknown => {
      const holds = predicate(value);
      if (!isThenable(holds)) return holds ? step(value, options) : value;
      return holds.then((later): unknown => (later ? step(value, options) : value));
    };
    return this.with(conditional as AnyStep);
  }

  /** Adds a look at the value, which is awaited; what it answers is dropped. */
  tap(sideEffect: (value: O, options: TransformOptions) => unknown): TransformPipe<I, O> {
    requireCallback(sideEffect, 'side effect of tap', '(value, options)');
    const look = (value: O, options: TransformOptions): unknown => {
      const answer = sideEffect(value, options);
      return isThenable(answer) ? answer.then(() => value) : value;
    };
    return this.with(look as AnyStep);
  }

  /**
   * Recovers from whatever a step of the pipe throws, wherever it stands: the handler's answer is the result, and the steps that are
   * left are not run. A second handler takes the place of the first; what a handler throws is thrown.
   */
  catch<R>(handler: TransformRecovery<R>): TransformPipe<I, O | Awaited<R>> {
    requireCallback(handler, 'handler of catch', '(error, value) => result');
    return this.made(this.steps, handler);
  }

  /**
   * Sends a value through the pipe.
   *
   * @param options Handed to every step as its second argument. @default an empty object
   * @throws what a step throws, unchanged, when there is no handler.
   */
  async execute(value: I, options: TransformOptions = {}): Promise<O> {
    let current: unknown = value;
    try {
      for (const step of this.steps) {
        const next = step(current, options);
        current = isThenable(next) ? await next : next;
      }
    } catch (thrown) {
      if (this.recovery === undefined) throw thrown;
      current = await this.recovery(toError(thrown), current);
    }
    return current as O;
  }

  private with<U>(step: AnyStep): TransformPipe<I, U> {
    return this.made([...this.steps, step], this.recovery);
  }

  private made<U>(steps: readonly AnyStep[], recovery: TransformRecovery<unknown> | undefined): TransformPipe<I, U> {
    return new TransformPipe<I, U>(steps, recovery);
  }
}
