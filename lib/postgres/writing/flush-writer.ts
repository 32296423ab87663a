import { WorkflowStoreError } from '../../core/errors/index.js';
import type { FlushResult, FlushUnit } from '../../core/store/index.js';
import {
  constraintOf,
  isLockTimeout,
  isRefusedValue,
  sqlStateOf,
  type SqlExecutor,
  type SqlResult,
  type SqlRow,
  type SqlStatement,
} from '../connection/index.js';
import { jsonArray, numbers, text } from '../records/index.js';
import type { StoreCore } from '../store-core.js';
import { isWritten, refusal, standingStatement, unitStanding } from './flush-settlement.js';
import { COUNT_CHECK_STATE, FlushStatements } from './flush-statement.js';
import { isLastEntry, lastEntriesStatement } from './last-entries-statement.js';
import { loneEntriesStatement } from './lone-entries-statement.js';
import { isLoneEnding, loneEndingStatement } from './lone-ending-statement.js';
import { isLoneEntry, knownEntryStatement, loneAnswer, loneEntryStatement } from './lone-entry-statement.js';

/** What one statement made of a unit; `undefined` when its row was not locked. */
type Attempt = FlushResult | undefined;

/** How often units that were left out are tried together before each is tried alone. */
const ROUNDS_TOGETHER = 3;

/** And how often alone: a row that is locked for longer must keep neither its neighbours' answers nor the flusher. */
const ROUNDS_ALONE = 2;

/** Makes units durable: all of them in one statement, and one by one only those that the statement left out. @internal */
export class FlushWriter {
  private readonly statements: FlushStatements;
  private readonly executor: SqlExecutor = { query: (statement) => this.core.database.once(statement) };

  /** @param settled Told what has become of each unit that {@link flush} was given. */
  constructor(
    private readonly core: StoreCore,
    private readonly settled: (unit: FlushUnit, result: FlushResult) => void,
  ) {
    this.statements = new FlushStatements(core.tables, core.texts, core.outbox, core.lockTimeoutMs);
  }

  flush(units: readonly FlushUnit[], resend: boolean): Promise<FlushResult[]> {
    const [lone] = units;
    if (units.length === 1 && lone !== undefined && !resend) {
      if (lone.knownWakes !== undefined && isLoneEntry(lone)) {
        return this.quickly(lone, knownEntryStatement(this.core.tables, this.core.texts, lone), knownAnswer);
      }
      const short = this.shortStatement(lone);
      if (short !== undefined) return this.quickly(lone, short, shortAnswer);
    }
    return this.tell(units, units.length > 1 ? this.flushMany(units, resend) : this.write(units, resend));
  }

  private tell(units: readonly FlushUnit[], written: Promise<FlushResult[]>): Promise<FlushResult[]> {
    return written.then((results) => {
      for (let index = 0; index < units.length; index += 1)
        this.settled(units[index] as FlushUnit, results[index] as FlushResult);
      return results;
    });
  }

  /** What a quiet process writes, without the rounds of {@link write} unless they are needed. */
  private quickly(
    unit: FlushUnit,
    statement: SqlStatement,
    attemptOf: (unit: FlushUnit, result: SqlResult) => Attempt,
  ): Promise<FlushResult[]> {
    const slowly = (): Promise<FlushResult[]> => this.tell([unit], this.write([unit], false));
    const read = (result: SqlResult): FlushResult[] | Promise<FlushResult[]> => {
      this.core.texts.noteRows(1);
      const attempt = attemptOf(unit, result);
      if (attempt === undefined) return slowly();
      this.settled(unit, attempt);
      return [attempt];
    };
    return this.core.database.onceRead(statement, read, (error) => {
      if (isRefusedValue(error)) return slowly();
      throw error;
    });
  }

  private async flushMany(units: readonly FlushUnit[], resend: boolean): Promise<FlushResult[]> {
    // Every statement of the engine takes its locks in id order.
    const order = units.map((_, index) => index).sort((a, b) => compareIds(units[a], units[b]));
    const sorted = order.map((index) => units[index] as FlushUnit);
    const results = await this.write(sorted, resend);
    const answers: FlushResult[] = [];
    order.forEach((index, place) => {
      answers[index] = results[place] as FlushResult;
    });
    return answers;
  }

