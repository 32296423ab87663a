import type { WorkflowClass } from '../../core/definition/index.js';
import type { EventClass } from './event-class.interface.js';
import type { SignalOnOptions } from './signal-on-options.interface.js';
import { SIGNAL_ON_METADATA, type SignalOnMetadata } from './trigger-metadata.js';

/**
 * Sends a signal for every event of a class published on the CQRS `EventBus`, before the event's handlers see it. As with
 * `@StartOn`, awaiting `publish` waits until it is durable, and `{ transaction }` lets it commit with the caller's rows.
 *
 * @publicApi
 */
export function SignalOn<E extends object, T = unknown>(event: EventClass<E>, options: SignalOnOptions<E, T>) {
  return (target: WorkflowClass): void => {
    SIGNAL_ON_METADATA.record(target, { event, options } as SignalOnMetadata);
  };
}
