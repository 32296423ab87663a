import { systemClock } from '../core/time/index.js';
import { KeptClient } from './kept-client.js';
import type { PgPool } from './pg-driver.js';

/** A pool of one client, whose statements end as they are told. */
function arrange(...ends: (Error | undefined)[]) {
  const released: (boolean | Error | undefined)[] = [];
  let borrowed = 0;
  const client = {
    on: () => undefined,
    query: async () => {
      const error = ends.shift();
      if (error !== undefined) throw error;
      return { rows: [], rowCount: 0, fields: [] };
    },
    release: (destroy?: boolean | Error) => void released.push(destroy),
  };
  const pool = {
    options: {},
    waitingCount: 0,
    connect: async () => {
      borrowed += 1;
      return client;
    },
  } as unknown as PgPool;
  const kept = new KeptClient();
  const ask = (): Promise<unknown> =>
    kept.query(pool, { text: 'SELECT 1', values: [] }).catch((error: unknown) => error);
  return { ask, released, borrowed: () => borrowed };
}

const withState = (code: string): Error => Object.assign(new Error('in whatever language'), { code });

describe('KeptClient', () => {
  it('keeps a client for the statement that follows, and gives it back when none does', async () => {
    const { ask, released, borrowed } = arrange();
    await ask();
    await ask();

    expect(borrowed()).toBe(1);
    expect(released).toEqual([]);
    await new Promise<void>((resolve) => systemClock.macrotask(resolve));
    expect(released).toEqual([false]);
  });

  it.each<[string, string, boolean]>([
    ['was ended by the server', '57P01', true],
    ['was refused a value', '22001', false],
  ])('keeps none whose statement %s, and tells the pool whether it is lost', async (_what, state, isLost) => {
    const { ask, released, borrowed } = arrange(withState(state));
    await ask();

    expect(released).toEqual([isLost]);
    await ask();
    expect(borrowed()).toBe(2);
  });
});
