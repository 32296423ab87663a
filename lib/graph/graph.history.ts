import { isTerminal } from '../core/records/index.js';
import type { WorkflowEngine } from './graph.definition.js';
import type { GraphPath } from './graph.diagram.js';
import { GraphConfig } from './graph-config.js';
import { GraphTraversal } from './graph.interpreter.js';
import { GraphResult } from './graph-result.js';
import { visitOf } from './graph.events.js';
import type { NodeResult } from './node-result.js';
import type { GraphVisit } from './graph-visit.js';
import { RecordedHost, type RecordedRun } from './recorded-host.js';
import { initialState, type StoredStart } from './stored-run.js';
import { WorkflowState, type GraphValues } from './workflow-state.js';

/** What a run has come to, by its journal. @internal */
export interface ReadRun {
  readonly result: GraphResult;
  readonly visits: readonly GraphVisit[];
  readonly path: GraphPath;
  /** The state with where the run stands. */
  readonly standing: GraphValues;
  /** Whether it came to the visit to stop at. */
  readonly hasStopped: boolean;
  /** Whether there is nothing to go on with. */
  readonly isDone: boolean;
}

/** How a run is read. @internal */
export interface ReadRunOptions {
  /** The module's configuration. */
  readonly house: GraphConfig;
  /** The visit to stop at, as if it had not been made. */
  readonly before?: string | undefined;
  /** In place of the one that the run was started with. */
  readonly config?: GraphConfig | undefined;
}

/** Goes through a graph once more with what is recorded of its visits, and makes nothing happen. @internal */
export async function readRun(
  engine: WorkflowEngine,
  run: RecordedRun,
  start: StoredStart,
  { house, before, config: other }: ReadRunOptions,
): Promise<ReadRun> {
  const state = initialState(start);
  const host = new RecordedHost(run, before);
  const config = engine.configOf(other ?? start.config, house);
  const paths = new Map<NodeResult, string>();
  const visits: GraphVisit[] = [];
  const edges: (readonly [string, string])[] = [];
  const { status: stored } = run.record;
  // Where one of several visits has failed, those beside it run on for a while.
  const isSettled = isTerminal(stored) || stored === 'compensating';
  const traversal = new GraphTraversal(engine.plan, {
    // Its limits were kept when it ran.
    config: new GraphConfig({ ...config.toJSON(), totalTimeout: 0 }),
    ...{ host, state, house },
    observer: {
      onEnd: (path, result) => void paths.set(result, path),
      onMerge: (result, merged) => void visits.push(visitOf(paths, result, merged)),
      onHalt: (result, unmerged, why) => {
        if (isSettled) visits.push({ ...visitOf(paths, result, unmerged), error: why });
      },
      onFollow: (source, target) => void edges.push([source, target]),
    },
  });
  let error: unknown;
  try {
    await traversal.run();
  } catch (thrown) {
    error = thrown;
  }
  const isDone = error === undefined && traversal.isOver;
  const standing = traversal.snapshot();
  const { pause } = traversal;
  const status = isTerminal(stored) ? stored : error === undefined && pause !== undefined ? 'suspended' : 'running';
  const result = new GraphResult({
    finalState: isDone ? state : new WorkflowState(state['input'], { initial: standing }),
    status,
    nodeResults: traversal.results,
    iterations: traversal.visitsMade,
    terminatedAt: traversal.terminatedAt,
    durationMs: host.now() - run.record.createdAt,
    workflowId: run.record.id,
    ...(status === 'suspended' && pause !== undefined && { wait: pause }),
  });
  // Visits within a sub-workflow stand under its own.
  const nodes = visits.filter(({ visit, node }) => visit.startsWith(`${node}#`)).map(({ node }) => node);
  return { result, visits, path: { nodes, edges }, standing, hasStopped: host.hasStopped, isDone };
}
