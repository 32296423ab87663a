import { Observable } from 'rxjs';
import { AbortScope } from '../core/cancellation/index.js';
import { oneOf } from '../core/options/index.js';
import type { TerminalStatus } from '../core/records/index.js';
import type { GraphVisit } from './graph-visit.js';
import type { GraphWait } from './node-result.js';
import { StreamQueue } from './stream-queue.js';
import type { GraphUpdate, GraphValues } from './workflow-state.js';

/** What a stream shows: the state after every visit, what each visit added, or everything that happens. @publicApi */
export type GraphStreamMode = 'values' | 'updates' | 'events';

/** @publicApi */
export type GraphEvent =
  /** Runs in memory only: a journal tells of visits once they have ended. */
  | { readonly type: 'visit_started'; readonly visit: string; readonly node: string }
  | ({ readonly type: 'visit_ended' } & GraphVisit)
  | ({ readonly type: 'paused' } & GraphWait)
  | { readonly type: 'ended'; readonly status: TerminalStatus; readonly terminatedAt: string | null };

/** What each mode gives. @publicApi */
export interface GraphStreamItems {
  values: GraphValues;
  /** By the name of the node. */
  updates: Readonly<Record<string, GraphUpdate>>;
  events: GraphEvent;
}

/** Who is told of a run. @internal */
export interface GraphListener {
  tell(event: GraphEvent): void;
  /** A promise where it is better to wait before telling more: it resolves once there is room. */
  room(): Promise<void> | undefined;
}

/** Tells of a run until it is over; stops when it is told to. @internal */
export type GraphEventSource = (listener: GraphListener, signal: AbortSignal) => Promise<void>;

/** How far a run may be ahead of its reader; what is begun together is told together. */
const MOST_AHEAD = 64;

/**
 * A run as it goes on: `for await` over it, or subscribe to it. Each use begins anew; leaving it ends it. A loop that is slow holds a run in
 * memory up: no further node is begun while 64 items wait to be read. A subscriber is called at once, and holds nothing up.
 *
 * @publicApi
 */
export class GraphStream<M extends GraphStreamMode> implements AsyncIterable<GraphStreamItems[M]> {
  /** @internal */
  constructor(
    private readonly mode: M,
    private readonly source: GraphEventSource,
  ) {
    oneOf<GraphStreamMode>(mode, ['values', 'updates', 'events'], 'mode of a graph stream');
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<GraphStreamItems[M], undefined> {
    const queue = new StreamQueue((event: GraphEvent) => itemOf(this.mode, event), MOST_AHEAD);
    const scope = new AbortScope();
    this.source(queue, scope.signal).then(
      () => {
        queue.end({});
      },
      (error: unknown) => {
        queue.end({ error });
      },
    );
    try {
      yield* queue.items();
      return undefined;
    } finally {
      scope.abort(new Error('The stream was left.'));
      queue.end({});
    }
  }

  toObservable(): Observable<GraphStreamItems[M]> {
    return new Observable((subscriber) => {
      const scope = new AbortScope();
      const tell = (event: GraphEvent): void => {
        const item = itemOf(this.mode, event);
        if (item !== undefined) subscriber.next(item);
      };
      this.source({ tell, room: () => undefined }, scope.signal).then(
        () => {
          subscriber.complete();
        },
        (error: unknown) => {
          subscriber.error(error);
        },
      );
      return () => {
        scope.abort(new Error('Nobody is subscribed any more.'));
      };
    });
  }
}

function itemOf<M extends GraphStreamMode>(mode: M, event: GraphEvent): GraphStreamItems[M] | undefined {
  if (mode === 'events') return event as GraphStreamItems[M];
  if (event.type !== 'visit_ended') return undefined;
  return (mode === 'values' ? event.state : { [event.node]: event.update }) as GraphStreamItems[M];
}
