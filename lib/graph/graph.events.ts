import type { GraphListener } from './graph-stream.js';
import type { GraphVisit } from './graph-visit.js';
import type { NodeResult } from './node-result.js';
import type { TraversalObserver } from './node-visitor.js';
import type { GraphValues, WorkflowState } from './workflow-state.js';

/** Tells an observer's story as events. @internal */
export function eventTeller(listener: GraphListener): TraversalObserver {
  const paths = new Map<NodeResult, string>();
  return {
    room: () => listener.room(),
    onVisit: (visit, { name: node }) => {
      listener.tell({ type: 'visit_started', visit, node });
    },
    onEnd: (path, result) => void paths.set(result, path),
    onMerge: (result, state) => {
      listener.tell({ type: 'visit_ended', ...visitOf(paths, result, state) });
    },
    onHalt: (result, state, error) => {
      listener.tell({ type: 'visit_ended', ...visitOf(paths, result, state), error });
    },
    onPause: (wait) => {
      listener.tell({ type: 'paused', ...wait });
    },
  };
}

/** @internal */
export function visitOf(paths: ReadonlyMap<NodeResult, string>, result: NodeResult, state: WorkflowState): GraphVisit {
  const { nodeName: node, output: update, error, durationMs } = result;
  return { visit: paths.get(result) ?? node, node, update, error, durationMs, state: valuesOf(state) };
}

/** What the nodes see of a state, without what is the engine's. */
function valuesOf(state: WorkflowState): GraphValues {
  return Object.fromEntries(Object.entries(state).filter(([key]) => !key.startsWith('_')));
}
