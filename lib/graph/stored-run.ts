import type { GraphConfigOptions } from './graph-config.js';
import type { GraphTraversal } from './graph.interpreter.js';
import { POSITION_KEY, type GraphPosition } from './graph.position.js';
import { WorkflowState, type GraphUpdate, type GraphValues, type HistoryEntry } from './workflow-state.js';

/** What a durable run is started with besides its input. @internal */
export interface StoredStart {
  readonly input?: unknown;
  readonly config?: GraphConfigOptions;
  /** Values to begin with. */
  readonly state?: GraphUpdate;
  /** A state with where it stands, to go on from. */
  readonly from?: GraphValues;
}

/** What a durable run answers: what its nodes left in the state, and how it went. @publicApi */
export interface GraphOutput {
  /** The state without what is the engine's. */
  readonly state: GraphValues;
  readonly output: unknown;
  readonly terminatedAt: string | null;
  readonly iterations: number;
  readonly succeeded: boolean;
}

/** How a run is started that has more than an input. What comes from outside is none, whatever it looks like. @internal */
export class GraphStart {
  constructor(readonly start: StoredStart) {}
}

/** What a run is started with; nothing is put around an input that says nothing but itself. @internal */
export function startWith(start: StoredStart): unknown {
  const { input, config, state, from } = start;
  return config === undefined && state === undefined && from === undefined ? input : new GraphStart(start);
}

/** What is stored of that as the input of the run. @internal */
export function storedInput(given: unknown): unknown {
  if (given instanceof GraphStart) return { $graph: given.start };
  const isLikeStored = typeof given === 'object' && given !== null && '$graph' in given;
  return isLikeStored ? { $graph: { input: given } } : given;
}

/**
 * A state with where it stands, as another run is started with it: its history names the visits, without what each of them added. The
 * state has that already, and with every round of a loop it would be carried once more.
 *
 * @internal
 */
export function carried(state: GraphValues): GraphValues {
  const { _history: history, [POSITION_KEY]: position } = state;
  const visits = Array.isArray(history) ? (history as readonly HistoryEntry[]) : [];
  const { frontier = [] } = (position ?? {}) as Partial<GraphPosition>;
  const nodes = frontier.map((each) => (each.inner === undefined ? each : { ...each, inner: carried(each.inner) }));
  return {
    ...state,
    _history: visits.map(([node]) => [node, {}]),
    ...(position !== undefined && { [POSITION_KEY]: { ...position, frontier: nodes } }),
  };
}

/** @internal */
export function startOf(input: unknown): StoredStart {
  const { $graph } = (input ?? {}) as { readonly $graph?: StoredStart };
  return $graph ?? { input };
}

/** The state that a run begins with. @internal */
export function initialState({ input, state, from }: StoredStart): WorkflowState {
  if (from !== undefined) return new WorkflowState(from['input'], { initial: from });
  return freshState(input, state ?? {});
}

/** A state at the beginning of a run: nothing of an earlier run's engine is taken over. @internal */
export function freshState(input: unknown, values: GraphUpdate): WorkflowState {
  const initial = Object.fromEntries(Object.entries(values).filter(([key]) => !key.startsWith('_')));
  return new WorkflowState(input, { initial: { ...initial, input } });
}

/** @internal */
export function outputOf(traversal: GraphTraversal, state: WorkflowState): GraphOutput {
  const values = Object.fromEntries(Object.entries(state).filter(([key]) => !key.startsWith('_')));
  return {
    state: values,
    output: state['output'] ?? null,
    terminatedAt: traversal.terminatedAt,
    iterations: state._iteration,
    succeeded: traversal.results.every(({ succeeded }) => succeeded),
  };
}
