import { closedStore, WorkflowStoreError, isWorkflowStoreError } from '../../core/errors/index.js';
import { delay, type Clock } from '../../core/time/index.js';
import type { SqlDatabase, SqlExecutor, SqlResult, SqlStatement } from './sql-database.js';
import { isConnectionFailure, isSerializationFailure } from './sql-state.js';

/** @internal */
export interface RetrySettings {
  /** How often a statement that the database undid, or a read, is sent again. */
  readonly attempts: number;
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

const DEFAULTS: RetrySettings = { attempts: 6, firstPauseMs: 4, maxPauseMs: 250 };

/**
 * Sends again what is safe to send again, and turns a lost connection into `WorkflowStoreError`. Nothing else is changed: errors
 * about values and constraints reach the caller as the driver made them.
 *
 * @internal
 */
export class ResilientDatabase {
  private closed = false;

  constructor(
    readonly raw: SqlDatabase,
    private readonly clock: Clock,
    private readonly settings: RetrySettings = DEFAULTS,
  ) {}

  /** A statement that changes nothing when it runs twice: sent again also after a lost connection. */
  repeatable(statement: SqlStatement): Promise<SqlResult> {
    return this.retry(() => this.raw.query(statement), true);
  }

  /** A statement whose repetition the caller has to judge: sent again only when the database undid it. */
  once(statement: SqlStatement): Promise<SqlResult> {
    return this.retry(() => this.raw.query(statement), false);
  }

  /**
   * The same, with what is made of the answer, or of an error that stays. What goes well at once is waited for by one promise more than
   * the database's own: a lone step waits for each of those between it and its store.
   */
  onceRead<T>(
    statement: SqlStatement,
    read: (result: SqlResult) => T | Promise<T>,
    fail: (error: unknown) => T | Promise<T>,
  ): Promise<T> {
    const work = (): Promise<SqlResult> => this.raw.query(statement);
    const again = (error: unknown): Promise<T> => this.workAgain(work, false, 0, error).then(read, fail);
    if (this.closed) return again(closedStore(true));
    try {
      return work().then(read, again);
    } catch (error) {
      return again(error);
    }
  }

  /** Statements committed together; run again from the first when the database undid them. */
  transaction<T>(work: (executor: SqlExecutor) => Promise<T>, repeatable = true): Promise<T> {
    return this.retry(() => this.raw.transaction(work), repeatable);
  }

  /** Waits a little, longer each time, and a little differently from every other process. */
  pause(attempt: number): Promise<void> {
    const longest = Math.min(this.settings.firstPauseMs * 2 ** Math.min(attempt, 16), this.settings.maxPauseMs);
    // The fraction of a high-resolution clock spreads processes well enough; nothing here needs to be unpredictable.
    const spread = (this.clock.monotonic() * 1_000) % 1;
    return delay(this.clock, longest * (0.5 + spread / 2));
  }

  /** Everything from here on is refused: the pool belongs to the application, and goes when it likes. */
  close(): void {
    this.closed = true;
  }

  private retry<T>(work: () => Promise<T>, repeatable: boolean, attempt = 0): Promise<T> {
    const fail = (error: unknown): Promise<T> => this.workAgain(work, repeatable, attempt, error);
    if (this.closed) return Promise.reject(closedStore(true));
    try {
      return work().catch(fail);
    } catch (error) {
      return fail(error);
    }
  }

  private async workAgain<T>(work: () => Promise<T>, repeatable: boolean, attempt: number, error: unknown): Promise<T> {
    const lost = isConnectionFailure(error);
    if (this.closed && lost) throw closedStore(true);
    const mayRepeat = isSerializationFailure(error) || (lost && repeatable);
    if (mayRepeat && attempt + 1 < this.settings.attempts) {
      await this.pause(attempt);
      return this.retry(work, repeatable, attempt + 1);
    }
    throw lost || isSerializationFailure(error) ? unreachable(error) : error;
  }
}

function unreachable(cause: unknown): WorkflowStoreError {
  if (isWorkflowStoreError(cause)) return cause;
  return new WorkflowStoreError(
    'The workflow database did not answer; what was sent may or may not have been carried out. It is safe to send the same again.',
    { cause },
  );
}
