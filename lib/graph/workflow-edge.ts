import { readOptional } from '../core/definition/index.js';
import { isThenable } from '../core/options/index.js';
import { GraphValidationError } from './errors/graph-validation.error.js';
import type { GraphValues } from './workflow-state.js';

/** Whether the state lets something happen; must be pure, and answer at once. @publicApi */
export type StateCondition<S extends object = GraphValues> = (state: Readonly<S>) => unknown;

/** @publicApi */
export interface WorkflowEdgeOptions<S extends object = GraphValues> {
  /** Followed only when it holds. One that throws does not hold. @default always */
  readonly condition?: StateCondition<S> | null;
  /** Shown in diagrams. @default '' */
  readonly label?: string;
  /** Followed beside its siblings also where the graph's branches run one after the other. @default false */
  readonly isParallel?: boolean;
}

/** Leads from one node to another. @publicApi */
export class WorkflowEdge<S extends object = GraphValues> {
  readonly condition: StateCondition<S> | undefined;
  readonly label: string;
  readonly isParallel: boolean;

  constructor(source: string, target: string, options?: WorkflowEdgeOptions<S>);
  constructor(
    source: string,
    target: string,
    condition?: StateCondition<S> | null,
    label?: string,
    isParallel?: boolean,
    options?: WorkflowEdgeOptions<S>,
  );
  constructor(
    readonly source: string,
    readonly target: string,
    ...given: readonly unknown[]
  ) {
    const options = readOptional<WorkflowEdgeOptions<S>>(['condition', 'label', 'isParallel'], given);
    this.condition = options.condition ?? undefined;
    this.label = options.label ?? '';
    this.isParallel = options.isParallel ?? false;
    if (this.condition !== undefined && typeof this.condition !== 'function')
      throw new GraphValidationError(
        `The condition of the edge "${source}" → "${target}" is no function of the state.`,
      );
  }

  /** Whether it is followed in this state. */
  isActive(state: Readonly<S>): boolean {
    return holds(this.condition as StateCondition | undefined, state);
  }
}

/** Asks a condition: none always holds, one that throws does not. @internal */
export function holds(condition: StateCondition | undefined, state: object): boolean {
  if (condition === undefined) return true;
  try {
    const answer = condition(state as GraphValues);
    return answer === true || (Boolean(answer) && !isThenable(answer));
  } catch {
    // Documented: an edge whose condition cannot be told is not followed, and a node whose condition cannot be told is no end.
    return false;
  }
}
