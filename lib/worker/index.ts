export { OutboxRelay } from './outbox-relay.js';
export type { OutboxRelayOptions } from './outbox-relay.js';
export type { AwaitsLimit } from './execution-pool.js';
export { Worker } from './worker.js';
export type { WorkerStatus } from './worker-status.js';
export type { WorkerOptions } from './worker-options.js';
