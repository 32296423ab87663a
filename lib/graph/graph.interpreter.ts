import { isThenable } from '../core/options/index.js';
import { GraphExecutionError } from './errors/graph-execution.error.js';
import type { GraphConfig } from './graph-config.js';
import { Branches } from './graph.branches.js';
import { leave } from './graph.departure.js';
import { GraphLimits, type LimitOptions } from './graph.limits.js';
import type { GraphPlan, PlannedNode } from './graph.plan.js';
import { mergeVisit } from './graph.merge.js';
import {
  positionIn,
  positionOf,
  resultsOf,
  POSITION_KEY,
  STANDING_KEYS,
  type FrontierNode,
  type GraphPosition,
} from './graph.position.js';
import { NodeResult, type GraphWait } from './node-result.js';
import { NodeVisitor, type InnerOutcome, type TraversalObserver } from './node-visitor.js';
import { messageOf } from './nodes/prompt-template.js';
import type { SubworkflowNode } from './nodes/subworkflow-node.js';
import { Failed, madeOf, Paused, UNDER_WAY, type VisitEnd, type VisitStanding } from './visit-end.js';
import { WorkflowState, type GraphValues } from './workflow-state.js';

/** How a traversal is begun. @internal */
export interface TraversalOptions extends LimitOptions {
  readonly state: WorkflowState;
  /** The path of the node that this graph stands in, with a slash; empty for the outermost. */
  readonly prefix?: string;
  readonly observer?: TraversalObserver | undefined;
  /** The branches that this graph stands in one of. */
  readonly around?: Branches;
  /** Whether a visit beside the node that this graph stands in has failed: then it makes no further ones. */
  readonly isHalted?: () => boolean;
  /** The configuration of graphs within that were given none of their own. @default the usual one */
  readonly house?: GraphConfig | undefined;
}

/** What is run of a graph within. */
interface PlannedGraph {
  readonly plan: GraphPlan;
  readonly config: GraphConfig;
  readonly isConfigured: boolean;
}

/**
 * One way through a graph. All nodes of a frontier are visited, beside each other or one after the other; then what they add is merged
 * in the order of the edges that led to them; then every edge that holds leads on. Makes no promise while nodes answer without one.
 *
 * @internal
 */
export class GraphTraversal {
  readonly results: NodeResult[] = [];
  /** Visits that were begun. */
  iterations: number;
  terminatedAt: string | null = null;
  /** False when it stands still. */
  isOver = true;
  /** Set when it stands still until a person has answered. */
  pause: GraphWait | undefined;
  private readonly config: GraphConfig;
  private readonly state: WorkflowState;
  private readonly prefix: string;
  private readonly visitor: NodeVisitor;
  private readonly visits: Uint32Array;
  private readonly branches: Branches;
  private readonly limits: GraphLimits;
  private frontier: number[];
  private isParallel = false;
  /** What is known of the frontier from before a pause. */
  private known: readonly FrontierNode[] | undefined;
  /** How the visits of the frontier ended. */
  private readonly ended: VisitStanding[] = [];
  /** How many of them are in the state already. */
  private merged = 0;
  /** How many results are of earlier frontiers. */
  private passed = 0;

  constructor(
    private readonly plan: GraphPlan,
    private readonly options: TraversalOptions,
  ) {
    const { config, host, state, observer } = options;
    this.config = config;
    this.state = state;
    this.prefix = options.prefix ?? '';
    this.visits = new Uint32Array(plan.nodes.length);
    this.frontier = [plan.entry];
    const position = positionIn(state);
    if (position !== undefined) this.takeUp(position);
    this.iterations = state._iteration;
    this.branches = new Branches(config.maxParallelBranches, () => this.isHalted, options.around);
    this.limits = new GraphLimits({ ...options, spentMs: position?.spentMs ?? 0 });
    const { visitsUntil, waiting } = this.limits;
    const { branches } = this;
    const surroundings = { config, host, state, observer, waiting, branches, runWithin: this.runWithin.bind(this) };
    this.visitor = new NodeVisitor({ ...surroundings, visitsUntil }, new Set(position?.answered));
  }

