import type { PostgresStore } from '../../lib/postgres/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { entryOf, startRunning, unitOf } from '../utils/store-scenario.js';

describe('An entry of an owner that knows the wakes of its instance', () => {
  let fixture: PostgresFixture;
  let store: PostgresStore;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('known_wakes');
    store = await fixture.store();
  });

  afterAll(() => fixture.dispose());

  it.each([
    ['nothing has come', '', { wakes: 0, cancelRequested: false }],
    ['something has come', 'wakes = 3', { wakes: 3, cancelRequested: false }],
    ['a cancel has come', 'cancel_requested_at = 1', { wakes: 0, cancelRequested: true }],
  ])('is written, and answered as every other, when %s', async (_what, change, answer) => {
    const [owner] = await startRunning(store, 1);
    if (change !== '')
      await fixture.sql(`UPDATE ${fixture.table('instances')} SET ${change} WHERE id = $1`, [owner!.id]);

    const results = await store.flush([unitOf(owner!, { entries: [entryOf(1)], knownWakes: 0 })]);

    expect(results).toEqual([{ kind: 'applied', ...answer }]);
    expect(await store.readJournal(owner!.id)).toMatchObject([entryOf(1)]);
  });

  it.each([
    ['fenced', 'its lease has passed to another', 'fence = fence + 1'],
    ['fenced', 'its lease was given back', 'worker_id = NULL'],
    ['fenced', 'another generation has begun', 'generation = 2'],
    ['conflict', 'its position was used before', 'head = 1'],
  ])('is refused as every other (%s) when %s', async (kind, _what, change) => {
    const [owner] = await startRunning(store, 1);
    await fixture.sql(`UPDATE ${fixture.table('instances')} SET ${change} WHERE id = $1`, [owner!.id]);

    const results = await store.flush([unitOf(owner!, { entries: [entryOf(1)], knownWakes: 0 })]);

    expect(results).toEqual([{ kind }]);
    expect(await store.readJournal(owner!.id)).toEqual([]);
  });

  it('meets an entry that is there as every other does', async () => {
    const [owner] = await startRunning(store, 1);
    await store.flush([unitOf(owner!, { entries: [entryOf(1)] })]);

    const results = await store.flush([unitOf(owner!, { entries: [entryOf(1, { name: 'b' })], knownWakes: 0 })]);

    expect(results).toEqual([{ kind: 'conflict' }]);
  });
});
