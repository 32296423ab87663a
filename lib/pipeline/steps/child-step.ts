import type {
  CompensationContext,
  InputOf,
  OutputOf,
  StepContext,
  WorkflowReference,
} from '../../core/definition/index.js';
import { knownOptions, refuseUnknownOptions } from '../../core/options/index.js';
import type { Journaled } from '../../core/serialization/index.js';
import type { PipelineContext } from '../pipeline-context.js';
import { executeAlone } from '../pipeline.interpreter.js';
import { PipelineStep, type PipelineStepOptions, type StepStructure } from './pipeline-step.js';

/** @publicApi */
export interface ChildStepOptions<O = unknown> extends Pick<PipelineStepOptions, 'dependencies' | 'timeout'> {
  /** Undoes the completed child when the pipeline fails or is cancelled later. One that is still running is cancelled, and undoes itself. */
  readonly compensate?: (result: Journaled<O>, context: PipelineContext, undo: CompensationContext) => unknown;
}

const OPTIONS = knownOptions<ChildStepOptions>({ dependencies: true, timeout: true, compensate: true });

/** What a child is started with, or a function that gives it. @publicApi */
export type ChildInput<W> = InputOf<W> | ((context: PipelineContext) => InputOf<W> | PromiseLike<InputOf<W>>);

/**
 * Runs another workflow, of whatever model, as a child of the pipeline: durably where the pipeline is durable, and cancelled and undone
 * with it. Its time limit is that of the child's whole run.
 *
 * @publicApi
 */
export class ChildStep<W extends WorkflowReference = WorkflowReference, N extends string = string> extends PipelineStep<
  Journaled<OutputOf<W>>,
  N
> {
  constructor(
    name: N,
    readonly workflow: W,
    readonly input: ChildInput<W>,
    options: ChildStepOptions<OutputOf<W>> = {},
  ) {
    refuseUnknownOptions(options, OPTIONS, `step "${name}"`);
    super(name, options);
  }

  /** @internal */
  override get structure(): StepStructure {
    return { kind: 'child', workflow: this.workflow, input: this.input };
  }

  override async execute(context: PipelineContext, _step?: StepContext): Promise<Journaled<OutputOf<W>>> {
    return (await executeAlone(this, ChildStep, context)) as Journaled<OutputOf<W>>;
  }
}
