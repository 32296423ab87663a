import type { EngineServices } from '../core/execution/index.js';
import { newRandomSeed } from '../core/records/index.js';
import type { StateEnding, StateTransitionSeed } from '../core/store/index.js';
import type { DecidedTransition } from './decided-transition.js';
import type { MachineEvent } from './logic/machine-step.js';
import { stateText } from './logic/state-text.js';
import { encodeMachine, type StoredMetadata } from './machine-state.js';
import { payloadOf } from './stored-event.js';
import { transitionEvent } from './transition-event.js';

/** How a machine ended, by the words of XState. */
const ENDINGS: Readonly<Record<string, StateEnding>> = { done: 'completed', error: 'failed', stopped: 'cancelled' };

/** What is written of a transition. @throws WorkflowPayloadError, WorkflowPayloadLimitError @internal */
export async function transitionSeed(
  decided: DecidedTransition,
  { payloads, options }: EngineServices,
): Promise<StateTransitionSeed> {
  const { next, from, event, metadata } = decided;
  const { id, plan, version, snapshot, logic, bonds } = next;
  const encoded = encodeMachine(payloads, id, logic, snapshot, bonds);
  const about = aboutOf(event, metadata);
  const place = about && `${Object.keys(about).join(' and ')} of "${event.type}" for the state machine "${id}"`;
  const sealed = place === undefined ? undefined : payloads.encode(about, { workflowId: id, place });
  // One after the other: to spread what mostly is not there takes longer than to write the rest.
  const seed: { -readonly [K in keyof StateTransitionSeed]: StateTransitionSeed[K] } = {
    machineId: id,
    version,
    name: plan.name,
    definitionVersion: plan.version,
    to: stateText(snapshot.value),
    trigger: event.type,
    snapshot: typeof encoded === 'string' ? encoded : await encoded,
    token: newRandomSeed(),
  };
  const text = typeof sealed === 'object' ? await sealed : sealed;
  if (text !== undefined) seed.metadata = text;
  if (from !== undefined) seed.from = stateText(from.snapshot.value);
  if (from?.token !== undefined) seed.follows = from.token;
  if (snapshot.status !== 'active') seed.ended = ENDINGS[snapshot.status] ?? 'cancelled';
  if (options.outbox) seed.event = transitionEvent(decided);
  return seed;
}

function aboutOf(event: MachineEvent, metadata: unknown): StoredMetadata | undefined {
  const payload = payloadOf(event);
  if (metadata === undefined) return payload && { payload };
  return payload === undefined ? { metadata } : { payload, metadata };
}
