import { WorkflowStoreError, isWorkflowStoreError } from '../../core/errors/index.js';
import { VirtualClock } from '../../core/time/index.js';
import { ResilientDatabase } from './resilient-database.js';
import type { SqlDatabase, SqlResult } from './sql-database.js';

const statement = { text: 'SELECT 1', values: [] };
const answer: SqlResult = { rows: [], rowCount: 0 };
const withState = (code: string) => Object.assign(new Error('in whatever language'), { code });
const lost = () => new WorkflowStoreError('The connection was lost.');

/** A database whose answers are given, the last one for ever; the clock moves on by itself. */
function arrange(...errors: (Error | undefined)[]) {
  const clock = new VirtualClock();
  let calls = 0;
  const next = async (): Promise<SqlResult> => {
    const error = errors[Math.min(calls, errors.length - 1)];
    calls += 1;
    if (error !== undefined) throw error;
    return answer;
  };
  const database = new ResilientDatabase({ query: next, transaction: next } as unknown as SqlDatabase, clock);
  const settle = async (promise: Promise<unknown>): Promise<unknown> => {
    let settled = false;
    const outcome = promise.catch((error: unknown) => error).finally(() => (settled = true));
    while (!settled) await clock.advance(50);
    return outcome;
  };
  return { database, settle, calls: () => calls };
}

describe('ResilientDatabase', () => {
  it.each(['40001', '40P01'])('sends again what the database undid with %s', async (state) => {
    const { database, settle, calls } = arrange(withState(state), withState(state), undefined);

    expect(await settle(database.once(statement))).toBe(answer);
    expect(calls()).toBe(3);
  });

  it.each(['08006', '57P01', '57P03'])('sends a repeatable statement again after %s, and no other', async (state) => {
    const repeatable = arrange(withState(state), undefined);
    const once = arrange(withState(state), undefined);

    expect(await repeatable.settle(repeatable.database.repeatable(statement))).toBe(answer);
    expect(isWorkflowStoreError(await once.settle(once.database.once(statement)))).toBe(true);
    expect(once.calls()).toBe(1);
  });

  it('gives up on a database that stays away, with an error that says so', async () => {
    const error = lost();
    const { database, settle } = arrange(error);

    expect(await settle(database.repeatable(statement))).toBe(error);
  });

  it('leaves every other error as it is', async () => {
    const error = withState('23505');
    const { database, settle, calls } = arrange(error);

    expect(await settle(database.repeatable(statement))).toBe(error);
    expect(calls()).toBe(1);
  });

  describe('reading the answer of a statement that is sent once', () => {
    const rowCount = ({ rowCount }: SqlResult): number => rowCount;
    const failure = (error: unknown): unknown => error;

    it('sends again what the database undid, and reads the last answer', async () => {
      const { database, settle, calls } = arrange(withState('40001'), undefined);

      expect(await settle(database.onceRead(statement, rowCount, failure as () => number))).toBe(0);
      expect(calls()).toBe(2);
    });

    it('leaves to the caller what stays wrong', async () => {
      const refused = withState('23505');
      const { database, settle } = arrange(refused);
      const broken = arrange(withState('08006'));

      expect(await settle(database.onceRead(statement, rowCount, failure as () => number))).toBe(refused);
      const lostOnce = broken.database.onceRead(statement, rowCount, failure as () => number);
      expect(isWorkflowStoreError(await broken.settle(lostOnce))).toBe(true);
      expect(broken.calls()).toBe(1);
    });

    it('does not send again because of what the reader throws', async () => {
      const { database, settle, calls } = arrange(undefined);
      const read = (): number => {
        throw withState('40001');
      };

      expect(await settle(database.onceRead(statement, read, failure as () => number))).toMatchObject({
        code: '40001',
      });
      expect(calls()).toBe(1);
    });

    it('takes a database that throws at once like one that fails later', async () => {
      const refused = withState('23505');
      const raw = {
        query: () => {
          throw refused;
        },
      };
      const database = new ResilientDatabase(raw as unknown as SqlDatabase, new VirtualClock());

      expect(await database.onceRead(statement, rowCount, failure as () => number)).toBe(refused);
    });
  });
});
