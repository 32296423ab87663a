import type { InstanceRecord, JournalEntry } from '../../lib/core/records/index.js';
import type { PostgresStore } from '../../lib/postgres/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { LAST, entryOf, flushDecided, flushOne, pollOf, startRunning, unitOf } from '../utils/store-scenario.js';

const RACES = 2_000;
const BATCH = 50;

describe('A stale writer', () => {
  let fixture: PostgresFixture;
  let old: PostgresStore;
  let next: PostgresStore;
  let offsetMs = 0;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('stale');
    const options = { clockOffsetMs: () => offsetMs };
    old = await fixture.store(options);
    next = await fixture.store(options);
    await next.registerWorker({ id: 'worker-2', buildId: 'build-1', definitions: ['order@1'], heartbeatMs: 2_000 });
  });

  afterAll(() => fixture.dispose());

  it('never adds to an instance that another worker has claimed, in 2,000 races', async () => {
    let before = 0;
    let fenced = 0;
    for (let race = 0; race < RACES; race += BATCH) {
      const owners = await startRunning(old, BATCH);
      offsetMs += 20_000;
      // Half of the flushes write the row as well, which takes another kind of lock.
      const units = owners.map((owner, index) =>
        unitOf(owner, { entries: [entryOf(1)], ...(index % 2 === 0 ? {} : { customStatus: '"late"' }) }),
      );
      const flushes = Promise.all([old.flush(units.slice(0, 20)), ...units.slice(20).map((unit) => old.flush([unit]))]);
      // Each new owner reads the journal as soon as it has claimed, while the flushes may still be under way.
      const [results, first] = await Promise.all([flushes, claim()]);
      const rest = await claim();
      const claimed = [...first.claimed, ...rest.claimed];
      const journals = [...first.journals, ...rest.journals];
      expect(claimed.map((record) => record.id).sort()).toEqual(owners.map((owner) => owner.id).sort());

      // What it has read is all there will ever be of the old one.
      const taken = await next.flush(
        claimed.map((record, index) =>
          unitOf(record, {
            entries: [entryOf((journals[index]?.length ?? 0) + 1, { name: 'new' })],
            transition: { kind: 'end', status: 'completed' },
          }),
        ),
      );
      expect(new Set(taken.map((result) => result.kind))).toEqual(new Set(['applied']));

      const verdicts = new Map(units.map((unit, index) => [unit.workflowId, results.flat()[index]?.kind]));
      for (const [index, record] of claimed.entries()) {
        const wasWritten = (journals[index]?.length ?? 0) === 1;
        // A row that the claim held the whole time is no verdict yet; sent again, it would be one.
        expect(wasWritten ? ['applied'] : ['fenced', 'locked']).toContain(verdicts.get(record.id));
        if (wasWritten) before += 1;
        else fenced += 1;
      }
      const late = await old.flush(owners.map((owner) => unitOf(owner, { entries: [entryOf(3)] })));
      expect(new Set(late.map((result) => result.kind))).toEqual(new Set(['fenced']));
    }

    expect(before + fenced).toBe(RACES);
    // Both sides have won, or this was no race.
    expect(Math.min(before, fenced)).toBeGreaterThan(0);
    const rows = await fixture.sql<{ entries: string }>(
      `SELECT count(*) AS entries FROM ${fixture.table('journal')} j JOIN ${fixture.table('instances')} i ON i.id = j.instance_id
       WHERE j.name = 'new' AND j.fence <> 2 OR j.name <> 'new' AND j.fence <> 1`,
    );
    expect(rows).toEqual([{ entries: '0' }]);
  }, 120_000);

  async function claim(): Promise<{ claimed: readonly InstanceRecord[]; journals: readonly JournalEntry[][] }> {
    const { claimed } = await next.poll(pollOf({ workerId: 'worker-2' }));
    const journals = await next.readJournals(claimed.map(({ id, generation }) => ({ workflowId: id, generation })));
    return { claimed, journals };
  }

  it.each([
    ['an entry', {}],
    ['a last entry', LAST],
  ])('adds nothing to several that another worker has claimed: %s', async (_what, more) => {
    const owners = await startRunning(old, 3);
    offsetMs += 20_000;
    await next.poll(pollOf({ workerId: 'worker-2' }));

    const late = await old.flush(owners.map((owner) => unitOf(owner, { entries: [entryOf(1)], ...more })));

    expect(late.map((result) => result.kind)).toEqual(['fenced', 'fenced', 'fenced']);
    expect(await Promise.all(owners.map(({ id }) => old.readJournal(id)))).toEqual([[], [], []]);
  });

  it('cannot end, suspend or continue what another worker has claimed', async () => {
    const [owner] = await startRunning(old, 1);
    offsetMs += 20_000;
    await next.poll(pollOf({ workerId: 'worker-2' }));

    const attempts = [
      flushOne(old, owner!, { transition: { kind: 'end', status: 'completed' } }),
      flushOne(old, owner!, { transition: { kind: 'end', status: 'completed' }, waitless: true }),
      flushOne(old, owner!, { transition: { kind: 'suspend', status: 'suspended' } }),
      flushOne(old, owner!, { transition: { kind: 'continue', inputHash: 'x', seed: 'y' } }),
    ];

    expect((await Promise.all(attempts)).map((result) => result.kind)).toEqual(Array(4).fill('fenced'));
    expect(await old.find(owner!.id)).toMatchObject({ status: 'running', fence: 2, workerId: 'worker-2' });
  });

  it.each([
    ['one entry', 1, {}],
    ['an entry of each of several', 3, {}],
    ['an entry and a change of the row', 1, { customStatus: '"late"' }],
    ['a last entry', 1, LAST],
    ['a last entry of each of several', 3, LAST],
    ['one entry of an owner that knows the wakes', 1, { knownWakes: 0 }],
  ])('adds nothing beside a claim that is about to commit: %s', async (_what, writers, more) => {
    const dataSource = await fixture.dataSource({ poolSize: 1 });
    const lonely = await fixture.store({ clockOffsetMs: () => offsetMs }, dataSource);
    const [owner, ...neighbours] = await startRunning(lonely, writers);
    const runner = fixture.admin.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`UPDATE ${fixture.table('instances')} SET fence = fence + 1 WHERE id = $1`, [owner!.id]);

    const units = [owner!, ...neighbours].map((writer) => unitOf(writer, { entries: [entryOf(1)], ...more }));
    const late = flushDecided(lonely, units);
    // By the only connection, and so behind the first try, unless that waits for the row.
    let isTried = false;
    const tried = lonely.readJournal(owner!.id).then(() => (isTried = true));
    await Promise.race([tried, rowIsWaitedFor(() => isTried)]);
    await runner.commitTransaction();
    await runner.release();

    expect((await late).map((result) => result.kind)).toEqual(['fenced', ...neighbours.map(() => 'applied')]);
    expect(await lonely.readJournal(owner!.id)).toEqual([]);
  });

  async function rowIsWaitedFor(isOver: () => boolean): Promise<void> {
    const waiting = `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${fixture.schema}%'`;
    while (!isOver() && (await fixture.sql(waiting)).length === 0);
  }
});
