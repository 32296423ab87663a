import { Observable } from 'rxjs';
import { AbortScope } from '../core/cancellation/index.js';
import type { GraphVisit } from './graph-visit.js';
import type { GraphWait } from './node-result.js';
import type { GraphUpdate, GraphValues } from './workflow-state.js';

/** What a stream shows: the state after every visit, what each visit added, or everything that happens. @publicApi */
export type GraphStreamMode = 'values' | 'updates' | 'events';

/** @publicApi */
export type GraphEvent =
  /** Runs in memory only: a journal tells of visits once they have ended. */
  | { readonly type: 'visit_started'; readonly visit: string; readonly node: string }
  | ({ readonly type: 'visit_ended' } & GraphVisit)
  | ({ readonly type: 'paused' } & GraphWait)
  | { readonly type: 'ended'; readonly status: 'completed' | 'failed'; readonly terminatedAt: string | null };

/** What each mode gives. @publicApi */
export interface GraphStreamItems {
  values: GraphValues;
  /** By the name of the node. */
  updates: Readonly<Record<string, GraphUpdate>>;
  events: GraphEvent;
}

/** Tells of a run until it is over; stops when it is told to. @internal */
export type GraphEventSource = (tell: (event: GraphEvent) => void, signal: AbortSignal) => Promise<void>;

/** A run as it goes on: `for await` over it, or subscribe to it. Each use begins anew; leaving it ends it. @publicApi */
export class GraphStream<M extends GraphStreamMode> implements AsyncIterable<GraphStreamItems[M]> {
  /** @internal */
  constructor(
    private readonly mode: M,
    private readonly source: GraphEventSource,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<GraphStreamItems[M], undefined> {
    const waiting: GraphStreamItems[M][] = [];
    const scope = new AbortScope();
    let wake: () => void = () => undefined;
    let over: { readonly error?: unknown } | undefined;
    const end = (outcome: { readonly error?: unknown }): void => {
      over = outcome;
      wake();
    };
    this.source((event) => {
      const item = itemOf(this.mode, event);
      if (item === undefined) return;
      waiting.push(item);
      wake();
    }, scope.signal).then(
      () => {
        end({});
      },
      (error: unknown) => {
        end({ error });
      },
    );
    try {
      for (;;) {
        for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) yield item;
        if (over !== undefined && 'error' in over) throw over.error;
        if (over !== undefined) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      scope.abort(new Error('The stream was left.'));
    }
  }

  toObservable(): Observable<GraphStreamItems[M]> {
    return new Observable((subscriber) => {
      const scope = new AbortScope();
      this.source((event) => {
        const item = itemOf(this.mode, event);
        if (item !== undefined) subscriber.next(item);
      }, scope.signal).then(
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
