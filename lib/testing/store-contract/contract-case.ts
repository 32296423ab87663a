import { ContractKit } from './contract-kit.js';
import type { StoreHarness } from './store-harness.js';

/** How much the cases do. @publicApi */
export interface StoreContractOptions {
  /** How often races are run. @default 500 */
  readonly rounds?: number;
}

/** One rule that a store keeps, for any test runner. @publicApi */
export interface ContractCase {
  /** The rule in plain words. */
  readonly name: string;
  /** Resolves when the store keeps it; rejects with what was different. */
  run(): Promise<void>;
}

/** Makes a store for one case. @internal */
export type CreateHarness = () => Promise<StoreHarness>;

/** Turns a body into a case. @internal */
export type DefineCase = (name: string, body: (kit: ContractKit) => Promise<void>) => void;

/** Cases that belong together. @internal */
export interface CaseGroup {
  readonly title: string;
  readonly define: (rule: DefineCase) => void;
}

/** @internal */
export function casesOf(group: CaseGroup, create: CreateHarness, rounds: number): ContractCase[] {
  const cases: ContractCase[] = [];
  group.define((name, body) => {
    cases.push({
      name: `${group.title}: ${name}`,
      run: async () => {
        const harness = await create();
        try {
          const kit = new ContractKit(harness, rounds);
          await kit.register('worker-1');
          await body(kit);
        } finally {
          await harness.dispose();
        }
      },
    });
  });
  return cases;
}
