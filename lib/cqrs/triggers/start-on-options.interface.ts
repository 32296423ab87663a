import type { WorkflowHeaders } from '../../core/records/index.js';
import type { FromEvent } from './event-class.interface.js';

/** @publicApi */
export interface StartOnOptions<E extends object, I = unknown> {
  /** The id of the instance. The same event published twice must answer the same id: so it starts once. */
  readonly id: (event: E) => string;
  /** @default the event's own properties */
  readonly input?: FromEvent<E, I>;
  /** Only events it accepts start an instance. @default every event of the class */
  readonly when?: (event: E) => boolean;
  readonly priority?: FromEvent<E, number>;
  readonly concurrencyKey?: FromEvent<E, string>;
  /** Tenant, user, trace …: travels into steps, children and events. */
  readonly headers?: FromEvent<E, WorkflowHeaders>;
}