  /** Goes to an end, or to a pause. @throws GraphExecutionError; the reason, when the run was stopped */
  async run(): Promise<void> {
    while (this.frontier.length > 0) {
      if (this.isHalted) {
        this.isOver = false;
        return;
      }
      const room = this.options.observer?.room?.();
      if (room !== undefined) await room;
      this.refuseBeyondLimits();
      if (this.frontier.length === 1) {
        const ended = this.begin(0);
        this.ended[0] = isThenable(ended) ? await ended : ended;
      } else if (this.isParallel) {
        const open = this.branches.beginAll(this.frontier.length, this.beginOne, this.note);
        if (open !== undefined) await open;
      } else {
        await this.beginEach();
      }
      if (!this.settle()) return;
      this.advance();
    }
  }

  /** The state with where the traversal stands, as plain data. */
  snapshot(): GraphValues {
    const { plan, state, frontier, ended, known, visits, merged, config } = this;
    const { answered } = this.visitor;
    const made = this.results.slice(0, this.passed);
    const { position, open } = positionOf({
      ...{ plan, frontier, ended, known, visits, merged, made, answered },
      isParallel: this.isParallel && !config.parallelBranches,
    });
    const values = { ...state.asDict(), _history: [...state._history] };
    return {
      ...values,
      _iteration: this.iterations - open,
      [POSITION_KEY]: { ...position, ...(this.pause && this.limits.spent()) },
    };
  }

  /** Takes the visits that a stop has left under way for failed. @returns the node of the first of them */
  giveUp(error: string): string | null {
    const { observer, host } = this.options;
    const open = this.ended.flatMap((each, at) => (each === UNDER_WAY ? [this.nodeAt(at)] : []));
    if (open.length > 0) this.noteUnmerged(madeOf(this.ended));
    for (const planned of open) {
      const result = new NodeResult(planned.name, { error, durationMs: host.now() - this.visitor.lastAt });
      observer?.onEnd?.(this.pathOf(planned), result);
      this.noteUnmerged([result]);
    }
    return open[0]?.name ?? null;
  }

  /** Visits that were begun and have ended. */
  get visitsMade(): number {
    return this.iterations - this.ended.filter((each) => each instanceof Paused).length;
  }

  private takeUp(position: GraphPosition): void {
    this.passed = this.results.push(...resultsOf(position, this.state._history));
    for (const [name, count] of Object.entries(position.visits)) this.visits[this.indexOf(name)] = count;
    this.frontier = position.frontier.map(({ node }) => this.indexOf(node));
    this.known = position.frontier;
    this.isParallel = this.config.parallelBranches || position.isParallel === true;
    for (const key of STANDING_KEYS) delete this.state[key];
  }

  private indexOf(name: string): number {
    const index = this.plan.indices.get(name);
    if (index !== undefined) return index;
    throw new GraphExecutionError(
      `The state stands at "${name}", and there is no such node in the graph "${this.plan.name}". Go on with the graph it was taken from.`,
      { node: name },
    );
  }

  private readonly beginOne = (at: number): VisitEnd | Promise<VisitEnd> => this.begin(at);

  private readonly note = (at: number, ended: VisitEnd): void => {
    this.ended[at] = ended;
  };

  private get isHalted(): boolean {
    return this.options.isHalted?.() === true;
  }

  private pathOf({ name, index }: PlannedNode): string {
    return `${this.prefix}${name}#${this.visits[index] as number}`;
  }

  private nodeAt(at: number): PlannedNode {
    return this.plan.nodes[this.frontier[at] as number] as PlannedNode;
  }

  private refuseBeyondLimits(): void {
    const { name: next } = this.nodeAt(0);
    // Branches that were begun together are all made.
    const isBegun = this.known?.some(({ update }) => update !== undefined) ?? false;
    if (!isBegun) this.limits.refuseMoreVisits(this.iterations, next);
    this.limits.refuseAfterEnd(this.visitor.lastAt, next);
  }

  private begin(at: number): VisitEnd | Promise<VisitEnd> {
    const planned = this.nodeAt(at);
    this.ended[at] = UNDER_WAY;
    const known = this.known?.[at];
    const isMade = known?.update !== undefined;
    if (!isMade) {
      this.iterations++;
      this.state._iteration = this.iterations;
      this.visits[planned.index] = (this.visits[planned.index] as number) + 1;
    }
    const path = this.pathOf(planned);
    if (this.options.host.stopsAt?.(path) === true) return new Paused(undefined);
    return isMade ? this.visitor.recall(path, known) : this.visitor.visit(planned, path, known);
  }

