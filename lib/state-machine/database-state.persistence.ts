import { knownOptions, refuseUnknownOptions, requireIdentifier } from '../core/options/index.js';
import { StatePersistence } from '../core/store/index.js';
import type {
  PurgeRequest,
  StateAppendResult,
  StateHistoryQuery,
  StateTransitionRecord,
  StateTransitionSeed,
} from '../core/store/index.js';
import { wholeInput } from './machine-input.js';

/** TypeORM's `DataSource`, which may not be installed. @publicApi */
export interface StateDataSource {
  readonly isInitialized: boolean;
  readonly options: object;
  readonly manager: object;
}

/** Where the transitions stand, as in the module's option `typeorm`. @publicApi */
export interface StateTableOptions {
  /** @default 'public' */
  readonly schema?: string;
  /** @default 'workflow_' */
  readonly tablePrefix?: string;
  /** @default 'workflow_state_transitions' */
  readonly stateTable?: string;
}

const TABLE = knownOptions<StateTableOptions>({ schema: true, tablePrefix: true, stateTable: true });

/**
 * Keeps state machines in the database of a data source without anything else of this library: for `StateMachine` objects, in scripts and
 * tests. An application gets its own by injecting `StatePersistence`. The table comes from the migrations.
 *
 * Its first use loads TypeORM. @throws WorkflowOptionsError for a name that is no identifier
 *
 * @example
 * const door = new StateMachine({ ...table, id: 'door-1', persistence: new DatabaseStatePersistence(dataSource) });
 *
 * @publicApi
 */
export class DatabaseStatePersistence extends StatePersistence {
  private readonly options: StateTableOptions;
  private opened: Promise<StatePersistence> | undefined;

  /** @param table The name of the table, or where it stands. */
  constructor(
    private readonly dataSource: StateDataSource,
    table: string | StateTableOptions = {},
  ) {
    super();
    this.options = typeof table === 'string' ? { stateTable: table } : table;
    refuseUnknownOptions(this.options, TABLE, 'DatabaseStatePersistence');
    const { schema, tablePrefix, stateTable } = this.options;
    for (const [option, value] of Object.entries({ schema, tablePrefix, stateTable })) {
      if (value !== undefined) requireIdentifier(option, value);
    }
  }

  async load(machineId: string, transaction?: unknown): Promise<StateTransitionRecord | undefined> {
    return (await this.states()).load(machineId, transaction);
  }

  async history(machineId: string, query: StateHistoryQuery, transaction?: unknown): Promise<StateTransitionRecord[]> {
    wholeInput(query.limit, 'The limit of a history');
    return (await this.states()).history(machineId, query, transaction);
  }

  async append(transition: StateTransitionSeed, transaction?: unknown): Promise<StateAppendResult> {
    return (await this.states()).append(transition, transaction);
  }

  async delete(machineId: string): Promise<boolean> {
    return (await this.states()).delete(machineId);
  }

  async purge(request: PurgeRequest): Promise<number> {
    return (await this.states()).purge(request);
  }

  private states(): Promise<StatePersistence> {
    this.opened ??= this.open();
    return this.opened;
  }

  private async open(): Promise<StatePersistence> {
    const { createTypeOrmStore } = await import('../typeorm/index.js');
    return createTypeOrmStore(this.dataSource as Parameters<typeof createTypeOrmStore>[0], this.options).states;
  }
}
