import type { CompensationContext, StepOptions } from '../core/definition/index.js';
import { WorkflowDefinitionError } from '../core/errors/index.js';
import { DependencyGraph } from '../core/scheduling/index.js';
import { parseSeconds } from '../core/time/index.js';
import { PipelineStep } from './steps/pipeline-step.js';

/** A step, with everything about it that can be known before a run. @internal */
export interface StepPlan {
  readonly step: PipelineStep;
  /** Its journal key: its name, below the names of the steps it stands in. */
  readonly path: string;
  /** Absent where `execute` is simply called. */
  readonly options: StepOptions | undefined;
  readonly asksToSkip: boolean;
  readonly recovers: boolean;
  readonly cleansUp: boolean;
  readonly parts: StepParts | undefined;
}

/** The steps inside a step. @internal */
export type StepParts =
  | {
      readonly kind: 'conditional';
      readonly condition: (context: never) => boolean | PromiseLike<boolean>;
      readonly whenTrue: StepPlan;
      readonly whenFalse: StepPlan | undefined;
    }
  | {
      readonly kind: 'parallel';
      readonly plans: readonly StepPlan[];
      readonly graph: DependencyGraph;
      readonly failFast: boolean;
    };

/** @throws WorkflowDefinitionError, WorkflowOptionsError naming the step @internal */
export function planStep(step: PipelineStep, parent = '', limitMs = Number.POSITIVE_INFINITY): StepPlan {
  if (typeof step?.name !== 'string' || step.name === '') {
    throw new WorkflowDefinitionError('A step of a pipeline has no name. Give each step a name that is not empty.');
  }
  const path = parent === '' ? step.name : `${parent}/${step.name}`;
  // What a step is made of begins together, so that a limit of the whole is a limit of each.
  const ownMs = Math.min(limitMs, timeoutMs(step, path));
  const base = PipelineStep.prototype;
  const parts = planParts(step, path, ownMs);
  return {
    step,
    path,
    options: parts === undefined ? optionsOf(step, ownMs) : undefined,
    asksToSkip: step.shouldSkip !== base.shouldSkip && parts?.kind !== 'conditional',
    recovers: step.onError !== base.onError,
    cleansUp: step.cleanup !== base.cleanup,
    parts,
  };
}

function planParts(step: PipelineStep, path: string, limitMs: number): StepParts | undefined {
  const { structure } = step;
  if (structure === undefined) return undefined;
  if (structure.kind === 'conditional') {
    const { condition, whenTrue, whenFalse } = structure;
    return {
      kind: 'conditional',
      condition,
      whenTrue: planStep(whenTrue, path, limitMs),
      whenFalse: whenFalse && planStep(whenFalse, path, limitMs),
    };
  }
  // Its steps all begin together: only their names are checked here, not what they depend on.
  const graph = new DependencyGraph(
    structure.steps.map(({ name }) => ({ name })),
    `parallel step "${path}"`,
  );
  const plans = structure.steps.map((each) => planStep(each, path, limitMs));
  return { kind: 'parallel', plans, graph, failFast: structure.failFast };
}

function optionsOf(step: PipelineStep, limitMs: number): StepOptions | undefined {
  const { retry, compensate } = step;
  const isLimited = limitMs !== Number.POSITIVE_INFINITY;
  if (!isLimited && retry === undefined && compensate === undefined) return undefined;
  return {
    ...(isLimited && { timeout: limitMs }),
    ...(retry !== undefined && { retry }),
    ...(compensate !== undefined && {
      compensate: compensate as unknown as (result: unknown, context: CompensationContext) => unknown,
    }),
  };
}

/** Documented in seconds where it is a number. */
function timeoutMs({ timeout }: PipelineStep, path: string): number {
  if (timeout == null) return Number.POSITIVE_INFINITY;
  return parseSeconds(timeout, `timeout of step "${path}"`);
}
