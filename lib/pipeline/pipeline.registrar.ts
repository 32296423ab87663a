import { WorkflowDefinitionError } from '../core/errors/index.js';
import { formatDuration, parseDuration } from '../core/time/index.js';
import {
  checkStepOptions,
  inputValidator,
  stepMethodsOf,
  undoMethodsOf,
  type DecoratedProvider,
  type DefinitionFactory,
  type StepMethod,
} from '../discovery/index.js';
import { PIPELINE_METADATA, type PipelineMetadata } from './decorators/pipeline-workflow.decorator.js';
import { Pipeline, type PipelineDefinition } from './pipeline.definition.js';
import { ChildStep } from './steps/child-step.js';
import { FunctionStep } from './steps/function-step.js';
import type { PipelineStep } from './steps/pipeline-step.js';

/** Turns `@PipelineWorkflow` classes into definitions. @internal */
export const pipelineDefinitionFactory: DefinitionFactory<PipelineMetadata> = {
  decorator: '@PipelineWorkflow',
  metadata: PIPELINE_METADATA,
  create: async (provider) => {
    const { target, metadata, place } = provider;
    const { input } = metadata.options;
    // What is wrong with it is told by the name of the class, and before anything comes in.
    if (input !== undefined) await inputValidator(input, place);
    const steps = new ClassSteps(provider).read();
    if (steps.length === 0) {
      throw new WorkflowDefinitionError(
        `The ${place} carries @PipelineWorkflow but has no step. Put @Step() on the methods that are its steps.`,
      );
    }
    return new Pipeline(metadata.name, steps, metadata.options).define(target) as PipelineDefinition;
  },
};

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- stands for methods of every signature
type Method = (...args: any[]) => any;
type Hook = 'shouldSkip' | 'onError' | 'cleanup' | 'compensate';

/** The methods of one class as steps. */
class ClassSteps {
  private readonly undos = new Map<string, string>();

  constructor(private readonly provider: DecoratedProvider<PipelineMetadata>) {}

  read(): PipelineStep[] {
    const { target, place } = this.provider;
    const undos = undoMethodsOf(target, place);
    for (const [step, { method, options }] of undos) {
      if (options.idempotent !== undefined)
        throw new WorkflowDefinitionError(
          `The method ${place}.${method}() says whether it is idempotent, which pipelines do not ask. Leave it out; undos are tried again under the policy of the module.`,
        );
      this.undos.set(step, method);
    }
    return stepMethodsOf(target).map((method) => this.step(method));
  }

  private step(step: StepMethod): PipelineStep {
    const { method, options } = step;
    const { dependencies, timeout, retry, child } = options;
    const place = `${this.provider.place}.${method}()`;
    checkStepOptions(options, place);
    if (options.transaction !== undefined)
      throw new WorkflowDefinitionError(
        `The step ${place} has the option transaction, which is for sagas. Leave it out, and run a saga as a child of the pipeline.`,
      );
    const compensate = this.hook(step, 'compensate') ?? this.undoOf(step);
    const shared = {
      ...(dependencies !== undefined && { dependencies }),
      // As text, because a bare number of a step is seconds and one of a decorator milliseconds.
      ...(timeout !== undefined && { timeout: formatDuration(parseDuration(timeout, `timeout of ${place}`)) }),
      ...(compensate !== undefined && { compensate }),
    };
    const [skipCondition, errorHandler, cleanupFunc] = [
      this.hook(step, 'shouldSkip'),
      this.hook(step, 'onError'),
      this.hook(step, 'cleanup'),
    ];
    if (child !== undefined) {
      if (retry !== undefined || skipCondition !== undefined || errorHandler !== undefined || cleanupFunc !== undefined)
        throw new WorkflowDefinitionError(
          `The step ${place} runs another workflow, and has retry, shouldSkip, onError or cleanup. These belong to that workflow: leave them out.`,
        );
      return new ChildStep(nameOf(step), child, this.call(method), shared);
    }
    return new FunctionStep(nameOf(step), this.call(method), {
      ...shared,
      ...(retry !== undefined && { retry }),
      ...(skipCondition !== undefined && { skipCondition }),
      ...(errorHandler !== undefined && { errorHandler }),
      ...(cleanupFunc !== undefined && { cleanupFunc }),
    });
  }

  private undoOf(step: StepMethod): Method | undefined {
    const method = this.undos.get(nameOf(step));
    return method === undefined ? undefined : this.call(method);
  }

  /** The method that an option names. */
  private hook({ method, options }: StepMethod, hook: Hook): Method | undefined {
    const name = options[hook];
    if (name === undefined) return undefined;
    const { instance, place } = this.provider;
    if (typeof (instance as Record<string, unknown>)[name] !== 'function') {
      throw new WorkflowDefinitionError(
        `The step ${place}.${method}() names "${String(name)}" as its ${hook}, and the class has no such method. Add it, or correct the name.`,
      );
    }
    if (hook === 'compensate' && this.undos.has(nameOf({ method, options }))) {
      throw new WorkflowDefinitionError(
        `The step ${place}.${method}() names its undo, and @Compensate names another. Keep one of them.`,
      );
    }
    return this.call(name);
  }

  /** Looked up at each call, so that a test may replace the method of the instance. */
  private call(method: string): Method {
    const { instance } = this.provider;
    return (...args: unknown[]): unknown => (instance as Record<string, Method>)[method]?.(...args);
  }
}

function nameOf({ method, options }: StepMethod): string {
  return options.name ?? method;
}
