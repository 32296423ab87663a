import type { FlushUnit } from '../../lib/core/store/index.js';
import type { PostgresStore } from '../../lib/postgres/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { entryOf, startRunning, unitOf, type Owner } from '../utils/store-scenario.js';

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

  const swallowed = { name: 'swallowed' };
  const writes: readonly [string, (owners: readonly Owner[]) => FlushUnit[]][] = [
    ['one entry of one instance', ([owner]) => [unitOf(owner as Owner, { entries: [entryOf(1, swallowed)] })]],
    ['several entries', ([owner]) => [unitOf(owner as Owner, { entries: [entryOf(1), entryOf(2, swallowed)] })]],
    [
      'several instances',
      (owners) => owners.map((owner, index) => unitOf(owner, { entries: [entryOf(1, index === 1 ? swallowed : {})] })),
    ],
  ];

  it.each(writes)('is not taken for done: %s', async (_what, unitsOf) => {
    const owners = await startRunning(store, 3);

    await expect(store.flush(unitsOf(owners))).rejects.toThrow();

    for (const { id } of owners) expect((await store.readJournal(id)).map(({ name }) => name)).not.toContain('step-2');
    // What was not written can be written once the database takes it.
    const again = await store.flush(owners.map((owner) => unitOf(owner, { entries: [entryOf(1)] })));
    expect(again.map(({ kind }) => kind).filter((kind) => kind === 'conflict' || kind === 'fenced')).toEqual([]);
  });
});
