import { randomUUID } from 'node:crypto';
import { systemClock, type Clock } from '../time/index.js';

/**
 * An id for a new instance: a UUID of version 7, which begins with the time, so that ids made one after the other lie side by side
 * in an index.
 *
 * @internal
 */
export function newWorkflowId(clock: Pick<Clock, 'now'> = systemClock): string {
  const time = clock.now().toString(16).padStart(12, '0');
  // Version 4 has its random bits and its variant where version 7 has them.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
