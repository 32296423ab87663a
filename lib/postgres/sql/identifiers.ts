import { MAX_IDENTIFIER_LENGTH, requireIdentifier } from '../../core/options/index.js';

/** Length of the longest name that is appended to the prefix; a spec keeps it true. */
export const LONGEST_SUFFIX = 27;
const KEY_SUFFIX = '_pkey';

/**
 * The names of everything the store has in the database, quoted. They come from two options only, which are checked here; nothing
 * else is ever put into a statement's text.
 *
 * @internal
 */
export class TableNames {
  readonly quotedSchema: string;
  readonly instances: string;
  readonly entries: string;
  /** A view of the entries with the id of their instance; for people and queries that are in no hurry. */
  readonly journal: string;
  readonly signals: string;
  readonly waits: string;
  readonly workers: string;
  readonly slots: string;
  readonly stream: string;
  readonly outbox: string;
  readonly migrations: string;
  readonly stateTransitions: string;
  readonly stateTransitionsKey: string;
  readonly stateTransitionsEnds: string;
  readonly stateTransitionsRoots: string;

  /** @param stateTable The bare name of the table of state transitions, which has no prefix. */
  constructor(
    readonly schema: string,
    readonly prefix: string,
    readonly stateTable = `${prefix}state_transitions`,
  ) {
    requireIdentifier('typeorm.schema', schema, MAX_IDENTIFIER_LENGTH);
    requireIdentifier('typeorm.tablePrefix', prefix, MAX_IDENTIFIER_LENGTH - LONGEST_SUFFIX);
    requireIdentifier('typeorm.stateTable', stateTable, MAX_IDENTIFIER_LENGTH - KEY_SUFFIX.length);
    this.quotedSchema = quote(schema);
    this.instances = this.table('instances');
    this.entries = this.table('entries');
    this.journal = this.table('journal');
    this.signals = this.table('signals');
    this.waits = this.table('waits');
    this.workers = this.table('workers');
    this.slots = this.table('slots');
    this.stream = this.table('stream');
    this.outbox = this.table('outbox');
    this.migrations = this.table('migrations');
    this.stateTransitions = `${this.quotedSchema}.${quote(stateTable)}`;
    this.stateTransitionsKey = quote(`${stateTable}${KEY_SUFFIX}`);
    // No longer than the key's.
    this.stateTransitionsEnds = quote(`${stateTable}_ends`);
    this.stateTransitionsRoots = quote(`${stateTable}_root`);
  }

  /** The name alone, as constraints, indexes and entities have it. */
  bare(suffix: string): string {
    return `${this.prefix}${suffix}`;
  }

  /** A quoted index or constraint name; it lives in the schema of its table. */
  index(suffix: string): string {
    return quote(this.bare(suffix));
  }

  /** Tells this store's advisory locks, channels and statements from those of another one in the same database. */
  get scope(): string {
    return `${this.schema}.${this.prefix}`;
  }

  private table(suffix: string): string {
    return `${this.quotedSchema}.${quote(this.bare(suffix))}`;
  }
}

function quote(identifier: string): string {
  return `"${identifier}"`;
}
