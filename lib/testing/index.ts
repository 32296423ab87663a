// The rules every store keeps
export { statePersistenceContract, workflowStoreContract } from './store-contract/index.js';
export type { ContractCase, StoreContractOptions, StoreHarness } from './store-contract/index.js';

// Workflows under a clock that a test moves
export { VirtualClock } from '../core/time/index.js';
export type { VirtualClockOptions } from '../core/time/index.js';
export { TestEngine, createTestEngine } from './test-engine.js';
export type { TestEngineOptions } from './test-engine.js';

// Recorded journals against today's code
export { assertReplayable } from './assert-replayable.js';
export type { ReplayOptions } from './assert-replayable.js';
export type { Replayable } from './replayable.js';
export { recordedJournal } from './recorded-journal.js';
export type { RecordedJournal } from './recorded-journal.js';
