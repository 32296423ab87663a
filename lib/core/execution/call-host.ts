import type { AbortScope } from '../cancellation/index.js';
import type { WorkflowDefinition } from '../definition/index.js';
import type { InstanceJournal, InstanceWriter } from '../journal/index.js';
import type { InstanceRecord, JournalEntry } from '../records/index.js';
import type { WaitDesk } from '../waits/index.js';
import type { Arrival } from './arrival.js';
import type { AttemptPlan } from './attempt-plan.js';
import type { AttemptsEnd } from './attempts.js';
import type { EngineServices } from './engine-services.js';

/** What a marker needs to say; the rest is filled in. @internal */
export type Marker = Pick<JournalEntry, 'name' | 'kind' | 'status'> & Partial<JournalEntry>;

/** What a call may use of the execution it belongs to. @internal */
export interface CallHost {
  readonly services: EngineServices;
  readonly definition: WorkflowDefinition;
  readonly record: InstanceRecord;
  readonly journal: InstanceJournal;
  readonly writer: InstanceWriter;
  readonly desk: WaitDesk;
  /** Aborted when the run stops. */
  readonly scope: AbortScope;
  /** Adds a marker entry to what is staged. */
  stageMarker(marker: Marker): JournalEntry;
  /** Queues a fresh result for its hand-over. */
  arrive(arrival: Arrival): void;
  /** Queues a result that is still being made; the instance is not suspended meanwhile. Must not reject. */
  arriveLater(arrival: Promise<Arrival>): void;
  /** Runs a body's attempts until the scope is aborted; the instance is not suspended while they run. `onEnd` is called in a turn. */
  attempt(name: string, plan: AttemptPlan, scope: AbortScope, onEnd: (end: AttemptsEnd) => void): void;
  /** Whether the body of a step may begin now: false once the lease has run out here, or a cancel is known. */
  readonly mayBegin: boolean;
  /** Makes an effect due again, behind the gate, after a stored wait. */
  requeue(effect: { begin(host: CallHost): void }): void;
  /** Somebody else has written where this execution would have: it is dropped, and replayed by whoever claims the instance next. */
  lose(): void;
}
