import { GraphExecutionError } from './errors/graph-execution.error.js';
import type { GraphPlan, PlannedNode } from './graph.plan.js';
import type { NodeResult } from './node-result.js';
import { messageOf } from './nodes/prompt-template.js';
import { mergeInto, type WorkflowState } from './workflow-state.js';

/** Takes what a visit adds into the state, and notes the visit there. @throws GraphExecutionError where a reducer refuses it @internal */
export function mergeVisit(
  { reducers }: GraphPlan,
  { mainKey }: PlannedNode,
  { nodeName: node, output }: NodeResult,
  state: WorkflowState,
): void {
  try {
    mergeInto(state, output, reducers);
  } catch (cause) {
    throw new GraphExecutionError(`What the node "${node}" adds could not be merged: ${messageOf(cause)}`, {
      node,
      cause,
    });
  }
  if (mainKey !== undefined && mainKey !== 'output' && !('output' in output)) state['output'] = output[mainKey];
  state._history.push([node, output]);
}
