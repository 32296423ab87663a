import type { LifecycleEvent } from '../core/lifecycle/index.js';
import type { LiveSnapshot, MachineEvent } from './logic/machine-step.js';
import { stateText } from './logic/state-text.js';
import type { MachineState } from './machine-state.js';

interface ToldTransition {
  readonly next: MachineState;
  readonly from?: MachineState;
  readonly event: MachineEvent;
}

/** What is told of a transition, under an id that is always the same. @internal */
export function transitionEvent({ next, from, event }: ToldTransition): Omit<LifecycleEvent, 'at'> {
  const { id, version, plan, snapshot } = next;
  const to = stateText(snapshot.value);
  return {
    type: 'state_transitioned',
    eventId: `${id}:transition:${version}`,
    seq: version,
    workflowId: id,
    workflowName: plan.name,
    version: plan.version,
    generation: 1,
    status: statusOf(snapshot.status),
    headers: {},
    detail: {
      transition: {
        version,
        ...(from !== undefined && { from: stateText(from.snapshot.value) }),
        to,
        trigger: event.type,
      },
    },
  };
}

function statusOf(status: LiveSnapshot['status']): LifecycleEvent['status'] {
  if (status === 'active') return 'running';
  if (status === 'stopped') return 'cancelled';
  return status === 'done' ? 'completed' : 'failed';
}
