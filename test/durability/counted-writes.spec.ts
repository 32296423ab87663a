import type { PostgresStore } from '../../lib/postgres/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { LAST, entryOf, startRunning, unitOf, type Owner } from '../utils/store-scenario.js';

describe('A write of which the database leaves out a row without a word', () => {
  let fixture: PostgresFixture;
  let store: PostgresStore;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('counted');
    store = await fixture.store();
    await fixture.sql(`CREATE FUNCTION "${fixture.schema}".swallow() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.name = 'swallowed' THEN RETURN NULL; END IF; RETURN NEW; END $$`);
    await fixture.sql(`CREATE TRIGGER swallow BEFORE INSERT ON ${fixture.table('entries')}
      FOR EACH ROW EXECUTE FUNCTION "${fixture.schema}".swallow()`);
  });

  afterAll(() => fixture.dispose());

  const swallowed = entryOf(1, { name: 'swallowed' });

  it.each([
    ['one entry', [swallowed], {}],
    ['one entry of an owner that knows the wakes', [swallowed], { knownWakes: 0 }],
    ['several entries', [swallowed, entryOf(2)], {}],
    [
      'an entry and the end',
      [swallowed],
      { waitless: true, transition: { kind: 'end', status: 'completed' } as const },
    ],
  ])('is not taken for done: %s', async (_what, entries, more) => {
    const owner = (await startRunning(store, 1))[0] as Owner;

    await expect(store.flush([unitOf(owner, { entries, ...more })])).rejects.toThrow();

    expect(await store.readJournal(owner.id)).toEqual([]);
    // Once the database takes what it is given, the same write is possible.
    expect((await store.flush([unitOf(owner, { entries: [entryOf(1)] })]))[0]?.kind).toBe('applied');
  });

  it.each([
    ['an entry', {}],
    ['a last entry', LAST],
  ])('is not taken for done: %s of each of two', async (_what, more) => {
    const [one, other] = await startRunning(store, 2);

    const units = [unitOf(one!, { entries: [entryOf(1)], ...more }), unitOf(other!, { entries: [swallowed], ...more })];
    await expect(store.flush(units)).rejects.toThrow();

    expect(await store.readJournal(other!.id)).toEqual([]);
  });
});
