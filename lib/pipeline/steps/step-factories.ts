import { readOptional } from '../../core/definition/index.js';
import type { PipelineContext } from '../pipeline-context.js';
import { ConditionalStep, type ConditionalStepOptions } from './conditional-step.js';
import { FunctionStep, type FunctionStepOptions, type StepFunction } from './function-step.js';
import { ParallelStep, type ParallelStepOptions } from './parallel-step.js';
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
export function conditional<const N extends string>(
  name: N,
  condition: (context: PipelineContext) => boolean | PromiseLike<boolean>,
  trueStep: PipelineStep,
  falseStep?: PipelineStep | ConditionalStepOptions,
  dependencies?: readonly string[] | ConditionalStepOptions,
  timeout?: number | string | ConditionalStepOptions,
): ConditionalStep<unknown, N> {
  return new ConditionalStep(name, condition, trueStep, falseStep, dependencies, timeout);
}

/** Makes a step that runs several at a time. @publicApi */
export function parallel<const N extends string>(
  name: N,
  steps: readonly PipelineStep[],
  dependencies?: readonly string[] | ParallelStepOptions,
  options?: ParallelStepOptions,
): ParallelStep<readonly unknown[], N> {
  return new ParallelStep(name, steps, dependencies, options);
}

/** Turns a function into a step that has the function's name. @publicApi */
export function pipelineStep(
  dependencies?: readonly string[] | FunctionStepOptions,
): <R>(func: StepFunction<R>) => FunctionStep<R> {
  return (func) =>
    new FunctionStep(func.name, func, readOptional<FunctionStepOptions>(['dependencies'], [dependencies]));
}
