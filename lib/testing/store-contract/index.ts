export { workflowStoreContract } from './workflow-store-contract.js';
export type { ContractCase, StoreContractOptions, StoreHarness } from './contract-case.js';
