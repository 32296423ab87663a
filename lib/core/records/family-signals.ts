import type { ParentLink } from './instance-record.js';
import type { ParentClosePolicy } from './journal-entry.js';
import {
  CHILD_OUTCOME_SIGNAL,
  CLOSE_CANCEL_SIGNAL,
  CLOSE_TERMINATE_SIGNAL,
  type ChildOutcome,
  type CloseRequest,
  type SignalSeed,
} from './signal-record.js';

/** What a signal between parent and child is derived from, on the side that sends it. @internal */
export interface FamilyMember {
  readonly id: string;
  readonly generation: number;
  /** The fence under which the sender ends: an ending that was undone by `retry` sends anew when it ends again. */
  readonly fence: number;
}

/** Tells a parent how its child ended. The id is derived, so that sending it again changes nothing. @internal */
export function childOutcomeSignal(child: FamilyMember, parent: ParentLink, outcome: ChildOutcome): SignalSeed {
  return {
    id: `$child:${child.id}:${child.generation}:${child.fence}`,
    workflowId: parent.workflowId,
    name: CHILD_OUTCOME_SIGNAL,
    key: child.id,
    payload: JSON.stringify(outcome),
  };
}

/** Asks a child to end because its parent has; `undefined` for a child that lives on. @internal */
export function closeSignal(
  parent: FamilyMember,
  childId: string,
  policy: ParentClosePolicy,
  request: CloseRequest,
): SignalSeed | undefined {
  if (policy === 'abandon') return undefined;
  return {
    id: `$close:${parent.id}:${parent.generation}:${parent.fence}:${childId}`,
    workflowId: childId,
    name: policy === 'cancel' ? CLOSE_CANCEL_SIGNAL : CLOSE_TERMINATE_SIGNAL,
    payload: JSON.stringify(request),
  };
}
