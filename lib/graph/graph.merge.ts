import { isThenable } from '../core/options/index.js';
import { GraphExecutionError } from './errors/graph-execution.error.js';
import type { GraphPlan, PlannedNode } from './graph.plan.js';
import type { NodeResult } from './node-result.js';
import { messageOf } from './nodes/prompt-template.js';
import { isOfEngine, mergeInto, type GraphUpdate, type StateReducer, type WorkflowState } from './workflow-state.js';

/** Takes what a visit adds into the state, and notes the visit there. @throws GraphExecutionError where a reducer refuses it @internal */
export function mergeVisit(
  { reducers }: GraphPlan,
  { mainKey }: PlannedNode,
  { nodeName: node, output }: NodeResult,
  state: WorkflowState,
): void {
  try {
    // A reducer that refuses leaves the state as it was.
    mergeInto(state, reducers === undefined ? output : reduced(state, output, reducers));
  } catch (cause) {
    throw new GraphExecutionError(`What the node "${node}" adds could not be merged: ${messageOf(cause)}`, {
      node,
      cause,
    });
  }
  if (mainKey !== undefined && mainKey !== 'output' && !('output' in output)) state['output'] = output[mainKey];
  state._history.push([node, output]);
}

function reduced(state: WorkflowState, update: GraphUpdate, reducers: ReadonlyMap<string, StateReducer>): GraphUpdate {
  const values: [string, unknown][] = [];
  for (const key of Object.keys(update)) {
    const reducer = isOfEngine(key) ? undefined : reducers.get(key);
    const value = reducer === undefined ? update[key] : reducer(state[key], update[key]);
    if (reducer !== undefined && isThenable(value)) refusePromise(value, key);
    values.push([key, value]);
  }
  return Object.fromEntries(values);
}

function refusePromise(answer: PromiseLike<unknown>, key: string): never {
  // What it comes to is of no interest any more, also where it fails.
  answer.then(undefined, () => undefined);
  throw new GraphExecutionError(
    `The reducer of "${key}" answered a promise. It has to answer at once: find out in a node what it needs.`,
  );
}
