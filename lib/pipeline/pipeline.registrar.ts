import { WorkflowDefinitionError } from '../core/errors/index.js';
import { parseDuration } from '../core/time/index.js';
import { stepMethodsOf, type DecoratedProvider, type DefinitionFactory } from '../discovery/index.js';
import { PIPELINE_METADATA, type PipelineMetadata } from './decorators/pipeline-workflow.decorator.js';
import { Pipeline, type PipelineDefinition } from './pipeline.definition.js';
import { FunctionStep, type StepFunction } from './steps/function-step.js';

/** Turns `@PipelineWorkflow` classes into definitions. @internal */
export const pipelineDefinitionFactory: DefinitionFactory<PipelineMetadata> = {
  decorator: '@PipelineWorkflow',
  metadata: PIPELINE_METADATA,
  create: definePipeline,
};

function definePipeline({
  target,
  instance,
  metadata,
  place,
}: DecoratedProvider<PipelineMetadata>): PipelineDefinition {
  const methods = stepMethodsOf(target);
  if (methods.length === 0) {
    throw new WorkflowDefinitionError(
      `The ${place} carries @PipelineWorkflow but has no step. Put @Step() on the methods that are its steps.`,
    );
  }
  const steps = methods.map(({ method, options }) => {
    const { name = method, dependencies, timeout, retry } = options;
    // Looked up at each call, so that a test may replace the method of the instance.
    const call: StepFunction<unknown> = (context, step) =>
      (instance as Record<string, StepFunction<unknown>>)[method]?.(context, step);
    return new FunctionStep(name, call, {
      ...(dependencies !== undefined && { dependencies }),
      // As text, because a bare number of a step is seconds and one of a decorator milliseconds.
      ...(timeout !== undefined && { timeout: `${parseDuration(timeout, `timeout of ${place}.${method}()`)}ms` }),
      ...(retry !== undefined && { retry }),
    });
  });
  return new Pipeline(metadata.name, steps, metadata.options).define(target);
}
