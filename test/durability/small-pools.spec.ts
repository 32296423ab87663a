import { delay, systemClock } from '../../lib/core/time/index.js';
import type { WorkflowContext } from '../../lib/core/definition/index.js';
import { bareEngine, workflow, type BareEngine } from '../utils/bare-engine.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';

describe('Transactions that have every connection of the pool', () => {
  let fixture: PostgresFixture;
  let engine: BareEngine;
  let release: ((value: string) => void) | undefined;

  beforeEach(async () => {
    fixture = await PostgresFixture.create('small_pools');
  });

  afterEach(async () => {
    release?.('over');
    await engine.worker.stop();
    await fixture.dispose();
  });

  async function boot(poolSize: number, run: (ctx: WorkflowContext) => Promise<unknown>): Promise<void> {
    const store = await fixture.store({}, await fixture.dataSource({ poolSize }));
    const worker = { pollIntervalMs: 100 };
    engine = bareEngine({ store, clock: systemClock, definitions: [workflow('booking', run)], worker });
    await engine.worker.start();
  }

  async function ended(ids: readonly string[]): Promise<void> {
    for (let look = 0; look < 2_000; look += 1) {
      const rows = await fixture.sql<{ count: string }>(
        `SELECT count(*) FROM ${fixture.table('instances')} WHERE status = 'completed' AND id = ANY ($1)`,
        [ids],
      );
      if (Number(rows[0]?.count) === ids.length) return;
      await delay(systemClock, 20);
    }
    throw new Error('They did not end.');
  }

  it('wait for no write that waits for them', async () => {
    const isToldOfIt = new Promise<string>((resolve) => (release = resolve));
    await boot(1, (ctx) =>
      Promise.all([
        // It keeps the only connection until the result beside it is recorded.
        ctx.transaction('book', () => isToldOfIt),
        ctx.step('tell', () => 'told').then(() => ctx.step('go on', () => release?.('booked') ?? 'on')),
      ]),
    );
    await engine.start('booking', 'alone');

    await ended(['alone']);
  }, 120_000);

  it('come to their end when many instances have several of them', async () => {
    await boot(2, (ctx) =>
      Promise.all([
        ctx.transaction('first', async () => 1),
        ctx.step('beside', () => 2),
        ctx.transaction('second', async () => 3),
        ctx.step('beside as well', () => 4),
      ]),
    );
    const ids = Array.from({ length: 12 }, (_, index) => `booking-${index}`);
    await Promise.all(ids.map((id) => engine.start('booking', id)));

    await ended(ids);
  }, 120_000);
});