  /** Visits the frontier one after the other, up to the first that does not end. */
  private async beginEach(): Promise<void> {
    for (let at = 0; at < this.frontier.length && !this.isHalted; at++) {
      const answer = this.begin(at);
      const ended = isThenable(answer) ? await answer : answer;
      this.ended[at] = ended;
      if (!(ended instanceof NodeResult)) return;
    }
  }

  private async runWithin(
    { nested, inputKey }: SubworkflowNode,
    path: string,
    inner: GraphValues | undefined,
    limitMs: number,
  ): Promise<InnerOutcome> {
    const { plan, config: own, isConfigured } = nested as unknown as PlannedGraph;
    const config = isConfigured ? own : (this.options.house ?? own);
    const state = new WorkflowState(this.state[inputKey], inner && { initial: inner });
    const { waiting } = this.limits;
    const within = { config, state, limitMs, waiting, prefix: `${path}/`, around: this.branches };
    const isHalted = () => this.branches.hasFailed || this.isHalted;
    const halting = this.options.host.isRecorded ? {} : { isHalted };
    const traversal = new GraphTraversal(plan, { ...this.options, ...within, ...halting });
    await traversal.run();
    const error = traversal.results.find((result) => result.error !== null)?.error ?? null;
    return {
      output: state['output'] ?? null,
      error,
      isOver: traversal.isOver,
      pause: traversal.pause,
      snapshot: () => traversal.snapshot(),
    };
  }

  /** Takes in what the frontier has brought; false when it stands still. @throws what the first of it failed with */
  private settle(): boolean {
    const { frontier, ended } = this;
    for (let at = 0; at < frontier.length; at++) {
      if (!(ended[at] instanceof NodeResult)) return this.halt();
    }
    for (let at = 0; at < frontier.length; at++) {
      const result = ended[at] as NodeResult;
      if (at >= this.merged) this.merge(at, result);
      this.results.push(result);
    }
    return true;
  }

  private halt(): false {
    const made = madeOf(this.ended);
    const failure = this.ended.find((each) => each instanceof Failed);
    if (failure !== undefined) {
      this.noteUnmerged(made);
      this.limits.refuseAfterEnd(this.visitor.lastAt, failure.error.node);
      throw failure.error;
    }
    this.results.push(...made);
    this.isOver = false;
    const waiting = this.ended.find((each): each is Paused => each instanceof Paused && each.wait !== undefined);
    this.pause = waiting?.wait;
    if (this.pause !== undefined) this.options.observer?.onPause?.(this.pause);
    return false;
  }

  private merge(at: number, result: NodeResult): void {
    if (this.known?.[at]?.isMerged !== true) {
      try {
        mergeVisit(this.plan, this.nodeAt(at), result, this.state);
      } catch (error) {
        this.noteUnmerged(madeOf(this.ended.slice(at)), messageOf(error));
        throw error;
      }
      this.options.observer?.onMerge?.(result, this.state);
    }
    this.merged = at + 1;
  }

  /** Nothing of these visits is merged: one has failed, or the first of them could not be merged, which counts as its failure. */
  private noteUnmerged(made: readonly NodeResult[], refusal?: string): void {
    for (const [at, result] of made.entries()) {
      const error = at === 0 ? (refusal ?? result.error) : result.error;
      const { nodeName, output, durationMs } = result;
      this.results.push(new NodeResult(nodeName, { output, durationMs, error }));
      this.options.observer?.onHalt?.(result, this.state, error);
    }
  }

  /** Goes on to the next frontier: empty at an end, and where no edge holds. */
  private advance(): void {
    const onFollow = this.prefix === '' ? this.options.observer?.onFollow?.bind(this.options.observer) : undefined;
    const { terminatedAt, next, isParallel } = leave(this.plan, this.frontier, this.state, onFollow);
    this.terminatedAt = terminatedAt;
    this.frontier = next;
    this.isParallel = isParallel || this.config.parallelBranches;
    this.ended.length = 0;
    this.merged = 0;
    this.passed = this.results.length;
    this.known = undefined;
  }
}
