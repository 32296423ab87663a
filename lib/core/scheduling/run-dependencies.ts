import type { DependencyGraph } from './dependency-graph.js';
import { DependencyRun, type SkipListener } from './dependency-run.js';
import { NodeEnd } from './join-rule.js';

/**
 * What runs the nodes of a graph: an interpreter implements it, so that a run needs no functions of its own.
 *
 * @internal
 */
export interface NodeRunner<V = NodeEnd> {
  /** How many nodes run at one time. @default 1 */
  readonly width?: number | undefined;
  /** Whether nothing more begins once a node has failed. @default true */
  readonly failFast?: boolean | undefined;
  /**
   * Begins one node, its guard included, and answers how it ended; a guard that says no answers `NodeEnd.Skipped`. Answers a promise
   * only for what takes time. What it throws ends the whole run: a failure of the node itself is an answer.
   */
  start(node: number): NodeEnd | PromiseLike<V>;
  /** Reads from what a node's promise brought how the node ended. @default the value itself */
  ended?(node: number, value: V): NodeEnd;
  /** Reads it from what a node's promise was rejected with; what it throws ends the whole run. @default throws it */
  failed?(node: number, error: unknown): NodeEnd;
  /** Told of each node that ended without being run. */
  onSkip?: SkipListener | undefined;
  /** Nodes that an earlier run has begun, in its order: they begin before all others, and take no room while they only repeat it. */
  readonly recorded?: readonly number[] | undefined;
}

/** The same, with an end that the run is turned into. @internal */
export interface FinishingRunner<V, T> extends NodeRunner<V> {
  /** Called once nothing is under way and nothing more begins. */
  finish(run: DependencyRun): T;
}

/**
 * Runs a graph: first declared first among what may begin, never more than `width` at a time. After a failure the nodes that are under
 * way are waited for. Makes no promise while nodes answer without one, and one in all for nodes that run one after the other.
 *
 * @returns what `finish` makes of the run, else the run, once nothing is under way and nothing more begins.
 * @internal
 */
export function runDependencies<V, T>(graph: DependencyGraph, runner: FinishingRunner<V, T>): T | Promise<T>;
export function runDependencies<V = NodeEnd>(
  graph: DependencyGraph,
  runner: NodeRunner<V>,
): DependencyRun | Promise<DependencyRun>;
export function runDependencies<V>(graph: DependencyGraph, runner: Partial<FinishingRunner<V, unknown>>): unknown {
  const complete = runner as FinishingRunner<V, unknown>;
  const isAlone = (runner.width ?? 1) === 1 && runner.recorded === undefined;
  return isAlone ? runInTurn(graph, complete) : runTogether(graph, complete);
}

/** One node at a time. */
function runInTurn<V>(graph: DependencyGraph, runner: FinishingRunner<V, unknown>): unknown {
  const run = new DependencyRun(graph, runner);
  for (let node = run.take(); node >= 0; node = run.take()) {
    const answer = runner.start(node);
    if (typeof answer !== 'number') return follow(new Turns(run, runner), node, answer);
    run.settle(node, answer);
    if (answer === NodeEnd.Failed && runner.failFast !== false) break;
  }
  return finish(run, runner);
}

/** Several nodes at a time. */
function runTogether<V>(graph: DependencyGraph, runner: FinishingRunner<V, unknown>): unknown {
  const lanes = new Lanes(graph, runner);
  lanes.open();
  return lanes.areClosed ? finish(lanes.run, runner) : lanes.whenClosed();
}

function finish<V>(run: DependencyRun, runner: Partial<FinishingRunner<V, unknown>>): unknown {
  return runner.finish === undefined ? run : runner.finish(run);
}

/** What nodes follow one after the other in. */
interface Row<V> {
  readonly run: DependencyRun;
  readonly runner: FinishingRunner<V, unknown>;
  /** @returns whether anything more begins. */
  settle(node: number, end: NodeEnd): boolean;
  /** Whether there is room for what is recorded only. */
  readonly isFull: boolean;
  /** Begins what may begin beside the row. */
  open(): void;
  /** What ends the whole run was thrown. */
  refuse(error: unknown): void;
  /** @returns what the row brings. */
  close(): unknown;
}

/** Runs nodes one after the other, from the first promise on: an `await` costs less than a callback. */
async function follow<V>(row: Row<V>, first: number, promise: PromiseLike<V>): Promise<unknown> {
  const { run, runner } = row;
  let node = first;
  let answer: NodeEnd | PromiseLike<V> = promise;
  try {
    for (;;) {
      let end: NodeEnd;
      if (typeof answer === 'number') {
        end = answer;
      } else {
        try {
          const value = await answer;
          end = runner.ended === undefined ? (value as NodeEnd) : runner.ended(node, value);
        } catch (error) {
          if (runner.failed === undefined) throw error;
          end = runner.failed(node, error);
        }
      }
      if (!row.settle(node, end)) break;
      node = run.take(row.isFull);
      if (node < 0) break;
      answer = runner.start(node);
      row.open();
    }
  } catch (error) {
    row.refuse(error);
  }
  return row.close();
}

/** The only row there is. */
class Turns<V> implements Row<V> {
  readonly isFull = false;

  constructor(
    readonly run: DependencyRun,
    readonly runner: FinishingRunner<V, unknown>,
  ) {}

  settle(node: number, end: NodeEnd): boolean {
    this.run.settle(node, end);
    return end !== NodeEnd.Failed || this.runner.failFast === false;
  }

  open(): void {}

  refuse(error: unknown): never {
    throw error;
  }

  close(): unknown {
    return finish(this.run, this.runner);
  }
}

/** Rows beside each other, each as long as there are nodes: one costs more to open than to go on with. */
class Lanes<V> implements Row<V> {
  readonly run: DependencyRun;
  private readonly width: number;
  private count = 0;
  private isStopping = false;
  private resolve: ((outcome: unknown) => void) | undefined;
  private reject: ((error: unknown) => void) | undefined;
  private refusal: { readonly error: unknown } | undefined;

  constructor(
    graph: DependencyGraph,
    readonly runner: FinishingRunner<V, unknown>,
  ) {
    this.run = new DependencyRun(graph, runner);
    this.width = runner.width ?? 1;
  }

  /** The row that asks has a place itself. */
  get isFull(): boolean {
    return this.count > this.width;
  }

  get areClosed(): boolean {
    return this.count === 0;
  }

  whenClosed(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Begins what may begin: what a node has set free besides the next of its row, in lanes of their own. */
  open(): void {
    const { run, width, runner } = this;
    while (!this.isStopping) {
      const node = run.take(this.count >= width);
      if (node < 0) return;
      const answer = runner.start(node);
      if (typeof answer === 'number') {
        this.settle(node, answer);
      } else {
        this.count++;
        void follow(this, node, answer);
      }
    }
  }

  settle(node: number, end: NodeEnd): boolean {
    this.run.settle(node, end);
    if (end === NodeEnd.Failed && this.runner.failFast !== false) this.isStopping = true;
    return !this.isStopping;
  }

  refuse(error: unknown): void {
    this.isStopping = true;
    this.refusal ??= { error };
  }

  close(): void {
    this.count--;
    if (this.count > 0) return;
    try {
      if (this.refusal !== undefined) throw this.refusal.error;
      this.resolve?.(finish(this.run, this.runner));
    } catch (error) {
      this.reject?.(error);
    }
  }
}
