import { StateError, WorkflowInputError } from '../core/errors/index.js';
import { wholeNumberFault } from '../core/options/index.js';
import { assertKeyText } from '../core/records/index.js';
import type { MachineEvent, StateValue } from './logic/machine-step.js';

/**
 * The event that a trigger stands for. What XState calls its own events (a delay that is over, an answer, a stop) nobody may send from
 * outside: that would move a machine past its delays and steps.
 *
 * @throws WorkflowInputError
 * @internal
 */
export function eventOf(trigger: string | MachineEvent, payload: object | undefined): MachineEvent {
  const event = typeof trigger === 'string' ? eventWith(trigger, payload) : trigger;
  if (typeof event?.type !== 'string' || (typeof trigger !== 'string' && payload !== undefined)) {
    throw refused('give an event with its type, or a type with { payload }');
  }
  assertKeyText(event.type, PLACE);
  if (!event.type.startsWith('xstate.')) return event;
  throw refused('must not begin with "xstate.": such events are the machine\'s own');
}

/** @throws WorkflowInputError naming the place @internal */
export function wholeInput(value: number, place: string, min = 1): number {
  const fault = wholeNumberFault(value, min, Number.MAX_SAFE_INTEGER);
  if (fault === undefined) return value;
  throw new WorkflowInputError({ place, issues: [{ path: '', message: `must be ${fault}` }] });
}

/** A state by its shape; whether the machine has it, the machine knows. @throws StateError @internal */
export function stateInput(value: unknown, machine: string): StateValue {
  if (isStateValue(value)) return value;
  throw new StateError(
    `The state machine "${machine}" has no state ${JSON.stringify(value)}: a state is its name, or an object where states nest.`,
  );
}

/** @throws WorkflowInputError @internal */
export function contextInput(value: unknown): object | undefined {
  if (value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))) return value;
  throw new WorkflowInputError({ place: 'attach', issues: [{ path: 'context', message: 'must be an object' }] });
}

function isStateValue(value: unknown): value is StateValue {
  if (typeof value === 'string') return value !== '';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(isStateValue);
}

const PLACE = 'The trigger';

function eventWith(type: string, payload: object | undefined): MachineEvent {
  if (payload === undefined) return { type };
  if (typeof payload !== 'object' || payload === null) throw refused('takes an object as its payload');
  if ('type' in payload) throw refused('takes no payload with a property "type": that is the trigger itself');
  return { ...payload, type };
}

function refused(message: string): WorkflowInputError {
  return new WorkflowInputError({ place: PLACE, issues: [{ path: '', message }] });
}
