import { WorkflowOptionsError } from '../core/errors/index.js';
import { GraphExecutionError } from './errors/graph-execution.error.js';
import type { GraphPlan, PlannedNode } from './graph.plan.js';
import { NodeResult } from './node-result.js';
import { Paused, type VisitStanding } from './visit-end.js';
import type { GraphUpdate, GraphValues, HistoryEntry } from './workflow-state.js';

/** One node of the frontier, and what is already known of its visit. @internal */
export interface FrontierNode {
  readonly node: string;
  /** What it added, when its visit has ended and waits for its siblings. */
  readonly update?: GraphUpdate;
  /** Its failure, when that was stored. */
  readonly error?: string;
  readonly durationMs?: number;
  /** Whether its update is in the state already, as where that of its sibling could not be merged. */
  readonly isMerged?: boolean;
  /** Where the graph within it stands. */
  readonly inner?: GraphValues;
  /** What it waits for a person to answer. */
  readonly asks?: string;
  /** What the person whom it asks has answered since. */
  readonly answer?: unknown;
}

/** What is told of a visit that was made before; the history has what it added. @internal */
export type MadeVisit = Pick<FrontierNode, 'node' | 'error' | 'durationMs'>;

/** Where a graph stands: what it goes on from. Plain data. @internal */
export interface GraphPosition {
  readonly frontier: readonly FrontierNode[];
  /** Visits so far by node. */
  readonly visits: Readonly<Record<string, number>>;
  /** Keys whose answers were taken, and do not count again. */
  readonly answered: readonly string[];
  /** The visits whose updates are in the state, in order. */
  readonly made?: readonly MadeVisit[];
  /** Whether an edge asked for the frontier to be visited beside each other. */
  readonly isParallel?: boolean;
  /** How much of its total time the graph had used up when it paused. */
  readonly spentMs?: number;
}

/** The key of a state that was taken down before its end. @internal */
export const POSITION_KEY = '_position';

/** The key of a state that names the node it waits at, and knows no more of where it stands. */
const PAUSED_AT_KEY = '_paused_at';

/** The keys of a state that only a run that goes on looks at. @internal */
export const STANDING_KEYS = [POSITION_KEY, PAUSED_AT_KEY];

/** @throws WorkflowOptionsError for what is no state to go on from @internal */
export function requireState(state: unknown, option: string): void {
  if (typeof state === 'object' && state !== null && !Array.isArray(state)) return;
  const expected = 'a state to go on from: the finalState of a suspended result, or of the result of an error';
  throw new WorkflowOptionsError({ option, value: state, expected });
}

/** A state that tells of visits and not of where it stands is that of a run that has ended. @throws GraphExecutionError @internal */
export function refuseEnded(state: GraphValues, graph: string): void {
  const { _iteration: visits } = state;
  if (typeof visits !== 'number' || visits === 0 || positionIn(state) !== undefined) return;
  throw new GraphExecutionError(
    `The state is of a run of the graph "${graph}" that has ended, and there is nothing to go on with. Execute the graph to run it again.`,
  );
}

/** Where a state stands that was taken down before its end. @internal */
export function positionIn(state: GraphValues): GraphPosition | undefined {
  const { [POSITION_KEY]: position, [PAUSED_AT_KEY]: node } = state;
  if (position !== undefined) return position as GraphPosition;
  return typeof node === 'string' ? { frontier: [{ node }], visits: {}, answered: [] } : undefined;
}

/** A traversal as it stands. @internal */
export interface StandingTraversal {
  readonly plan: GraphPlan;
  readonly frontier: readonly number[];
  readonly ended: readonly VisitStanding[];
  readonly known: readonly FrontierNode[] | undefined;
  readonly visits: Uint32Array;
  readonly merged: number;
  readonly isParallel: boolean;
  /** The visits of earlier frontiers. */
  readonly made: readonly NodeResult[];
  readonly answered: ReadonlySet<string>;
}

/** Where a traversal stands, and how many of its visits are still open: those are made again, under their own numbers. @internal */
export function positionOf(standing: StandingTraversal): { readonly position: GraphPosition; readonly open: number } {
  const { plan, frontier, ended, known, merged, made, answered, isParallel } = standing;
  const visits = standing.visits.slice();
  let open = 0;
  const nodes = frontier.map((index, at): FrontierNode => {
    const node = (plan.nodes[index] as PlannedNode).name;
    const end = ended[at];
    if (end instanceof NodeResult) {
      return { ...madeVisit(end), node, update: end.output, ...(at < merged && { isMerged: true }) };
    }
    // What came to no turn since stays as it was.
    if (end === undefined && known?.[at] !== undefined) return known[at];
    if (end !== undefined) {
      open++;
      visits[index] = (visits[index] as number) - 1;
    }
    const inner = end instanceof Paused ? end.inner : known?.[at]?.inner;
    const asks = end instanceof Paused ? end.wait?.prompt : undefined;
    return { node, ...(inner !== undefined && { inner }), ...(asks !== undefined && { asks }) };
  });
  const counted = plan.nodes.map(({ name, index }) => [name, visits[index] as number] as const);
  const counts = Object.fromEntries(counted.filter(([, count]) => count > 0));
  const position = {
    ...{ frontier: nodes, visits: counts, answered: [...answered], made: made.map(madeVisit) },
    ...(isParallel && { isParallel }),
  };
  return { position, open };
}

function madeVisit({ nodeName: node, error, durationMs }: NodeResult): MadeVisit {
  return { node, durationMs, ...(error !== null && { error }) };
}

/** The visits that were made before a state was taken down, as they were told of then. @internal */
export function resultsOf({ made = [] }: GraphPosition, history: readonly HistoryEntry[]): NodeResult[] {
  return made.map(({ node, durationMs = 0, error = null }, at) => {
    const [name, output = {}] = history[at] ?? [];
    return new NodeResult(node, { output: name === node ? output : {}, durationMs, error });
  });
}
