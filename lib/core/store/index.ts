export type {
  FlushExpectation,
  FlushResult,
  FlushUnit,
  InstanceTransition,
  LeaseGrant,
  StartResult,
  StartUnit,
  StreamSeed,
  WaitRow,
} from './flush-unit.js';
export { readPatiently } from './read-patiently.js';
export type { PurgeRequest } from './purge-request.js';
export { StatePersistence } from './state-persistence.js';
export type {
  StateAppendResult,
  StateEnding,
  StateHistoryQuery,
  StateTransitionRecord,
  StateTransitionSeed,
} from './state-persistence.js';
export type {
  Inbox,
  InstanceQuery,
  PollRequest,
  PollResult,
  RenewRequest,
  RenewResult,
  ReopenRequest,
  RequestOutcome,
  SignalOutcome,
  StoreHealth,
  StoreHint,
  StoreTransaction,
  StoreTransactionOptions,
  StreamRecord,
  WaitQuery,
  WaitRecord,
  WorkerIdentity,
  WorkerRegistration,
  WorkflowStore,
} from './workflow-store.js';
