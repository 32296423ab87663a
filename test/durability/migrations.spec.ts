import { isWorkflowSchemaError } from '../../lib/core/errors/index.js';
import { SCHEMA_VERSION } from '../../lib/postgres/index.js';
import {
  WorkflowInstanceEntity,
  WorkflowJournalEntity,
  createTypeOrmStore,
  workflowEntities,
  workflowMigrationSql,
  workflowMigrations,
} from '../../lib/typeorm/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { entryOf, flushOne, startRunning } from '../utils/store-scenario.js';

describe('The schema', () => {
  let fixture: PostgresFixture;

  beforeEach(async () => {
    fixture = await PostgresFixture.create('schema');
  });

  afterEach(() => fixture.dispose());

  it('is made once by ten processes that start on an empty database', async () => {
    await fixture.sql(`DROP SCHEMA "${fixture.schema}"`);
    const dataSources = await Promise.all(Array.from({ length: 10 }, () => fixture.dataSource({ poolSize: 1 })));

    const stores = await Promise.all(dataSources.map((dataSource) => fixture.store({}, dataSource)));

    expect(await Promise.all(stores.map((store) => store.health([])))).toEqual(
      Array.from({ length: 10 }, (): unknown =>
        expect.objectContaining({ schemaCurrent: true, schemaVersion: SCHEMA_VERSION }),
      ),
    );
    expect(await fixture.sql(`SELECT version FROM ${fixture.table('migrations')}`)).toHaveLength(SCHEMA_VERSION);
  });

  it('is refused when it is missing and may not be made', async () => {
    const store = createTypeOrmStore(await fixture.dataSource(), { schema: fixture.schema, migrate: false });

    const refusal = await store.open().catch((error: unknown) => error);

    expect(isWorkflowSchemaError(refusal)).toBe(true);
    expect((refusal as Error).message).toContain(`in the schema "${fixture.schema}" have version 0 (there are none)`);
    expect(refusal).toMatchObject({ schemaVersion: 0, requiredVersion: SCHEMA_VERSION });
  });

  it('can be made from the printed SQL, and is then found current', async () => {
    const script = workflowMigrationSql({ schema: fixture.schema });
    await fixture.sql(script);

    const store = await fixture.store({ migrate: false });

    expect(await store.health([])).toMatchObject({ schemaCurrent: true });
  });

  it('can be made by TypeORM with the application’s own migrations, and reverted', async () => {
    const options = { schema: fixture.schema };
    const dataSource = await fixture.dataSource({
      schema: fixture.schema,
      migrations: workflowMigrations(options),
      entities: workflowEntities(options),
    });
    await dataSource.runMigrations();
    const store = await fixture.store({ migrate: false });
    await startRunning(store, 1);

    for (let version = 0; version < SCHEMA_VERSION; version += 1) await dataSource.undoLastMigration();

    expect(await fixture.sql(`SELECT to_regclass('${fixture.table('instances')}') AS left`)).toEqual([{ left: null }]);
  });

  it('survives TypeORM’s synchronisation, and is read through the entities', async () => {
    const options = { schema: fixture.schema };
    const store = await fixture.store();
    const [owner] = await startRunning(store, 1, { attributes: { tenant: 'a' } });
    await flushOne(store, owner!, { entries: [entryOf(1)] });

    const dataSource = await fixture.dataSource({ synchronize: true, entities: workflowEntities(options) });
    const instance = await dataSource.manager.findOneByOrFail(WorkflowInstanceEntity, { id: owner!.id });
    const entries = await dataSource.manager.findBy(WorkflowJournalEntity, { workflowId: owner!.id });

    expect(instance).toMatchObject({
      name: 'order',
      status: 'running',
      attributes: { tenant: 'a' },
      createdAt: new Date(owner!.createdAt),
      endedAt: null,
    });
    expect(entries).toEqual([expect.objectContaining({ position: 1, name: 'step-1', value: '{"at":1}' })]);
  });

  it('keeps stores with different prefixes apart', async () => {
    const first = await fixture.store({ tablePrefix: 'a_' });
    const second = await fixture.store({ tablePrefix: 'b_' });
    const [owner] = await startRunning(first, 1);

    expect(await second.find(owner!.id)).toBeUndefined();
    expect(await first.find(owner!.id)).toBeDefined();
  });
});
