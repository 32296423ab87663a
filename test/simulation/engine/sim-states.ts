import {
  StatePersistence,
  type PurgeRequest,
  type StateAppendResult,
  type StateHistoryQuery,
  type StateTransitionRecord,
  type StateTransitionSeed,
} from '../../../lib/core/store/index.js';
import type { SimStore } from './sim-store.js';

/** State machines over a process's connection: inside a transaction a statement is not lost alone. */
export class SimStates extends StatePersistence {
  constructor(private readonly store: SimStore) {
    super();
  }

  load(machineId: string, transaction?: unknown): Promise<StateTransitionRecord | undefined> {
    return this.travel('state load', transaction, (states) => states.load(machineId, transaction));
  }

  history(machineId: string, query: StateHistoryQuery, transaction?: unknown): Promise<StateTransitionRecord[]> {
    return this.travel('state history', transaction, (states) => states.history(machineId, query, transaction));
  }

  append(transition: StateTransitionSeed, transaction?: unknown): Promise<StateAppendResult> {
    return this.travel('state append', transaction, (states) => states.append(transition, transaction));
  }

  delete(machineId: string): Promise<boolean> {
    return this.travel('state delete', undefined, (states) => states.delete(machineId));
  }

  purge(request: PurgeRequest): Promise<number> {
    return this.travel('state purge', undefined, (states) => states.purge(request));
  }

  private travel<T>(name: string, transaction: unknown, run: (states: StatePersistence) => Promise<T>): Promise<T> {
    const { states } = this.store.surroundings.session;
    return transaction === undefined
      ? this.store.request(name, () => run(states))
      : this.store.statement(name, () => run(states));
  }
}
