import type { WorkflowSignal } from '../../core/definition/index.js';
import type { FromEvent } from './event-class.interface.js';

/** @publicApi */
export interface SignalOnOptions<E extends object, T = unknown> {
  readonly signal: string | WorkflowSignal<T>;
  /** The instance to signal. An instance that is unknown or has ended is passed over, as an event is addressed to nobody; the first time is warned about. @default every instance that waits for the signal and the key */
  readonly workflowId?: FromEvent<E, string>;
  /** Reaches only waits for exactly this key. */
  readonly key?: FromEvent<E, string>;
  /** The id of the signal: the same id sent twice is one signal. @default a new one for each published event */
  readonly id?: FromEvent<E, string>;
  /** @default the event's own properties */
  readonly payload?: FromEvent<E, T>;
  /** Only events it accepts are sent. @default every event of the class */
  readonly when?: (event: E) => boolean;
}
