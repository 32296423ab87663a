import { CycleDetectedError } from './errors/cycle-detected.error.js';
import { GraphTimeoutError } from './errors/graph-timeout.error.js';
import type { GraphConfig } from './graph-config.js';
import type { VisitHost } from './graph.host.js';
import { WaitingTime } from './waiting-time.js';

/** @internal */
export interface LimitOptions {
  readonly config: GraphConfig;
  readonly host: VisitHost;
  /** How long the node that the graph stands in may take; 0 for any time. */
  readonly limitMs?: number;
  /** Of the graph around this one. */
  readonly waiting?: WaitingTime;
  /** What the graph has used up of its total time before. @default 0 */
  readonly spentMs?: number;
}

/** How far a graph may go, and for how long; what people take to answer does not count. @internal */
export class GraphLimits {
  readonly waiting: WaitingTime;
  /** When every visit has to be over at the latest. */
  readonly visitsUntil: number;
  private readonly endsAt: number;
  private readonly beganAt: number;

  constructor(private readonly options: LimitOptions) {
    const { config, host, limitMs = 0, waiting, spentMs = 0 } = options;
    this.waiting = new WaitingTime(waiting);
    const endIn = (ms: number) => (ms === 0 ? Infinity : host.now() + ms);
    this.beganAt = host.now() - spentMs;
    this.endsAt = endIn(config.totalTimeoutMs) - spentMs;
    // The outermost graph of a run in memory has a limit of its own, which ends what is under way; others have only those of their visits.
    const isOutermost = waiting === undefined;
    this.visitsUntil = isOutermost && host.pauses ? Infinity : Math.min(this.endsAt, endIn(limitMs));
  }

  /** What a run that pauses has used up of its total time: it goes on with what is left. */
  spent(): { readonly spentMs: number } | undefined {
    const { host } = this.options;
    const now = host.now();
    return host.pauses ? { spentMs: now - this.beganAt - this.waiting.until(now) } : undefined;
  }

  /** @throws CycleDetectedError @param next The node that would be visited. */
  refuseMoreVisits(iterations: number, next: string): void {
    if (iterations >= this.options.config.maxIterations) throw new CycleDetectedError(iterations, { node: next });
  }

  /** @throws GraphTimeoutError @param now When the last visit ended. @param node Where the graph has come to. */
  refuseAfterEnd(now: number, node: string | null): void {
    if (now < this.endsAt + this.waiting.until(now)) return;
    throw new GraphTimeoutError(this.options.config.totalTimeoutMs / 1_000, { node });
  }
}
