import type { CompensationContext, StepOptions, WorkflowReference } from '../core/definition/index.js';
import type { DependencyGraph } from '../core/scheduling/index.js';
import type { PipelineContext } from './pipeline-context.js';
import type { PipelineStep } from './steps/pipeline-step.js';

/** A step, with everything about it that can be known before a run. @internal */
export interface StepPlan {
  readonly step: PipelineStep;
  /** Its journal key: its name, below the names of the steps it stands in. */
  readonly path: string;
  /** Its place among all steps of the pipeline. */
  readonly slot: number;
  /** Absent where `execute` is simply called. */
  readonly options: StepOptions | undefined;
  readonly asksToSkip: boolean;
  readonly recovers: boolean;
  readonly cleansUp: boolean;
  readonly parts: StepParts | undefined;
  /** Whether the step is its `execute` and nothing else. */
  readonly isBare: boolean;
}

/** Undoes a completed step. @internal */
export type StepUndo = (result: unknown, context: PipelineContext, undo: CompensationContext) => unknown;

/** How steps are undone, and those inside them, by their paths; of two branches with one path it is the first. @internal */
export function undosByPath(plans: readonly StepPlan[], undos = new Map<string, StepUndo>()): Map<string, StepUndo> {
  for (const { path, options, parts } of plans) {
    const undo = (parts?.kind === 'child' ? parts.options : options)?.compensate;
    if (undo !== undefined && !undos.has(path)) undos.set(path, undo as unknown as StepUndo);
    if (parts?.kind === 'parallel') undosByPath(parts.plans, undos);
    if (parts?.kind !== 'conditional') continue;
    undosByPath(parts.whenFalse === undefined ? [parts.whenTrue] : [parts.whenTrue, parts.whenFalse], undos);
  }
  return undos;
}

/** The steps inside a step, or the workflow that it runs. @internal */
export type StepParts =
  | {
      readonly kind: 'conditional';
      readonly condition: (context: PipelineContext) => boolean | PromiseLike<boolean>;
      /** Limits the condition. */
      readonly options: StepOptions | undefined;
      readonly whenTrue: StepPlan;
      readonly whenFalse: StepPlan | undefined;
    }
  | {
      readonly kind: 'parallel';
      readonly plans: readonly StepPlan[];
      readonly graph: DependencyGraph;
      readonly failFast: boolean;
    }
  | {
      readonly kind: 'child';
      readonly workflow: WorkflowReference;
      readonly input: unknown;
      readonly options: StepOptions;
    };
