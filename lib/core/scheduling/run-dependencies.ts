import type { DependencyGraph } from './dependency-graph.js';
import { DependencyRun, type SkipListener } from './dependency-run.js';
import { NodeEnd } from './join-rule.js';

/** How a graph is run. @internal */
export interface DependencyRunOptions {
  /**
   * Runs one node, its guard included, and answers how it ended; a guard that says no answers `NodeEnd.Skipped`. May answer without a
   * promise. What it throws ends the whole run: a failure of the node itself is an answer.
   */
  readonly start: (node: number) => NodeEnd | PromiseLike<NodeEnd>;
  /** How many nodes run at one time. @default 1 */
  readonly width?: number | undefined;
  /** Whether nothing more begins once a node has failed. @default true */
  readonly failFast?: boolean | undefined;
  /** Told of each node that ended without being run. */
  readonly onSkip?: SkipListener | undefined;
}

/**
 * Runs a graph: first declared first among what may begin, never more than `width` at a time. After a failure the nodes that are under
 * way are waited for. Makes no promise while nodes answer without one.
 *
 * @returns the run, once nothing is under way and nothing more begins.
 * @internal
 */
export function runDependencies(
  graph: DependencyGraph,
  options: DependencyRunOptions,
): DependencyRun | Promise<DependencyRun> {
  const driver = new Driver(graph, options);
  driver.pump();
  return driver.isDone ? driver.run : driver.finish();
}

class Driver {
  readonly run: DependencyRun;
  private readonly width: number;
  private readonly failFast: boolean;
  private underWay = 0;
  private isStopping = false;
  private resolve: ((run: DependencyRun) => void) | undefined;
  private reject: ((error: unknown) => void) | undefined;
  private refusal: { readonly error: unknown } | undefined;

  constructor(
    graph: DependencyGraph,
    private readonly options: DependencyRunOptions,
  ) {
    this.run = new DependencyRun(graph, options.onSkip);
    this.width = options.width ?? 1;
    this.failFast = options.failFast ?? true;
  }

  get isDone(): boolean {
    return this.underWay === 0;
  }

  finish(): Promise<DependencyRun> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Begins what may begin. */
  pump(): void {
    while (!this.isStopping && this.underWay < this.width) {
      const node = this.run.take();
      if (node < 0) return;
      const answer = this.options.start(node);
      if (typeof answer === 'number') this.settle(node, answer);
      else this.follow(node, answer);
    }
  }

  private follow(node: number, answer: PromiseLike<NodeEnd>): void {
    this.underWay++;
    answer.then(
      (end) => {
        this.underWay--;
        this.settle(node, end);
        this.goOn();
      },
      (error: unknown) => {
        this.underWay--;
        this.isStopping = true;
        this.refusal ??= { error };
        this.goOn();
      },
    );
  }

  private settle(node: number, end: NodeEnd): void {
    this.run.settle(node, end);
    if (end === NodeEnd.Failed && this.failFast) this.isStopping = true;
  }

  private goOn(): void {
    try {
      this.pump();
    } catch (error) {
      this.isStopping = true;
      this.refusal ??= { error };
    }
    if (this.underWay > 0) return;
    if (this.refusal === undefined) this.resolve?.(this.run);
    else this.reject?.(this.refusal.error);
  }
}
