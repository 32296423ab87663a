import type { DependencyGraph } from './dependency-graph.js';
import { judgeJoin, NodeEnd } from './join-rule.js';
import { ReadySet } from './ready-set.js';
import { StartOrder } from './start-order.js';

/** Told of a node that ended without being run. @internal */
export type SkipListener = (node: number, end: NodeEnd.Skipped | NodeEnd.UpstreamFailed) => void;

/** In place of the count of a node that has completed. */
const COMPLETED = -1;

/**
 * One run of a graph, as decisions only: says what may begin, is told what became of it, and runs nothing itself.
 *
 * @internal
 */
export class DependencyRun {
  private readonly waitsFor: number[];
  private readonly ready: ReadySet;
  private unsettled: number;
  private readonly order: StartOrder | undefined;
  /** Made when something first ends otherwise than completed: most runs never need it. */
  private losses: Losses | undefined;

  constructor(
    private readonly graph: DependencyGraph,
    private readonly listener: { onSkip?: SkipListener | undefined; readonly recorded?: readonly number[] | undefined },
  ) {
    this.order = listener.recorded && new StartOrder(listener.recorded);
    this.waitsFor = graph.inDegrees.slice();
    this.ready = new ReadySet(graph.size);
    this.unsettled = graph.size;
    for (const root of graph.roots) this.ready.add(root);
  }

  /** Whether every node has ended. */
  get isOver(): boolean {
    return this.unsettled === 0;
  }

  /** How a node ended; `undefined` while it has not. */
  endOf(node: number): NodeEnd | undefined {
    return this.waitsFor[node] === COMPLETED ? NodeEnd.Completed : this.losses?.ends.get(node);
  }

  /**
   * The node to begin next, the first recorded or declared of those that may; -1 when none may begin now.
   *
   * @param isFull Whether there is room for what is recorded only, which does nothing anew.
   */
  take(isFull = false): number {
    if (this.order !== undefined) return this.order.take(this.ready, isFull);
    return isFull ? -1 : this.ready.takeFirst();
  }

  /** Says how a node ended, which frees its dependents or ends them too. */
  settle(node: number, end: NodeEnd): void {
    this.order?.ended();
    if (end === NodeEnd.Completed) this.complete(node);
    else this.lose(node, end);
  }

  private complete(node: number): void {
    const { waitsFor, losses } = this;
    const { offsets, dependents } = this.graph;
    waitsFor[node] = COMPLETED;
    this.unsettled--;
    const to = offsets[node + 1] as number;
    for (let at = offsets[node] as number; at < to; at++) {
      const dependent = dependents[at] as number;
      const left = (waitsFor[dependent] as number) - 1;
      waitsFor[dependent] = left;
      if (left > 0) continue;
      // Where nothing was lost, everything before it has completed, and every rule lets it run.
      if (losses === undefined || this.judge(dependent, losses) === 'run') this.ready.add(dependent);
      else this.skip(dependent, losses);
    }
  }

  private lose(node: number, end: NodeEnd): void {
    this.end(node, end, (this.losses ??= new Losses(this.graph.size)));
  }

  private skip(node: number, losses: Losses): void {
    const end = this.judge(node, losses) as NodeEnd.Skipped | NodeEnd.UpstreamFailed;
    this.listener.onSkip?.(node, end);
    this.end(node, end, losses);
  }

  private end(node: number, end: NodeEnd, losses: Losses): void {
    // Its own stack: a chain of skipped nodes may be as long as the graph.
    let pending: number[] | undefined;
    for (let current: number | undefined = node, how = end; current !== undefined;) {
      losses.ends.set(current, how);
      this.unsettled--;
      for (const dependent of this.free(current, how, losses)) (pending ??= []).push(dependent);
      current = pending?.pop();
      if (current === undefined) return;
      const next = this.judge(current, losses) as NodeEnd.Skipped | NodeEnd.UpstreamFailed;
      this.listener.onSkip?.(current, next);
      how = next;
    }
  }

  /** Counts a loss for its dependents; answers those that end with it, the last first. */
  private free(node: number, end: NodeEnd, losses: Losses): number[] {
    const { offsets, dependents } = this.graph;
    const counts = end === NodeEnd.Skipped ? losses.skippedBefore : losses.failedBefore;
    let ended: number[] | undefined;
    for (let at = offsets[node] as number; at < (offsets[node + 1] as number); at++) {
      const dependent = dependents[at] as number;
      counts[dependent] = (counts[dependent] as number) + 1;
      const left = (this.waitsFor[dependent] as number) - 1;
      this.waitsFor[dependent] = left;
      if (left > 0) continue;
      if (this.judge(dependent, losses) === 'run') this.ready.add(dependent);
      else (ended ??= []).push(dependent);
    }
    return ended?.reverse() ?? NONE;
  }

  private judge(node: number, { skippedBefore, failedBefore }: Losses): ReturnType<typeof judgeJoin> {
    const failed = failedBefore[node] as number;
    const completed = (this.graph.inDegrees[node] as number) - failed - (skippedBefore[node] as number);
    return judgeJoin(this.graph.joins[node] ?? 'all_success', completed, failed);
  }
}

/** What did not complete, and how much of it stands before each node. */
class Losses {
  readonly ends = new Map<number, NodeEnd>();
  readonly skippedBefore: Uint32Array;
  readonly failedBefore: Uint32Array;

  constructor(size: number) {
    this.skippedBefore = new Uint32Array(size);
    this.failedBefore = new Uint32Array(size);
  }
}

const NONE: number[] = [];