  /** The same write inside a transaction of user code: waits for the row's lock and holds it until the commit. */
  async flushWithin(executor: SqlExecutor, unit: FlushUnit): Promise<FlushResult> {
    try {
      const [attempt] = await this.attempt(executor, [unit], true);
      if (attempt !== undefined) return attempt;
    } catch (error) {
      return this.refused(error);
    }
    const { rows } = await executor.query(standingStatement(this.core.tables, this.core.texts, [unit]));
    return refusal(unit, unitStanding(rows[0] as SqlRow)) ?? { kind: 'fenced' };
  }

  private async write(units: readonly FlushUnit[], resend: boolean): Promise<FlushResult[]> {
    const results = resend ? await this.standing(units) : units.map((): Attempt => undefined);
    let open = resend ? missing(results) : units.map((_, index) => index);
    for (let round = 0; round < ROUNDS_TOGETHER && open.length > 0; round += 1) {
      if (round > 0) await this.core.database.pause(round - 1);
      const attempts = await this.attemptTogether(
        open.length === units.length ? units : open.map((index) => units[index] as FlushUnit),
      );
      // One unit's rows failed the statement for all: now each stands for itself.
      if (attempts === undefined) break;
      for (let place = 0; place < attempts.length; place += 1) results[open[place] as number] = attempts[place];
      open = missing(results);
      // Many at one time are held by a short statement of the engine's own, such as a renewal; one may be held by anybody.
      if (open.length === 1) break;
    }
    for (const index of open) results[index] = await this.writeAlone(units[index] as FlushUnit, resend);
    return results as FlushResult[];
  }

  /** Answers for the units that are found written already. */
  private async standing(units: readonly FlushUnit[]): Promise<Attempt[]> {
    const { rows } = await this.core.database.repeatable(standingStatement(this.core.tables, this.core.texts, units));
    return Promise.all(
      units.map(async (unit, index): Promise<Attempt> => {
        const standing = unitStanding(rows[index] as SqlRow);
        if (!isWritten(unit, standing)) return undefined;
        const { wakes, cancelRequested } = standing;
        return { kind: 'applied', wakes, cancelRequested, ...(await this.foreignChildren(unit, [])) };
      }),
    );
  }

  /** `undefined` when the server refused the statement for something in its rows. */
  private async attemptTogether(units: readonly FlushUnit[]): Promise<Attempt[] | undefined> {
    try {
      return await this.attempt(this.executor, units, false);
    } catch (error) {
      if (isRefusedValue(error)) return undefined;
      throw error;
    }
  }

  private async writeAlone(unit: FlushUnit, resend: boolean): Promise<FlushResult> {
    const { core } = this;
    for (let round = 0; ; round += 1) {
      try {
        const [attempt] = await this.attempt(this.executor, [unit], false);
        if (attempt !== undefined) return attempt;
      } catch (error) {
        const result = this.refused(error);
        // The earlier sending of this very unit may have arrived between our looking and our writing.
        if (result.kind !== 'conflict' || !resend) return result;
        return (await this.standing([unit]))[0] ?? result;
      }
      const { rows } = await core.database.repeatable(standingStatement(core.tables, core.texts, [unit]));
      const refused = refusal(unit, unitStanding(rows[0] as SqlRow));
      if (refused !== undefined) return refused;
      if (round + 1 === ROUNDS_ALONE) return { kind: 'locked' };
      await core.database.pause(round);
    }
  }

