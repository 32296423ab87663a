import type { InstanceSeed } from '../records/index.js';
import { lifecycleEventId, type LifecycleEvent } from './lifecycle-event.js';

/** The first event of an instance: it exists. @internal */
export function startedEvent(seed: InstanceSeed, at: number): LifecycleEvent {
  return {
    type: 'started',
    eventId: lifecycleEventId(seed.id, 1, 1),
    seq: 1,
    workflowId: seed.id,
    workflowName: seed.name,
    version: seed.version,
    generation: 1,
    at,
    status: 'pending',
    headers: seed.headers,
    ...(seed.parent === undefined ? {} : { parentId: seed.parent.workflowId }),
  };
}
