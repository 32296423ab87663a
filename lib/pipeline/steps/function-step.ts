import { readOptional, type StepContext } from '../../core/definition/index.js';
import type { PipelineContext } from '../pipeline-context.js';
import { PipelineStep, type PipelineStepOptions } from './pipeline-step.js';

/** @publicApi */
export type StepFunction<R> = (context: PipelineContext, step: StepContext) => R;

/** @publicApi */
export interface FunctionStepOptions extends PipelineStepOptions {
  readonly skipCondition?: (context: PipelineContext) => boolean | PromiseLike<boolean>;
  readonly errorHandler?: (context: PipelineContext, error: Error) => unknown;
  readonly cleanupFunc?: (context: PipelineContext) => unknown;
}

/** A step that is a function. @publicApi */
export class FunctionStep<R = unknown, N extends string = string> extends PipelineStep<Awaited<R>, N> {
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
    super(name, options);
    const { skipCondition, errorHandler, cleanupFunc } = options;
    // Only what was given takes the place of the default: the interpreter passes over what was not.
    if (skipCondition !== undefined) this.shouldSkip = (context) => skipCondition(context);
    if (errorHandler !== undefined) this.onError = (context, error) => errorHandler(context, error);
    if (cleanupFunc !== undefined) this.cleanup = (context) => cleanupFunc(context);
  }

  override execute(context: PipelineContext, step: StepContext): Awaited<R> | PromiseLike<Awaited<R>> {
    return this.func(context, step) as Awaited<R>;
  }
}
