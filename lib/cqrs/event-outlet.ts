import { WorkflowStoreError } from '../core/errors/index.js';
import type { LifecycleBus, LifecycleEvent, WorkflowLogger } from '../core/lifecycle/index.js';
import type { Clock } from '../core/time/index.js';

/** Takes an event on; what it throws or rejects with stays its own affair. @internal */
export type EventReceiver = (event: LifecycleEvent) => unknown;

/** What the outlet stands on. @internal */
export interface EventSources {
  readonly bus: LifecycleBus<LifecycleEvent>;
  readonly clock: Clock;
  readonly logger: WorkflowLogger;
  readonly options: { readonly outbox: boolean };
}

/** After this long a stored event that a receiver has not taken counts as not delivered. */
const PATIENCE_MS = 10_000;

/**
 * Where lifecycle events leave the engine. Straight from the bus they are told once, and a receiver's failure is only logged; with
 * the outbox the relay brings them, and a failure lets the relay bring the event again. Runs without a journal store no events: theirs
 * always come straight.
 *
 * @internal
 */
export class EventOutlet {
  private readonly receivers = new Set<EventReceiver>();

  constructor(private readonly sources: EventSources) {}

  /** Adds a receiver and returns the function that removes it. */
  subscribe(receiver: EventReceiver): () => void {
    const { bus, options } = this.sources;
    if (!options.outbox) return bus.subscribe((event) => void this.tell(receiver, event));
    this.receivers.add(receiver);
    const unsubscribe = bus.subscribe((event) => {
      if (event.inMemory === true) void this.tell(receiver, event);
    });
    return () => {
      unsubscribe();
      this.receivers.delete(receiver);
    };
  }

  /** For the relay: rejects when a receiver did not take the event. */
  readonly deliver = async (event: LifecycleEvent): Promise<void> => {
    this.sources.bus.publish(event);
    for (const receiver of this.receivers) await this.withinPatience(Promise.resolve(receiver(event)));
  };

  private async tell(receiver: EventReceiver, event: LifecycleEvent): Promise<void> {
    try {
      await receiver(event);
    } catch (error) {
      this.sources.logger.error('A lifecycle event could not be published.', {
        eventId: event.eventId,
        type: event.type,
        error: String(error),
      });
    }
  }

  /** A receiver that hangs must not hold back the events of every other instance. */
  private withinPatience(taken: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = this.sources.clock.schedule(
        PATIENCE_MS,
        () => {
          reject(new WorkflowStoreError(`A receiver of stored events has not answered within ${PATIENCE_MS} ms.`));
        },
        { unref: true },
      );
      taken.then(resolve, reject).finally(() => {
        timer.cancel();
      });
    });
  }
}
