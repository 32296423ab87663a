import { readOptional, type StepContext } from '../../core/definition/index.js';
import { knownOptions, refuseUnknownOptions } from '../../core/options/index.js';
import type { PipelineContext } from '../pipeline-context.js';
import { executeAlone } from '../pipeline.interpreter.js';
import { PipelineStep, type PipelineStepOptions, type StepStructure } from './pipeline-step.js';

/** @publicApi */
export interface ParallelStepOptions extends Pick<PipelineStepOptions, 'dependencies' | 'timeout'> {
  /**
   * Whether a failure stops the steps beside it: what has not begun does not, and what runs has its signal aborted, is not tried again, and
   * is recorded as cancelled when it throws. All are waited for, a workflow that runs as a step until its own end, and the failure is
   * thrown. @default true
   */
  readonly failFast?: boolean;
}

const OPTIONS = knownOptions<ParallelStepOptions>({ dependencies: true, timeout: true, failFast: true });

/** The results of several steps, in their order; `null` for one that was skipped, or has none. @publicApi */
export type ResultListOf<S extends readonly PipelineStep[]> = {
  readonly [I in keyof S]: S[I] extends PipelineStep<infer R> ? R | null : unknown;
};

/**
 * Runs several steps at a time. Its result is the list of theirs, in the order of their declaration; a step that was skipped leaves
 * `null`. Its time limit holds for each of them.
 *
 * @publicApi
 */
export class ParallelStep<
  R extends readonly unknown[] = readonly unknown[],
  N extends string = string,
> extends PipelineStep<R, N> {
  readonly failFast: boolean;

  constructor(
    name: N,
    steps: readonly PipelineStep[],
    dependencies?: readonly string[] | ParallelStepOptions,
    options?: ParallelStepOptions,
  );
  constructor(
    name: N,
    readonly steps: readonly PipelineStep[],
    ...given: readonly unknown[]
  ) {
    const options = readOptional<ParallelStepOptions>(['dependencies'], given);
    refuseUnknownOptions(options, OPTIONS, `step "${name}"`);
    super(name, options);
    this.failFast = options.failFast ?? true;
  }

  /** A subclass with an `execute` of its own is a step like any other. @internal */
  override get structure(): StepStructure | undefined {
    if (this.execute !== ParallelStep.prototype.execute) return undefined;
    return { kind: 'parallel', steps: this.steps, failFast: this.failFast };
  }

  override async execute(context: PipelineContext, _step?: StepContext): Promise<R> {
    return (await executeAlone(this, ParallelStep, context)) as R;
  }
}
