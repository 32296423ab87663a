import { readOptional, type StepContext } from '../../core/definition/index.js';
import { callback, knownOptions, refuseUnknownOptions, requireCallback } from '../../core/options/index.js';
import type { PipelineContext } from '../pipeline-context.js';
import { executeAlone } from '../pipeline.interpreter.js';
import { PipelineStep, type PipelineStepOptions, type StepHook } from './pipeline-step.js';

/** @publicApi */
export type StepFunction<R> = (context: PipelineContext, step: StepContext) => R;

/** @publicApi */
export interface FunctionStepOptions extends PipelineStepOptions {
  readonly skipCondition?: (context: PipelineContext) => boolean | PromiseLike<boolean>;
  readonly errorHandler?: (context: PipelineContext, error: Error) => unknown;
  readonly cleanupFunc?: (context: PipelineContext) => unknown;
}

const OPTIONS = knownOptions<FunctionStepOptions>({
  dependencies: true,
  timeout: true,
  resilience: true,
  retry: true,
  compensate: true,
  skipCondition: true,
  errorHandler: true,
  cleanupFunc: true,
});

/** The option behind each hook. */
const FUNCTIONS = { shouldSkip: 'skipCondition', onError: 'errorHandler', cleanup: 'cleanupFunc' } as const;

/** A step that is a function. @publicApi */
export class FunctionStep<R = unknown, N extends string = string> extends PipelineStep<Awaited<R>, N> {
  private readonly skipCondition: FunctionStepOptions['skipCondition'];
  private readonly errorHandler: FunctionStepOptions['errorHandler'];
  private readonly cleanupFunc: FunctionStepOptions['cleanupFunc'];

  constructor(name: N, func: StepFunction<R>, options?: FunctionStepOptions);
  constructor(
    name: N,
    func: StepFunction<R>,
    dependencies?: readonly string[],
    skipCondition?: FunctionStepOptions['skipCondition'],
    errorHandler?: FunctionStepOptions['errorHandler'],
    cleanupFunc?: FunctionStepOptions['cleanupFunc'],
    timeout?: number | string,
    options?: FunctionStepOptions,
  );
  constructor(
    name: N,
    readonly func: StepFunction<R>,
    ...given: readonly unknown[]
  ) {
    const keys = ['dependencies', 'skipCondition', 'errorHandler', 'cleanupFunc', 'timeout'] as const;
    const options = readOptional<FunctionStepOptions>(keys, given);
    refuseUnknownOptions(options, OPTIONS, `step "${name}"`);
    super(name, options);
    const place = `step "${name}"`;
    requireCallback(func, `func of ${place}`, '(context, step) => result');
    this.skipCondition = callback(options.skipCondition, `skipCondition of ${place}`, '(context) => boolean');
    this.errorHandler = callback(options.errorHandler, `errorHandler of ${place}`, '(context, error) => result');
    this.cleanupFunc = callback(options.cleanupFunc, `cleanupFunc of ${place}`, '(context)');
  }

  /** Outside a pipeline, without the second argument, it is run as one would run it: within its time-out, and tried again. */
  override execute(context: PipelineContext, step?: StepContext): Awaited<R> | PromiseLike<Awaited<R>> {
    if (step === undefined) return executeAlone(this, FunctionStep, context) as Promise<Awaited<R>>;
    return this.func(context, step) as Awaited<R>;
  }

  override shouldSkip(context: PipelineContext): boolean | PromiseLike<boolean> {
    return this.skipCondition?.(context) ?? false;
  }

  override onError(context: PipelineContext, error: Error): unknown {
    if (this.errorHandler === undefined) throw error;
    return this.errorHandler(context, error);
  }

  override cleanup(context: PipelineContext): unknown {
    return this.cleanupFunc?.(context);
  }

  /** @internal */
  override uses(hook: StepHook): boolean {
    return this[hook] === FunctionStep.prototype[hook] ? this[FUNCTIONS[hook]] !== undefined : super.uses(hook);
  }
}
