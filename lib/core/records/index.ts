export type {
  CancelRequest,
  ConcurrencySlot,
  EndedInstance,
  InstanceRecord,
  InstanceSeed,
  ParentLink,
  WorkflowAttributes,
  WorkflowHeaders,
} from './instance-record.js';
export { INSTANCE_STATUSES, TERMINAL_STATUSES, isTerminal } from './instance-status.js';
export type { InstanceStatus, TerminalStatus } from './instance-status.js';
export { isDelivered } from './journal-entry.js';
export type {
  DeliveredKind,
  EntryData,
  EntryKind,
  JournalEntry,
  MarkerKind,
  ParentClosePolicy,
  StepStatus,
} from './journal-entry.js';
export { childOutcomeSignal, closeSignal } from './family-signals.js';
export type { FamilyMember } from './family-signals.js';
export { CHILD_OUTCOME_SIGNAL, CLOSE_CANCEL_SIGNAL, CLOSE_TERMINATE_SIGNAL } from './signal-record.js';
export type { ChildOutcome, CloseRequest, SignalRecord, SignalSeed } from './signal-record.js';
export { assertVersion, assertWorkflowName, definitionKey } from './definition-key.js';
export { checkAttributes, checkHeaders, checkPriority } from './instance-rules.js';
export { decodeName, encodeName, idempotencyKey, isEngineName } from './names.js';
export {
  assertFreeText,
  assertKeyText,
  assertName,
  assertPossibleId,
  assertSignalName,
  assertWorkflowId,
  isPlainName,
} from './text-rules.js';
export { RandomSource } from './random-source.js';
export { newRandomSeed } from './random-seed.js';
export { newWorkflowId } from './workflow-id.js';
