import type { IEvent, IEventPublisher } from '@nestjs/cqrs';
import type { WorkflowClient } from '../../client/index.js';
import type { WorkflowLogger } from '../../core/lifecycle/index.js';
import type { Trigger } from './trigger.interface.js';

type PublishRest = [dispatcherContext?: unknown, asyncContext?: never];

/**
 * Stands before the application's own event publisher: what an event starts or signals becomes durable first, then the event goes
 * on to the handlers. Events that trigger nothing pass as they are.
 *
 * @internal
 */
export class TriggerPublisher implements IEventPublisher {
  private readonly byEvent = new Map<unknown, Trigger[]>();

  constructor(
    /** The application's own. */
    public inner: IEventPublisher,
    triggers: readonly Trigger[],
    private readonly client: WorkflowClient,
    private readonly logger: WorkflowLogger,
  ) {
    for (const trigger of triggers) {
      const others = this.byEvent.get(trigger.event) ?? [];
      this.byEvent.set(trigger.event, [...others, trigger]);
    }
  }

  publish<E extends IEvent>(event: E, ...rest: PublishRest): unknown {
    if (this.triggersFor(event).length === 0) return this.inner.publish(event, ...rest) as unknown;
    return this.first([event], rest[0], () => this.inner.publish(event, ...rest) as unknown);
  }

  publishAll<E extends IEvent>(events: E[], ...rest: PublishRest): unknown {
    const passOn = (): unknown =>
      this.inner.publishAll
        ? (this.inner.publishAll(events, ...rest) as unknown)
        : events.map((event) => this.inner.publish(event, ...rest) as unknown);
    if (!events.some((event) => this.triggersFor(event).length > 0)) return passOn();
    // An aggregate empties its list of events right after this call.
    events = [...events];
    return this.first(events, rest[0], passOn);
  }

  private triggersFor(event: IEvent): readonly Trigger[] {
    return this.byEvent.get((event as object | null)?.constructor) ?? [];
  }

  private first(events: readonly IEvent[], context: unknown, then: () => unknown): Promise<unknown> {
    const published = this.fire(events, transactionOf(context)).then(then);
    // Whoever awaits gets the error; whoever does not must not bring the process down with it.
    published.catch((error: unknown) => {
      this.logger.error('An event could not start or signal its workflow, and was not handed to its handlers.', {
        events: events.map((event) => event.constructor.name),
        error: String(error),
      });
    });
    return published;
  }

  private async fire(events: readonly IEvent[], transaction: object | undefined): Promise<void> {
    for (const event of events) {
      for (const trigger of this.triggersFor(event)) await trigger.fire(event, this.client, transaction);
    }
  }
}

/**
 * The transaction of `publish(event, { transaction })`. An aggregate is a dispatcher context as well, and may have a property of
 * that name which is its own business: so only plain objects are looked into.
 */
function transactionOf(context: unknown): object | undefined {
  if (typeof context !== 'object' || context === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(context);
  const plain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return plain ? (context as { transaction?: object }).transaction : undefined;
}
