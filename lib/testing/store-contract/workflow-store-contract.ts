import { buildsCases } from './builds.cases.js';
import { childrenCases } from './children.cases.js';
import { claimingCases } from './claiming.cases.js';
import {
  casesOf,
  type CaseGroup,
  type ContractCase,
  type CreateHarness,
  type StoreContractOptions,
} from './contract-case.js';
import { crashesCases } from './crashes.cases.js';
import { flushingCases } from './flushing.cases.js';
import { lastEntriesCases } from './last-entries.cases.js';
import { generationsCases } from './generations.cases.js';
import { limitsCases } from './limits.cases.js';
import { ownersCases } from './owners.cases.js';
import { publishingCases } from './publishing.cases.js';
import { purgingCases } from './purging.cases.js';
import { readingCases } from './reading.cases.js';
import { requestsCases } from './requests.cases.js';
import { signalsCases } from './signals.cases.js';
import { startingCases } from './starting.cases.js';
import { transactionalStepsCases } from './transactional-steps.cases.js';
import { transactionsCases } from './transactions.cases.js';
import { waitingCases } from './waiting.cases.js';

const GROUPS: readonly CaseGroup[] = [
  startingCases,
  claimingCases,
  flushingCases,
  lastEntriesCases,
  ownersCases,
  waitingCases,
  signalsCases,
  transactionsCases,
  transactionalStepsCases,
  crashesCases,
  buildsCases,
  limitsCases,
  requestsCases,
  childrenCases,
  generationsCases,
  readingCases,
  purgingCases,
  publishingCases,
];

/**
 * The rules that every `WorkflowStore` keeps, as cases for any test runner. A store that passes them all can be given to
 * the engine.
 *
 * @param create makes an empty store; called once per case
 * @example
 * for (const { name, run } of workflowStoreContract(createHarness)) it(name, run);
 *
 * @publicApi
 */
export function workflowStoreContract(create: CreateHarness, options: StoreContractOptions = {}): ContractCase[] {
  return GROUPS.flatMap((group) => casesOf(group, create, options.rounds ?? 500));
}
