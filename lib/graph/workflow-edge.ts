import { readOptional } from '../core/definition/index.js';
import { isThenable } from '../core/options/index.js';
import { GraphExecutionError } from './errors/graph-execution.error.js';
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

  /** Whether it is followed in this state. @throws GraphExecutionError when its condition answers a promise */
  isActive(state: Readonly<S>): boolean {
    return holds(this.condition as StateCondition | undefined, state, this.source, this.target);
  }
}

/**
 * Asks a condition: none always holds, one that throws does not.
 *
 * @param target Where an edge leads; left out for the condition of an end.
 * @throws GraphExecutionError when it answers a promise
 * @internal
 */
export function holds(condition: StateCondition | undefined, state: object, source: string, target?: string): boolean {
  if (condition === undefined) return true;
  let answer: unknown;
  try {
    answer = condition(state as GraphValues);
  } catch {
    // Documented: an edge whose condition cannot be told is not followed, and a node whose condition cannot be told is no end.
    return false;
  }
  if (answer === true) return true;
  if (isThenable(answer)) refusePromise(answer, source, target);
  return Boolean(answer);
}

function refusePromise(answer: PromiseLike<unknown>, source: string, target: string | undefined): never {
  // What it comes to is of no interest any more, also where it fails.
  answer.then(undefined, () => undefined);
  const place = target === undefined ? `end "${source}"` : `edge "${source}" → "${target}"`;
  throw new GraphExecutionError(
    `The condition of the ${place} answered a promise. It has to answer at once: find out in a node, and ask the state for it.`,
    { node: source },
  );
}
