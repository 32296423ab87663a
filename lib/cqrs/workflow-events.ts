import { Observable, filter } from 'rxjs';
import type { LifecycleBus, LifecycleEvent, StreamItem, WorkflowLogger } from '../core/lifecycle/index.js';
import { toEventClass, type WorkflowLifecycleEvent } from './events/index.js';
import { SafeObservable } from './safe-observable.js';

/**
 * What happens to the instances that this process executes, live. For what other processes do, use the outbox option or
 * `client.stream(id)`. A subscriber that throws is logged and keeps its subscription.
 *
 * @example
 * events.of(orderId).subscribe((event) => console.log(event.constructor.name));
 *
 * @publicApi
 */
export class WorkflowEvents {
  /** Every lifecycle event, after its commit, in order per instance. Never completes. */
  readonly events$: Observable<WorkflowLifecycleEvent>;
  /** Every item of live progress (`ctx.emit`, `heartbeat`), as it is given. Never completes. */
  readonly stream$: Observable<StreamItem>;

  constructor(bus: LifecycleBus<LifecycleEvent>, stream: LifecycleBus<StreamItem>, logger: WorkflowLogger) {
    this.events$ = new SafeObservable(logger, (subscriber) =>
      bus.subscribe((event) => subscriber.next(toEventClass(event))),
    );
    this.stream$ = new SafeObservable(logger, (subscriber) => stream.subscribe((item) => subscriber.next(item)));
  }

  /** The lifecycle events of one instance. */
  of(workflowId: string): Observable<WorkflowLifecycleEvent> {
    return this.events$.pipe(filter((event) => event.workflowId === workflowId));
  }

  /** The live progress of one instance. */
  streamOf(workflowId: string): Observable<StreamItem> {
    return this.stream$.pipe(filter((item) => item.workflowId === workflowId));
  }
}
