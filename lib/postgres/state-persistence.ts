import type {
  PurgeRequest,
  StateAppendResult,
  StateEnding,
  StateHistoryQuery,
  StatePersistence,
  StateTransitionRecord,
  StateTransitionSeed,
} from '../core/store/index.js';
import { WorkflowStoreError } from '../core/errors/index.js';
import { isLockTimeout, sqlStateOf, type SqlExecutor, type SqlRow, type SqlStatement } from './connection/index.js';
import { outboxId } from './messaging/index.js';
import { number, optionalText, text } from './records/index.js';
import { deleteMachineText, purgeMachinesText } from './requests/index.js';
import { NOW, type PreparedText } from './sql/index.js';
import type { StoreCore } from './store-core.js';

const FIELDS =
  'machine_id, version, name, definition_version, from_state, to_state, trigger, metadata, snapshot, token, ended, at';

const MOST_HELD = 10_000;

/** State machines in a table of transitions: a transition is one INSERT, and its key decides between writers. @internal */
export class PostgresStatePersistence implements StatePersistence {
  /**
   * Machines that a caller's transaction has moved, which may still be open. Who writes them beside it waits for it only so long: it may be
   * the caller himself, who forgot to pass it and goes on only behind this very write.
   */
  private readonly held = new Set<string>();
  private readonly reading: SqlExecutor = { query: (statement) => this.core.database.repeatable(statement) };

  constructor(private readonly core: StoreCore) {}

  async load(machineId: string, transaction?: unknown): Promise<StateTransitionRecord | undefined> {
    const prepared = this.core.texts.get('state-load', () => {
      return `SELECT ${FIELDS} FROM ${this.core.tables.stateTransitions} WHERE machine_id = $1 ORDER BY version DESC LIMIT 1`;
    });
    const { rows } = await this.executor(transaction).query({ ...prepared, values: [machineId] });
    return rows[0] && recordOf(rows[0]);
  }

  async history(
    machineId: string,
    { after = 0, limit }: StateHistoryQuery,
    transaction?: unknown,
  ): Promise<StateTransitionRecord[]> {
    const prepared = this.core.texts.get('state-history', () => {
      return `SELECT ${FIELDS} FROM ${this.core.tables.stateTransitions} WHERE machine_id = $1 AND version > $2::int4 ORDER BY version LIMIT $3::int8`;
    });
    const { rows } = await this.executor(transaction).query({ ...prepared, values: [machineId, after, limit] });
    return rows.map(recordOf);
  }

  async append(seed: StateTransitionSeed, transaction?: unknown): Promise<StateAppendResult> {
    const executor = this.executor(transaction);
    const { event, follows } = seed;
    const transition = recordOfSeed(seed);
    const { machineId, version, name, definitionVersion, from, to, trigger, metadata, snapshot, token, ended } =
      transition;
    const state = [from ?? null, to, trigger, metadata ?? null, snapshot, token, ended ?? null, follows ?? null];
    const values = [this.core.offsetMs(), machineId, version, name, definitionVersion, ...state];
    const told = this.core.outbox && event !== undefined ? [outboxId(machineId), JSON.stringify(event)] : [];
    const isOwn = transaction === undefined || this.core.opened.has(transaction as object);
    const isBounded = isOwn && this.held.has(machineId);
    const prepared = told.length === 0 ? this.appending(isBounded) : this.appendingTold(isBounded);
    const rows = await this.insert(executor, { ...prepared, values: [...values, ...told] }, machineId);
    if (isOwn) this.held.delete(machineId);
    else if (rows?.[0] !== undefined) this.hold(machineId, transaction);
    // The caller's transaction cannot see who was first, and nothing more be asked in it.
    if (rows === undefined) return { kind: 'conflict', actual: version };
    this.core.texts.noteRows(1);
    if (rows[0] !== undefined) return { kind: 'stored', record: { ...transition, at: number(rows[0], 'at') } };
    return this.judge(executor, seed);
  }

  /** Nothing where the caller's transaction is of an isolation level that gives up when it loses. */
  private async insert(
    executor: SqlExecutor,
    statement: SqlStatement,
    machineId: string,
  ): Promise<readonly SqlRow[] | undefined> {
    try {
      return (await executor.query(statement)).rows;
    } catch (error) {
      if (sqlStateOf(error) === '40001') return undefined;
      if (!isLockTimeout(error)) throw error;
      throw new WorkflowStoreError(
        `A transaction holds the state machine "${machineId}" for too long. Inside one of your own pass it as { transaction }; otherwise try again.`,
        { cause: error },
      );
    }
  }

