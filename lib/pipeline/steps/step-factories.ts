import { readOptional, type OutputOf, type WorkflowReference } from '../../core/definition/index.js';
import type { PipelineContext } from '../pipeline-context.js';
import { ChildStep, type ChildInput, type ChildStepOptions } from './child-step.js';
import { ConditionalStep, type ConditionalStepOptions } from './conditional-step.js';
import { FunctionStep, type FunctionStepOptions, type StepFunction } from './function-step.js';
import { ParallelStep, type ParallelStepOptions, type ResultListOf } from './parallel-step.js';
import type { PipelineStep } from './pipeline-step.js';

/** Makes a step of a function. @param timeout Seconds, or a text such as `'30s'`. @publicApi */
export function step<const N extends string, R>(
  name: N,
  func: StepFunction<R>,
  dependencies?: readonly string[] | FunctionStepOptions,
  timeout?: number | string | FunctionStepOptions,
): FunctionStep<R, N> {
  return new FunctionStep(
    name,
    func,
    readOptional<FunctionStepOptions>(['dependencies', 'timeout'], [dependencies, timeout]),
  );
}

/** Makes a step that runs one step or another. @publicApi */
export function conditional<const N extends string, T, F = null>(
  name: N,
  condition: (context: PipelineContext) => boolean | PromiseLike<boolean>,
  trueStep: PipelineStep<T>,
  falseStep?: PipelineStep<F> | ConditionalStepOptions<F>,
  dependencies?: readonly string[] | ConditionalStepOptions<F>,
  timeout?: number | string | ConditionalStepOptions<F>,
): ConditionalStep<T | F | null, N> {
  return new ConditionalStep(name, condition, trueStep, falseStep, dependencies, timeout);
}

/** Makes a step that runs several at a time. @publicApi */
export function parallel<const N extends string, const S extends readonly PipelineStep[]>(
  name: N,
  steps: S,
  dependencies?: readonly string[] | ParallelStepOptions,
  options?: ParallelStepOptions,
): ParallelStep<ResultListOf<S>, N> {
  return new ParallelStep(name, steps, dependencies, options);
}

/** Makes a step that runs another workflow, of whatever model. @publicApi */
export function child<const N extends string, W extends WorkflowReference>(
  name: N,
  workflow: W,
  input: ChildInput<W>,
  options?: ChildStepOptions<OutputOf<W>>,
): ChildStep<W, N> {
  return new ChildStep(name, workflow, input, options);
}

/** Turns a function into a step that has the function's name. @publicApi */
export function pipelineStep(
  dependencies?: readonly string[] | FunctionStepOptions,
): <R>(func: StepFunction<R>) => FunctionStep<R> {
  return (func) =>
    new FunctionStep(func.name, func, readOptional<FunctionStepOptions>(['dependencies'], [dependencies]));
}
