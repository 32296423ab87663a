export { definitionArrays } from './definition-keys.js';
export { InstancePoller, claimOf, type PollFindings } from './instance-poller.js';
export { LeaseRenewer } from './lease-renewer.js';
export { laneCtes } from './poll-statement.js';
export { LimitedClaimer } from './limited-claimer.js';
export { SlotKeeper } from './slot-keeper.js';
export { WorkerIdentities } from './worker-identities.js';
export { WorkerRegistry } from './worker-registry.js';
