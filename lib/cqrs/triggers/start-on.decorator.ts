import type { InputOf, WorkflowClass } from '../../core/definition/index.js';
import type { EventClass } from './event-class.interface.js';
import type { StartOnOptions } from './start-on-options.interface.js';
import { START_ON_METADATA, type StartOnMetadata } from './trigger-metadata.js';

/**
 * Starts an instance of the decorated workflow for every event of a class published on the CQRS `EventBus`, before the event's
 * handlers see it. `await eventBus.publish(event)` resolves once the instance is durable; with
 * `eventBus.publish(event, { transaction: manager })` the start commits or rolls back with the caller's rows.
 *
 * Exactly the class counts, not its subclasses, as for `@EventsHandler`.
 *
 * @publicApi
 */
export function StartOn<E extends object, W extends WorkflowClass = WorkflowClass>(
  event: EventClass<E>,
  options: StartOnOptions<E, InputOf<W>>,
) {
  return (target: W): void => {
    START_ON_METADATA.record(target, { event, options } as StartOnMetadata);
  };
}
