import type { PayloadPort } from '../core/serialization/index.js';
import type { MachineEvent } from './logic/machine-step.js';

/** The event without its type, where it has more. @internal */
export function payloadOf(event: MachineEvent): object | undefined {
  for (const key in event) {
    if (key === 'type') continue;
    const { type: _, ...payload } = event;
    return payload;
  }
  return undefined;
}

/**
 * An event as the history keeps it: guards and `assign` see nothing else, so that a replay decides what they have decided.
 *
 * @throws WorkflowPayloadError, WorkflowPayloadLimitError
 * @internal
 */
export function storedEvent(event: MachineEvent, machineId: string, payloads: PayloadPort): MachineEvent {
  if (payloads.keepsAsItIs(event)) return event;
  const { type } = event;
  const payload = payloads.asStored(payloadOf(event), `payload of "${type}" for the state machine "${machineId}"`);
  return { ...(payload as object | undefined), type };
}
