import type { WorkflowStore } from '../../core/store/index.js';
import { ContractKit } from './contract-kit.js';

/** A store under test, empty, with what the cases need around it. @publicApi */
export interface StoreHarness {
  /** Opened, with its outbox enabled. */
  readonly store: WorkflowStore;
  /** How long the store waits for a start of the same id in an open transaction, milliseconds. Short where that is real time. */
  readonly lockTimeoutMs: number;
  /** Another process's view of the same data, opened. Absent: the cases use `store` twice. */
  second?(): Promise<WorkflowStore>;
  /** Moves the store's clock forward. */
  advance(ms: number): Promise<void>;
  /** Lets work in the background go on: a macrotask in memory, some milliseconds against a server. */
  pause(): Promise<void>;
  /** A transaction as users open one: commits when the work resolves, rolls back when it rejects. Gives what `join` takes. */
  transaction<T>(work: (handle: unknown) => Promise<T>): Promise<T>;
  dispose(): Promise<void>;
}

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
