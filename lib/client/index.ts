// The injectable face and what it answers
export { WorkflowClient } from './workflow-client.js';
export { WorkflowHandle } from './workflow-handle.js';
export type {
  InstancePage,
  InstanceSummary,
  InstanceView,
  JournalEntryView,
  OpenStepView,
  UnconsumedSignalView,
  WaitView,
} from './instance-view.js';
export type { StoredStreamItem } from './stream-reader.js';

// What it is asked with
export type {
  InstanceSignalOptions,
  JournalOptions,
  ListFilter,
  PurgeOptions,
  RequestReceipt,
  ResultOptions,
  RetryInstanceOptions,
  SignalArguments,
  SignalOptions,
  SignalReceipt,
  StartAndWaitArguments,
  StartArguments,
  StartOptions,
  StatusOptions,
  StreamOptions,
  TerminateReceipt,
} from './client-options.interface.js';

// For the models
export { InstanceOperations } from './instance-operations.js';
export { derivedId } from './call-scope.js';
export { otherModelError, refuseOtherVersion } from './model-face.js';
export { goOnOrAnew, reopening } from './reopening.js';

// For services that take more than a start does
export { START_OPTIONS } from './start-request.js';
