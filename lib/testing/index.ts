// The rules every store keeps
export { workflowStoreContract } from './store-contract/index.js';
export type { ContractCase, StoreContractOptions, StoreHarness } from './store-contract/index.js';
