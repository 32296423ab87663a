export { workflowStoreContract } from './workflow-store-contract.js';
export { statePersistenceContract } from './states.cases.js';
export type { ContractCase, StoreContractOptions } from './contract-case.js';
export type { StoreHarness } from './store-harness.js';
