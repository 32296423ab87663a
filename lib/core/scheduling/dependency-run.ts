import type { DependencyGraph } from './dependency-graph.js';
import { judgeJoin, NodeEnd } from './join-rule.js';
import { ReadySet } from './ready-set.js';

/** Told of a node that ended without being run. @internal */
export type SkipListener = (node: number, end: NodeEnd.Skipped | NodeEnd.UpstreamFailed) => void;

/**
 * One run of a graph, as decisions only: says what may begin, is told what became of it, and runs nothing itself.
 *
 * @internal
 */
export class DependencyRun {
  private readonly waitsFor: Uint32Array;
  private readonly completedBefore: Uint32Array;
  private readonly failedBefore: Uint32Array;
  private readonly ends: Uint8Array;
  private readonly ready: ReadySet;
  private unsettled: number;

  constructor(
    private readonly graph: DependencyGraph,
    private readonly onSkip?: SkipListener,
  ) {
    const { size } = graph;
    this.waitsFor = graph.inDegrees.slice();
    this.completedBefore = new Uint32Array(size);
    this.failedBefore = new Uint32Array(size);
    this.ends = new Uint8Array(size);
    this.ready = new ReadySet(size);
    this.unsettled = size;
    for (let node = 0; node < size; node++) if (this.waitsFor[node] === 0) this.ready.add(node);
  }

  /** Whether every node has ended. */
  get isOver(): boolean {
    return this.unsettled === 0;
  }

  /** How a node ended; `undefined` while it has not. */
  endOf(node: number): NodeEnd | undefined {
    const end = this.ends[node];
    return end === 0 ? undefined : end;
  }

  /** The node to begin next, the first declared of those that may; -1 when none may begin now. */
  take(): number {
    return this.ready.takeFirst();
  }

  /** Says how a node ended, which frees its dependents or ends them too. */
  settle(node: number, end: NodeEnd): void {
    // Its own stack: a chain of skipped nodes may be as long as the graph.
    let pending: number[] | undefined;
    for (let current: number | undefined = node, how: NodeEnd = end; current !== undefined;) {
      this.ends[current] = how;
      this.unsettled--;
      for (const dependent of this.free(current, how)) (pending ??= []).push(dependent);
      current = pending?.pop();
      if (current !== undefined) how = this.skip(current);
    }
  }

  /** Counts an end for its dependents; answers those that end with it. */
  private free(node: number, end: NodeEnd): number[] {
    const { offsets, dependents } = this.graph;
    let ended: number[] | undefined;
    for (let at = offsets[node] as number; at < (offsets[node + 1] as number); at++) {
      const dependent = dependents[at] as number;
      if (end === NodeEnd.Completed) this.completedBefore[dependent] = (this.completedBefore[dependent] as number) + 1;
      else if (end !== NodeEnd.Skipped) this.failedBefore[dependent] = (this.failedBefore[dependent] as number) + 1;
      const left = (this.waitsFor[dependent] as number) - 1;
      this.waitsFor[dependent] = left;
      if (left > 0) continue;
      if (this.judge(dependent) === 'run') this.ready.add(dependent);
      else (ended ??= []).push(dependent);
    }
    return ended?.reverse() ?? NONE;
  }

  private skip(node: number): NodeEnd {
    const end = this.judge(node) as NodeEnd.Skipped | NodeEnd.UpstreamFailed;
    this.onSkip?.(node, end);
    return end;
  }

  private judge(node: number): ReturnType<typeof judgeJoin> {
    const rule = this.graph.joins[node] ?? 'all_success';
    return judgeJoin(rule, this.completedBefore[node] as number, this.failedBefore[node] as number);
  }
}

const NONE: number[] = [];
