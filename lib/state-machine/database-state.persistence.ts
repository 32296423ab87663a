import type { DataSource } from 'typeorm';
import {
  StatePersistence,
  type StateAppendResult,
  type StateHistoryQuery,
  type StateTransitionRecord,
  type StateTransitionSeed,
} from '../core/store/index.js';
import { tablesOf, type WorkflowTableOptions } from './entities.js';
import { createTypeOrmStore } from './typeorm-store.js';

/**
 * Keeps state machines in the database of a data source without anything else of this library: for `StateMachine` objects, in scripts and
 * tests. An application gets its own by injecting `StatePersistence`. The table comes from the migrations.
 *
 * @example
 * const door = new StateMachine({ ...table, id: 'door-1', persistence: new DatabaseStatePersistence(dataSource) });
 *
 * @publicApi
 */
export class DatabaseStatePersistence implements StatePersistence {
  private readonly states: StatePersistence;

  /** @throws WorkflowOptionsError for a name of a table that is no identifier */
  constructor(dataSource: DataSource, options: WorkflowTableOptions = {}) {
    tablesOf(options, 'DatabaseStatePersistence');
    this.states = createTypeOrmStore(dataSource, options).states;
  }

  load(machineId: string, transaction?: unknown): Promise<StateTransitionRecord | undefined> {
    return this.states.load(machineId, transaction);
  }

  history(machineId: string, query: StateHistoryQuery, transaction?: unknown): Promise<StateTransitionRecord[]> {
    return this.states.history(machineId, query, transaction);
  }

  append(transition: StateTransitionSeed, transaction?: unknown): Promise<StateAppendResult> {
    return this.states.append(transition, transaction);
  }
}