  private hold(machineId: string, transaction: unknown): void {
    this.held.add(machineId);
    this.core.database.raw.join(transaction).onCommit(() => this.held.delete(machineId));
    // Of a rollback nobody is told.
    if (this.held.size > MOST_HELD) this.held.clear();
  }

  private appending(isBounded: boolean): PreparedText {
    return this.core.texts.get(isBounded ? 'state-append-bounded' : 'state-append', () => this.appendText(isBounded));
  }

  private appendingTold(isBounded: boolean): PreparedText {
    const { outbox } = this.core.tables;
    return this.core.texts.get(isBounded ? 'state-append-told-bounded' : 'state-append-told', () => {
      return `WITH written AS (${this.appendText(isBounded)}),
told AS (INSERT INTO ${outbox} (instance_id, seq, generation, created_at, event)
  SELECT $14, $3::int4, 1, w.at, ($15::jsonb || jsonb_build_object('at', w.at))::text FROM written w)
SELECT at FROM written`;
    });
  }

  /** Only behind the version before it, so that a stale writer of a later version leaves no gap. */
  private appendText(isBounded: boolean): string {
    const { tables, lockTimeoutMs } = this.core;
    const table = tables.stateTransitions;
    const limit = `SELECT current_setting('lock_timeout') AS before, set_config('lock_timeout', '${lockTimeoutMs}ms', true) AS now`;
    return `${isBounded ? `WITH waiting AS MATERIALIZED (${limit})\n` : ''}INSERT INTO ${table} (${FIELDS})
SELECT $2, $3::int4, $4, $5::int4, $6, $7, $8, $9, $10, $11, $12, ${NOW}${isBounded ? ' FROM waiting' : ''}
WHERE ($3::int4 = 1 OR EXISTS (
  SELECT 1 FROM ${table} WHERE machine_id = $2 AND version = $3::int4 - 1 AND token = coalesce($13, token)))
ON CONFLICT DO NOTHING RETURNING at${isBounded ? `, set_config('lock_timeout', (SELECT before FROM waiting), true)` : ''}`;
  }

  /** Somebody's row stands there already: our own from a sending whose answer was lost, or another one's. */
  private async judge(executor: SqlExecutor, seed: StateTransitionSeed): Promise<StateAppendResult> {
    const prepared = this.core.texts.get('state-judge', () => {
      const table = this.core.tables.stateTransitions;
      return `SELECT (SELECT max(version) FROM ${table} WHERE machine_id = $1) AS actual,
  (SELECT at FROM ${table} WHERE machine_id = $1 AND version = $2::int4 AND token = $3) AS at`;
    });
    const { rows } = await executor.query({ ...prepared, values: [seed.machineId, seed.version, seed.token] });
    const row = rows[0] as SqlRow;
    if (row['at'] != null) return { kind: 'stored', record: { ...recordOfSeed(seed), at: number(row, 'at') } };
    return { kind: 'conflict', actual: number(row, 'actual') };
  }

  async delete(machineId: string): Promise<boolean> {
    const prepared = this.core.texts.get('state-delete', () => deleteMachineText(this.core.tables));
    const { rows } = await this.core.database.repeatable({ ...prepared, values: [machineId] });
    return number(rows[0] ?? {}, 'deleted') > 0;
  }

  async purge({ endedBefore, status, limit }: PurgeRequest): Promise<number> {
    const prepared = this.core.texts.get('state-purge', () => purgeMachinesText(this.core.tables));
    const endings = status ?? ['completed', 'failed', 'cancelled'];
    const { rows } = await this.core.database.once({ ...prepared, values: [Math.ceil(endedBefore), endings, limit] });
    return number(rows[0] ?? {}, 'deleted');
  }

  private executor(transaction: unknown): SqlExecutor {
    // The key and the token make every statement safe to send again.
    return transaction === undefined ? this.reading : this.core.database.raw.join(transaction);
  }
}

function recordOfSeed({ event: _, follows: __, ...transition }: StateTransitionSeed) {
  return transition;
}

function recordOf(row: SqlRow): StateTransitionRecord {
  const from = optionalText(row, 'from_state');
  const metadata = optionalText(row, 'metadata');
  const ended = optionalText(row, 'ended') as StateEnding | undefined;
  return {
    machineId: text(row, 'machine_id'),
    version: number(row, 'version'),
    name: text(row, 'name'),
    definitionVersion: number(row, 'definition_version'),
    ...(from !== undefined && { from }),
    to: text(row, 'to_state'),
    trigger: text(row, 'trigger'),
    ...(metadata !== undefined && { metadata }),
    snapshot: text(row, 'snapshot'),
    token: text(row, 'token'),
    ...(ended !== undefined && { ended }),
    at: number(row, 'at'),
  };
}
