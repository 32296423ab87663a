import { readOptional, type StepOptions, type WorkflowContext } from '../core/definition/index.js';
import { WorkflowDefinitionError, WorkflowOptionsError } from '../core/errors/index.js';
import { flag, knownOptions, refuseUnknownOptions, wholeNumber } from '../core/options/index.js';
import { resolveRetry, type RetryOptions } from '../core/policies/index.js';
import { parseSeconds } from '../core/time/index.js';
import type { SagaAction, SagaCompensation, SagaContext } from './saga-context.js';
import type { Compensate, SagaPart } from './saga-part.js';

/** @publicApi */
export interface SagaStepOptions {
  /** Attempts after the first one. @default 1 */
  readonly maxRetries?: number;
  /** Between two attempts: seconds, or a text such as `'500ms'`. @default 1 */
  readonly retryDelay?: number | string;
  /** Whether the compensation may be tried again when it throws, or when nobody knows whether it has run. @default true */
  readonly idempotent?: boolean;
  /** Limit of one attempt of the action: seconds, or a text such as `'30s'`. @default none */
  readonly timeout?: number | string;
  /** Total attempts, or a policy, in place of `maxRetries` and `retryDelay`. */
  readonly retry?: RetryOptions;
}

interface GivenOptions extends SagaStepOptions {
  readonly compensation?: unknown;
}

const STEP = knownOptions<GivenOptions>({
  compensation: true,
  maxRetries: true,
  retryDelay: true,
  idempotent: true,
  timeout: true,
  retry: true,
});

/**
 * A step of a saga: an action, and what undoes it.
 *
 * @example
 * new SagaStep('charge', () => payments.charge(order), (receipt) => payments.refund(receipt), { maxRetries: 3 })
 *
 * @publicApi
 */
export class SagaStep<R = unknown, N extends string = string, I = unknown> implements SagaPart<R, N> {
  readonly name: N;
  readonly action: SagaAction<R, never>;
  readonly compensation: SagaCompensation<never, never> | undefined;
  readonly maxRetries: number;
  readonly retryDelay: number | string;
  readonly idempotent: boolean;
  readonly timeout: number | string | undefined;
  readonly retry: RetryOptions | undefined;
  /** @internal */
  readonly undoOptions: SagaPart['undoOptions'];
  /** How the context runs it. @internal */
  protected readonly stepOptions: StepOptions;

  /** @throws WorkflowDefinitionError, WorkflowOptionsError naming the step */
  constructor(
    name: N,
    action: SagaAction<R, I>,
    options?: SagaStepOptions & { readonly compensation?: SagaCompensation<R, I> },
  );
  constructor(
    name: N,
    action: SagaAction<R, I>,
    compensation?: SagaCompensation<R, I> | null,
    maxRetries?: number | SagaStepOptions,
    retryDelay?: number | string | SagaStepOptions,
    idempotent?: boolean | SagaStepOptions,
    options?: SagaStepOptions,
  );
  constructor(name: N, action: SagaAction<R, I>, ...given: readonly unknown[]) {
    const keys = ['compensation', 'maxRetries', 'retryDelay', 'idempotent'] as const;
    const options = readOptional<GivenOptions>(keys, given);
    if (typeof name !== 'string' || name === '')
      throw new WorkflowDefinitionError('A step of a saga has no name. Give each step a name that is not empty.');
    const place = `step "${name}"`;
    refuseUnknownOptions(options, STEP, place);
    const { compensation, timeout, retry } = options;
    requireFunction(action, `The action of ${place}`);
    if (compensation != null) requireFunction(compensation, `The compensation of ${place}`);
    if (retry !== undefined && (options.maxRetries !== undefined || options.retryDelay !== undefined)) {
      throw new WorkflowDefinitionError(
        `Step "${name}" has "retry" beside "maxRetries" or "retryDelay", which say the same. Keep one of them.`,
      );
    }
    this.name = name;
    this.action = action;
    this.compensation = (compensation ?? undefined) as SagaCompensation<never, never> | undefined;
    this.maxRetries = wholeNumber(options.maxRetries, 1, `maxRetries of ${place}`, 0);
    this.retryDelay = options.retryDelay ?? 1;
    this.idempotent = flag(options.idempotent, true, `idempotent of ${place}`);
    this.timeout = timeout;
    this.retry = retry;
    const delay = parseSeconds(this.retryDelay, `retryDelay of ${place}`);
    if (retry !== undefined) resolveRetry(retry, undefined, place);
    const policy = retry ?? { attempts: this.maxRetries + 1, backoff: { delay, factor: 1 } };
    this.undoOptions = this.idempotent ? { compensateRetry: policy } : { compensateAtMostOnce: true };
    this.stepOptions = {
      retry: policy,
      ...this.undoOptions,
      ...(timeout !== undefined && { timeout: readTimeout(timeout, `timeout of ${place}`) }),
    };
  }

  /** @internal */
  get text(): string {
    return `${this.name} ${String(this.action)} ${String(this.compensation)}`;
  }

  /** @internal */
  begin(ctx: WorkflowContext, context: SagaContext<never>, compensate?: Compensate): Promise<R> {
    const options = this.optionsWith(compensate);
    return ctx.step<unknown>(this.name, (step) => this.action(context, step), options) as Promise<R>;
  }

  /** @internal */
  protected optionsWith(compensate: Compensate | undefined): StepOptions {
    return compensate === undefined ? this.stepOptions : { ...this.stepOptions, compensate };
  }
}

/** Turns a function into a step that has the function's name, or another one. @publicApi */
export function sagaStep<R, I = unknown>(
  name?: string | (SagaStepOptions & { readonly compensation?: SagaCompensation<R, I> }),
  options?: SagaStepOptions & { readonly compensation?: SagaCompensation<R, I> },
): (action: SagaAction<R, I>) => SagaStep<R, string, I> {
  const given = readOptional<GivenOptions & { readonly name?: string }>(['name'], [name, options]);
  const { name: own, compensation, ...others } = given;
  return (action) => new SagaStep(own ?? action.name, action, compensation as SagaCompensation<R, I>, others);
}

function readTimeout(timeout: number | string, option: string): number {
  const timeoutMs = parseSeconds(timeout, option);
  if (timeoutMs > 0) return timeoutMs;
  throw new WorkflowOptionsError({
    option,
    value: timeout,
    expected: 'longer than nothing; leave it out for no limit',
  });
}

function requireFunction(value: unknown, what: string): void {
  if (typeof value !== 'function') throw new WorkflowDefinitionError(`${what} is no function. Give a function there.`);
}
