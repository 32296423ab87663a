import type { FlushUnit } from '../../lib/core/store/index.js';
import type { PostgresStore } from '../../lib/postgres/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { entryOf, eventOf, startRunning, unitOf, type Owner } from '../utils/store-scenario.js';

/** What differs between two instances that are alike. */
const OWN = ['id', 'no', 'seed', 'created_at', 'updated_at', 'ended_at', 'due_at', 'cancel_requested_at'];

describe('An end that is written alone', () => {
  let fixture: PostgresFixture;
  let store: PostgresStore;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('endings');
    store = await fixture.store();
  });

  afterAll(() => fixture.dispose());

  const completed = { kind: 'end', status: 'completed', output: '{"b":1,"a":2}' } as const;
  const failed = { kind: 'end', status: 'failed', error: '{"name":"Error"}' } as const;
  const noCancel = { noCancel: true };
  const entries = [entryOf(1)];
  const other = [entryOf(1, { value: undefined, error: '{"name":"Error"}', status: 'failed', data: { childId: 'c' } })];

  it.each<[string, Partial<FlushUnit>, (owner: Owner) => Promise<void>]>([
    ['with its last result', { entries, transition: completed, expect: noCancel }, nothing],
    ['without a result', { transition: completed, expect: noCancel }, nothing],
    ['with a failure', { entries: other, transition: failed }, nothing],
    ['without an output', { entries, transition: { kind: 'end', status: 'completed' }, expect: noCancel }, nothing],
    ['after a cancel that it has seen', { transition: { ...failed, status: 'cancelled' } }, cancel],
    ['after a cancel that it has not seen', { entries, transition: completed, expect: noCancel }, cancel],
    ['after its lease has passed to another', { entries, transition: completed, expect: noCancel }, claim],
    ['after its lease was given back', { entries, transition: completed, expect: noCancel }, release],
    ['behind an entry that is there', { entries, transition: completed, expect: noCancel }, record],
    ['of an instance that is gone', { transition: failed }, remove],
  ])('leaves what an end beside others leaves: %s', async (_when, parts, before) => {
    const [lone, general] = await startRunning(store, 2);
    for (const owner of [lone!, general!]) await before(owner);

    const events = (await Promise.all([lone!, general!].map(({ id }) => store.find(id)))).map((found) =>
      found === undefined ? [] : [eventOf(found, 2)],
    );
    const [one] = await store.flush([unitOf(lone!, { ...parts, events: events[0], waitless: true })]);
    const [two] = await store.flush([unitOf(general!, { ...parts, events: events[1], waitless: false })]);

    expect(one).toEqual(two);
    expect(await rowOf(lone!)).toEqual(await rowOf(general!));
    expect(await store.readJournal(lone!.id)).toEqual(await store.readJournal(general!.id));
    const ended = await store.find(lone!.id);
    if (one?.kind === 'applied') expect([ended?.endedAt, ended?.dueAt]).toEqual([ended?.updatedAt, undefined]);
  });

  async function rowOf({ id }: Owner): Promise<object | undefined> {
    const [row] = await fixture.sql<Record<string, unknown>>(
      `SELECT * FROM ${fixture.table('instances')} WHERE id = '${id}'`,
    );
    return row && Object.fromEntries(Object.entries(row).filter(([column]) => !OWN.includes(column)));
  }

  async function nothing(): Promise<void> {
    // It is as it began.
  }

  async function cancel({ id }: Owner): Promise<void> {
    await store.requestCancel(id, 'enough', '{}');
  }

  async function claim({ id }: Owner): Promise<void> {
    await fixture.sql(`UPDATE ${fixture.table('instances')} SET fence = fence + 1 WHERE id = '${id}'`);
  }

  async function release(owner: Owner): Promise<void> {
    await store.flush([unitOf(owner, { transition: { kind: 'release' } })]);
  }

  async function record(owner: Owner): Promise<void> {
    await store.flush([unitOf(owner, { entries: [entryOf(1, { name: 'first' })] })]);
  }

  async function remove({ id }: Owner): Promise<void> {
    await fixture.sql(`DELETE FROM ${fixture.table('instances')} WHERE id = '${id}'`);
  }
});