  private async attempt(executor: SqlExecutor, units: readonly FlushUnit[], wait: boolean): Promise<Attempt[]> {
    const { core } = this;
    const [lone] = units;
    const short = units.length === 1 && lone !== undefined && !wait ? this.shortStatement(lone) : undefined;
    if (short !== undefined) {
      const result = await executor.query(short);
      core.texts.noteRows(1);
      return [shortAnswer(lone as FlushUnit, result)];
    }
    const { rows } = await executor.query(this.statement(units, wait));
    core.texts.noteRows(units.length);
    // One row for all of them: a row for each costs more to read than the rest of the answer.
    const [row = {}] = rows;
    const wakes = numbers(row, 'wakes');
    const cancelled = new Set(numbers(row, 'cancelled'));
    const attempts = units.map((): Attempt => undefined);
    for (const [index, n] of numbers(row, 'n').entries()) {
      const unit = units[n - 1] as FlushUnit;
      const applied = { kind: 'applied', wakes: wakes[index] as number, cancelRequested: cancelled.has(n) } as const;
      attempts[n - 1] =
        unit.children === undefined
          ? applied
          : { ...applied, ...(await this.foreignChildren(unit, jsonArray<string>(row, 'children'), executor)) };
    }
    return attempts;
  }

  private statement(units: readonly FlushUnit[], wait: boolean): SqlStatement {
    const { core } = this;
    if (!wait && units.every(isLoneEntry)) return loneEntriesStatement(core.tables, core.texts, units);
    const slots = units.some((unit) => core.limited.leaves(unit));
    if (!wait && !slots && !core.outbox && units.every((unit) => isLoneEntry(unit) || isLastEntry(unit)))
      return lastEntriesStatement(core.tables, core.texts, units, core.offsetMs());
    return this.statements.build(units, core.offsetMs(), { wait, slots });
  }

  /** The statement of a unit that has a short one of its own. */
  private shortStatement(unit: FlushUnit): SqlStatement | undefined {
    const { core } = this;
    if (isLoneEntry(unit)) return loneEntryStatement(core.tables, core.texts, unit);
    if (core.outbox || !isLoneEnding(unit) || core.limited.leaves(unit)) return undefined;
    return loneEndingStatement(core.tables, core.texts, unit, core.offsetMs());
  }

  /** Ids among the unit's children that existed before and have another parent. */
  private async foreignChildren(
    unit: FlushUnit,
    created: readonly string[],
    executor: SqlExecutor = { query: (statement) => this.core.database.repeatable(statement) },
  ): Promise<{ existingChildren?: readonly string[] }> {
    const missing = (unit.children ?? []).map((child) => child.seed.id).filter((id) => !created.includes(id));
    if (missing.length === 0) return {};
    const prepared = this.core.texts.get('foreign-children', () => {
      return `SELECT i.id FROM ${this.core.tables.instances} i WHERE i.id = ANY ($1::text[])
        AND (i.parent_id, i.parent_generation) IS DISTINCT FROM ($2::text, $3::int4)`;
    });
    const { rows } = await executor.query({ ...prepared, values: [missing, unit.workflowId, unit.generation] });
    return rows.length === 0 ? {} : { existingChildren: rows.map((row) => text(row, 'id')) };
  }

  private refused(error: unknown): FlushResult {
    const isPosition = sqlStateOf(error) === '23505' && constraintOf(error) === this.core.tables.bare('entries_pkey');
    if (isPosition) return { kind: 'conflict' };
    if (sqlStateOf(error) !== COUNT_CHECK_STATE && isRefusedValue(error))
      return { kind: 'rejected', error: error as Error };
    if (isLockTimeout(error)) {
      throw new WorkflowStoreError('The instance row stayed locked for longer than the lock time-out.', {
        cause: error,
      });
    }
    throw error;
  }
}

/** What {@link knownEntryStatement} says by the number of its rows. */
function knownAnswer(unit: FlushUnit, { rowCount }: SqlResult): Attempt {
  return rowCount === 1 ? { kind: 'applied', wakes: unit.knownWakes as number, cancelRequested: false } : undefined;
}

function shortAnswer(_unit: FlushUnit, { rows: [row] }: SqlResult): Attempt {
  return row && { kind: 'applied', ...loneAnswer(row) };
}

function missing(results: readonly Attempt[]): number[] {
  const found: number[] = [];
  for (let index = 0; index < results.length; index += 1) if (results[index] === undefined) found.push(index);
  return found;
}

function compareIds(a: FlushUnit | undefined, b: FlushUnit | undefined): number {
  const left = a?.workflowId ?? '';
  const right = b?.workflowId ?? '';
  return left < right ? -1 : left > right ? 1 : 0;
}
