import type { DataSource } from 'typeorm';
import { systemClock } from '../../lib/core/time/index.js';
import type { SqlResult } from '../../lib/postgres/index.js';
import { poolOf } from '../../lib/typeorm/pg-driver.js';
import { TypeOrmDatabase } from '../../lib/typeorm/typeorm-database.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';

describe('Statements on their own', () => {
  let fixture: PostgresFixture;
  let dataSource: DataSource;
  let database: TypeOrmDatabase;

  beforeEach(async () => {
    fixture = await PostgresFixture.create('statements');
    dataSource = await fixture.dataSource({ poolSize: 1 });
    database = new TypeOrmDatabase(dataSource);
  });

  afterEach(() => fixture.dispose());

  const ask = (name: string | undefined, text: string, values: unknown[] = []): Promise<SqlResult> =>
    database.query({ ...(name === undefined ? {} : { name }), text, values });

  /** How often the server is asked what rows are made of. */
  async function descriptions(work: () => Promise<unknown>): Promise<number> {
    const client = await poolOf(dataSource).connect();
    client.release();
    const { connection } = client as unknown as { connection: { describe(config: unknown): void } };
    const describeOnce = connection.describe;
    let count = 0;
    connection.describe = function (config) {
      count += 1;
      describeOnce.call(this, config);
    };
    await work();
    connection.describe = describeOnce;
    return count;
  }

  const text = 'SELECT $1::text AS a, $2::int4 AS b, $3::bool AS c, $4::text AS d UNION ALL SELECT $1, 7, NULL, $4';
  const values = ['ü "quoted" \\ ', 42, true, undefined];

  it('answer the same the first time and later, and have the server describe their rows once', async () => {
    const answers: SqlResult[] = [];
    const count = await descriptions(async () => {
      for (let time = 0; time < 3; time += 1) answers.push(await ask('same', text, values));
    });

    expect(answers[0]).toEqual({
      rows: [
        { a: values[0], b: '42', c: 't', d: null },
        { a: values[0], b: '7', c: null, d: null },
      ],
      rowCount: 2,
    });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect(count).toBe(1);
  });

  it('go by the driver where it has to write the values', async () => {
    const list = 'SELECT unnest($1::text[]) AS item';
    await ask('list', list, [['a']]);

    expect((await ask('list', list, [['b "', null]])).rows).toEqual([{ item: 'b "' }, { item: null }]);
  });

  it('tell how many rows they have changed', async () => {
    await ask(undefined, `CREATE TABLE "${fixture.schema}".t (n int4)`);
    const insert = `INSERT INTO "${fixture.schema}".t SELECT generate_series(1, $1::int4)`;
    await ask('insert', insert, [2]);

    expect(await ask('insert', insert, [5])).toEqual({ rows: [], rowCount: 5 });
  });

  it('fail for themselves alone', async () => {
    const divide = 'SELECT 6 / $1::int4 AS result';
    await ask('divide', divide, [1]);
    const asked = [3, 0, 2].map((by) => ask('divide', divide, [by]));

    const [one, two, three] = await Promise.allSettled(asked);
    expect(one).toMatchObject({ value: { rows: [{ result: '2' }] } });
    expect(two).toMatchObject({ reason: { code: '22012' } });
    expect(three).toMatchObject({ value: { rows: [{ result: '3' }] } });
  });

  it('are told of a connection that is lost under them, and those that follow get another', async () => {
    const [self] = (await ask('self', 'SELECT pg_backend_pid() AS pid')).rows;
    await ask('sleep', 'SELECT pg_sleep($1::float8)::text AS slept', [0]);
    const lost = ask('sleep', 'SELECT pg_sleep($1::float8)::text AS slept', [60]);
    lost.catch(() => undefined);
    const asleep = `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity WHERE pid = $1 AND state = 'active'`;
    while ((await fixture.sql(asleep, [self?.['pid']])).length === 0);

    await expect(lost).rejects.toThrow('connection');
    expect((await ask('self', 'SELECT pg_backend_pid() AS pid')).rows[0]?.['pid']).not.toBe(self?.['pid']);
  });

  it('keep the client that follows one another need for no longer than the macrotask', async () => {
    const pool = poolOf(dataSource) as unknown as { readonly idleCount: number };
    await ask('one', 'SELECT 1 AS one');
    expect(pool.idleCount).toBe(0);
    await new Promise<void>((resolve) => systemClock.macrotask(resolve));

    expect(pool.idleCount).toBe(1);
  });

  it('leave it to whoever waits for one', async () => {
    const order: string[] = [];
    const own = ask('one', 'SELECT 1 AS one').then(() => ask('one', 'SELECT 1 AS one'));
    const others = dataSource.query('SELECT 2').then(() => order.push('other'));
    await own.then(() => order.push('own'));
    await others;

    expect(order).toEqual(['other', 'own']);
  });
});
