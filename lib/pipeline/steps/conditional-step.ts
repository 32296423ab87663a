import { readOptional, type StepContext } from '../../core/definition/index.js';
import { knownOptions, refuseUnknownOptions, requireCallback } from '../../core/options/index.js';
import type { PipelineContext } from '../pipeline-context.js';
import { executeAlone } from '../pipeline.interpreter.js';
import { PipelineStep, type PipelineStepOptions, type StepHook, type StepStructure } from './pipeline-step.js';

/** @publicApi */
export interface ConditionalStepOptions<F = unknown> extends Pick<PipelineStepOptions, 'dependencies' | 'timeout'> {
  readonly falseStep?: PipelineStep<F>;
}

const OPTIONS = knownOptions<ConditionalStepOptions>({ falseStep: true, dependencies: true, timeout: true });

/**
 * Runs one step or another, by a condition. Its result is that of the step that ran, or `null` where there was none to run. Never
 * skipped itself. Its time limit holds for the step that it runs.
 *
 * @publicApi
 */
export class ConditionalStep<R = unknown, N extends string = string> extends PipelineStep<R, N> {
  readonly falseStep: PipelineStep | undefined;

  constructor(
    name: N,
    condition: ConditionalStep['condition'],
    trueStep: PipelineStep,
    falseStep?: PipelineStep | ConditionalStepOptions,
    dependencies?: readonly string[] | ConditionalStepOptions,
    timeout?: number | string | ConditionalStepOptions,
  );
  constructor(
    name: N,
    readonly condition: (context: PipelineContext) => boolean | PromiseLike<boolean>,
    readonly trueStep: PipelineStep,
    ...given: readonly unknown[]
  ) {
    const options = readOptional<ConditionalStepOptions>(['falseStep', 'dependencies', 'timeout'], given);
    refuseUnknownOptions(options, OPTIONS, `step "${name}"`);
    super(name, options);
    requireCallback(condition, `condition of step "${name}"`, '(context) => boolean');
    this.falseStep = options.falseStep;
  }

  /** A subclass with an `execute` of its own is a step like any other. @internal */
  override get structure(): StepStructure | undefined {
    if (this.execute !== ConditionalStep.prototype.execute) return undefined;
    const { condition, trueStep, falseStep } = this;
    return { kind: 'conditional', condition, whenTrue: trueStep, whenFalse: falseStep };
  }

  override async execute(context: PipelineContext, _step?: StepContext): Promise<R> {
    return (await executeAlone(this, ConditionalStep, context)) as R;
  }

  override shouldSkip(): boolean {
    return false;
  }

  /** @internal */
  override uses(hook: StepHook): boolean {
    return hook !== 'shouldSkip' && super.uses(hook);
  }
}
