import { NodeExecutionError } from './errors/node-execution.error.js';
import type { GraphPlan, PlannedNode } from './graph.plan.js';
import { holds } from './workflow-edge.js';
import type { WorkflowState } from './workflow-state.js';

/** Where a frontier led. @internal */
export interface Departure {
  /** The node at which the graph has ended; then nothing is next. */
  readonly terminatedAt: string | null;
  /** The nodes of the next frontier, in the order of the edges that led to them. */
  readonly next: number[];
  /** Whether an edge asks for branches beside each other. */
  readonly isParallel: boolean;
}

/**
 * Leaves a frontier: at the first terminal of it that holds the graph ends, else every edge that holds leads on.
 *
 * @param onFollow Is told of each edge that led on.
 * @throws NodeExecutionError for an edge to no node
 * @internal
 */
export function leave(
  plan: GraphPlan,
  frontier: readonly number[],
  state: WorkflowState,
  onFollow: ((source: string, target: string) => void) | undefined,
): Departure {
  const { nodes } = plan;
  for (const index of frontier) {
    const { isTerminal, terminalCondition, name } = nodes[index] as PlannedNode;
    if (isTerminal && holds(terminalCondition, state, name)) return { terminatedAt: name, next: [], isParallel: false };
  }
  const next: number[] = [];
  const isBranching = frontier.length > 1 || (nodes[frontier[0] as number] as PlannedNode).edges.length > 1;
  const seen = isBranching ? new Set<number>() : undefined;
  let isParallel = false;
  for (const index of frontier) {
    const planned = nodes[index] as PlannedNode;
    for (const { edge, target } of planned.edges) {
      if (edge.condition !== undefined && !holds(edge.condition, state, planned.name, edge.target)) continue;
      if (target < 0) throw astray(plan, planned, edge.target);
      onFollow?.(planned.name, edge.target);
      if (edge.isParallel) isParallel = true;
      if (seen?.has(target) === true) continue;
      seen?.add(target);
      next.push(target);
    }
  }
  return { terminatedAt: null, next, isParallel };
}

function astray({ name: graph }: GraphPlan, { name }: PlannedNode, target: string): NodeExecutionError {
  return new NodeExecutionError(
    `The node "${name}" leads to "${target}", and there is no such node in the graph "${graph}".`,
    { node: name },
  );
}
