import { Module, type DynamicModule, type INestApplication } from '@nestjs/common';
import { EventBus } from '@nestjs/cqrs';
import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import { WorkflowClient, WorkflowHealthIndicator, WorkflowModule, type WorkflowModuleOptions } from 'nestjs-workflow';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Invoice } from '../src/invoices/invoice.entity.js';
import { InvoiceWorkflow, SaleClosed } from '../src/invoices/invoice.workflow.js';
import { InvoicesModule } from '../src/invoices/invoices.module.js';
import { OrderListener } from '../src/orders/order.listener.js';
import { eventually } from '../utils/eventually.js';
import { rejection } from '../utils/failures.js';
import { testApplication } from '../utils/test-application.js';
import { createTestDatabase, type TestDatabase } from '../utils/test-database.js';

let database: TestDatabase;
let app: INestApplication | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  await app?.close();
  app = undefined;
});

afterAll(async () => {
  await database.drop();
});

const connection = (): DataSourceOptions => ({
  type: 'postgres',
  url: database.url,
  entities: [Invoice],
  synchronize: true,
});
const client = () => app?.get(WorkflowClient) as WorkflowClient;
const status = async (id: string) => (await client().getStatus(id)).status;
const isSuspended = (now: string) => now === 'suspended';

async function boot(
  workflows: WorkflowModuleOptions | DynamicModule,
  ...dataSources: DynamicModule[]
): Promise<INestApplication> {
  // The workflow module comes first: it must wait for a DataSource that is made later.
  app = await testApplication()
    .workflows(workflows)
    .with(InvoicesModule, ...dataSources)
    .init();
  return app;
}

async function runsOn(dataSource: DataSource, id: string): Promise<void> {
  await client().start(InvoiceWorkflow, { saleId: id, total: 7 }, { id });
  await client().signalInstance(id, 'approved');
  expect(await client().result(id)).toEqual({ invoice: `inv-${id}` });
  expect(await dataSource.manager.findOneBy(Invoice, { id: `inv-${id}` })).toMatchObject({ total: 7 });
}

describe('WorkflowModule with TypeORM', () => {
  describe('finds the DataSource', () => {
    it('of the application, with typeorm: true', async () => {
      await boot({ typeorm: true }, TypeOrmModule.forRoot(connection()));

      await runsOn((app as INestApplication).get(DataSource), 'default');
      expect(await app?.get(WorkflowHealthIndicator).report()).toMatchObject({
        healthy: true,
        store: { kind: 'postgres', reachable: true, schemaCurrent: true },
      });
    });

    it('that is made asynchronously', async () => {
      await boot({ typeorm: true }, TypeOrmModule.forRootAsync({ useFactory: async () => connection() }));

      await runsOn((app as INestApplication).get(DataSource), 'async');
    });

    it('by its name, among several', async () => {
      const named = TypeOrmModule.forRootAsync({
        name: 'billing',
        useFactory: () => ({ ...connection(), name: 'billing' }),
      });
      await boot(
        { typeorm: { dataSource: 'billing', schema: 'billing' } },
        TypeOrmModule.forRoot({ ...connection(), entities: [], synchronize: false }),
        named,
      );

      const dataSource = (app as INestApplication).get<DataSource>(getDataSourceToken('billing'));
      await runsOn(dataSource, 'named');
      expect(await dataSource.query(`SELECT count(*)::int AS n FROM billing.workflow_instances`)).toEqual([{ n: 1 }]);
    });

    it('that is injected into the options', async () => {
      const module = WorkflowModule.forRootAsync({
        inject: [DataSource],
        useFactory: (dataSource: DataSource) => ({ typeorm: { dataSource, tablePrefix: 'own_' } }),
      });
      await boot(module, TypeOrmModule.forRoot(connection()));

      await runsOn((app as INestApplication).get(DataSource), 'injected');
    });
  });

  describe('refuses to start', () => {
    it('without a DataSource', async () => {
      await expect(boot({ typeorm: true })).rejects.toThrow(
        /option "typeorm" has the value true.*TypeOrmModule\.forRoot\(\)/,
      );
    });

    it('with a name that no DataSource has', async () => {
      const booting = boot({ typeorm: { dataSource: 'archive' } }, TypeOrmModule.forRoot(connection()));

      await expect(booting).rejects.toThrow(/option "typeorm\.dataSource" has the value "archive".*name: 'archive'/);
    });

    it('with tables that are behind, when it may not migrate', async () => {
      const booting = boot({ typeorm: { schema: 'empty', migrate: false } }, TypeOrmModule.forRoot(connection()));

      await expect(booting).rejects.toMatchObject({ code: 'WORKFLOW_SCHEMA' });
    });

    it('with a name of a schema that is no identifier', async () => {
      const booting = boot({ typeorm: { schema: 'a"; DROP' } }, TypeOrmModule.forRoot(connection()));

      await expect(booting).rejects.toThrow(/schema/);
    });
  });

  describe('with the caller’s transaction', () => {
    it('starts when it commits, and not when it rolls back', async () => {
      const { manager } = (await boot({ typeorm: true }, TypeOrmModule.forRoot(connection()))).get(DataSource);
      const start = (id: string, transaction: object) =>
        client().start(InvoiceWorkflow, { saleId: id, total: 1 }, { id, transaction });

      await manager.transaction(async (transaction) => {
        await transaction.insert(Invoice, { id: 'tx-1', total: 1 });
        await start('tx-1', transaction);
      });
      const rolledBack = manager.transaction(async (transaction) => {
        await start('tx-2', transaction);
        throw new Error('roll back');
      });

      await expect(rolledBack).rejects.toThrow('roll back');
      await eventually(() => status('tx-1'), isSuspended);
      await expect(client().getStatus('tx-2')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
    });

    it('starts by an event published with it', async () => {
      const running = await boot({ typeorm: true }, TypeOrmModule.forRoot(connection()));
      const { manager } = running.get(DataSource);
      const bus = running.get(EventBus);

      const rolledBack = manager.transaction(async (transaction) => {
        await bus.publish(new SaleClosed('ev-1', 3), { transaction });
        throw new Error('roll back');
      });
      await expect(rolledBack).rejects.toThrow('roll back');
      await manager.transaction(async (transaction) => {
        await bus.publish(new SaleClosed('ev-2', 3), { transaction });
      });

      await eventually(() => status('ev-2'), isSuspended);
      await expect(client().getStatus('ev-1')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
    });

    it('refuses the root manager, and says what to pass', async () => {
      const { manager } = (await boot({ typeorm: true }, TypeOrmModule.forRoot(connection()))).get(DataSource);

      const starting = client().start(
        InvoiceWorkflow,
        { saleId: 'root', total: 1 },
        { id: 'root', transaction: manager },
      );

      await expect(starting).rejects.toMatchObject({ code: 'WORKFLOW_TRANSACTION' });
    });
  });

  it.each<[string, () => unknown]>([
    ['a parent to list', () => client().list({ parentId: 'a\u0000' })],
    ['a workflow to list', () => client().list({ workflow: '\ud800' })],
    ['an attribute to list', () => client().list({ attributes: { tenant: 'a\u0000' } })],
    ['a version to list', () => client().list({ version: 3_000_000_000 })],
    ['an item to stream after', () => client().stream('nobody', { after: Number.NaN }).next()],
    ['a key', () => client().signal('paid', 1, { key: 'a\u0000' })],
    ['an id', () => client().start(InvoiceWorkflow, { saleId: 's', total: 1 }, { id: 'a\u0000' })],
    ['a reason', () => client().cancel('nobody', 'a\u0000')],
  ])('refuses %s that Postgres would refuse, by an error of its own', async (_what, call) => {
    await boot({ typeorm: true }, TypeOrmModule.forRoot(connection()));

    await expect(async () => call()).rejects.toMatchObject({ code: 'WORKFLOW_INPUT' });
  });

  it('tells whoever still waits or asks that the application has closed, and that the run goes on', async () => {
    await boot({ typeorm: true }, TypeOrmModule.forRoot(connection()));
    const closed = client();
    await closed.start(InvoiceWorkflow, { saleId: 'waited', total: 9 }, { id: 'waited' });
    await eventually(() => status('waited'), isSuspended);
    const told = Promise.all([rejection(closed.result('waited')), rejection(closed.stream('waited').next())]);
    await app?.close();

    const asked = Promise.all([
      rejection(closed.getStatus('waited')),
      rejection(closed.start(InvoiceWorkflow, { saleId: 'late', total: 9 })),
    ]);
    for (const error of [...(await told), ...(await asked)]) {
      expect(error).toMatchObject({ code: 'WORKFLOW_STORE', retryable: false });
      expect(error?.message).toMatch(/has closed.*goes on in the next process/);
    }
  });

  it('goes on after a restart of the application', async () => {
    await boot({ typeorm: true }, TypeOrmModule.forRoot(connection()));
    await client().start(InvoiceWorkflow, { saleId: 'restart', total: 9 }, { id: 'restart' });
    await eventually(() => status('restart'), isSuspended);
    await app?.close();

    await boot({ typeorm: true }, TypeOrmModule.forRoot(connection()));
    await client().signalInstance('restart', 'approved');

    expect(await client().result('restart')).toEqual({ invoice: 'inv-restart' });
  });

  it('delivers stored events that no process has published yet', async () => {
    @Module({ providers: [OrderListener] })
    class ListenerModule {}
    const outbox: WorkflowModuleOptions = { typeorm: { schema: 'outbox' }, events: { outbox: true } };
    // A process without a worker stores the event of its start and relays nothing.
    await boot({ ...outbox, worker: false }, TypeOrmModule.forRoot(connection()));
    await client().start(InvoiceWorkflow, { saleId: 'ob', total: 1 }, { id: 'ob' });
    await app?.close();

    await boot(outbox, TypeOrmModule.forRoot(connection()), { module: ListenerModule });

    const { told } = (app as INestApplication).get(OrderListener, { strict: false });
    await eventually(() => told.length >= 2);
    expect(told.map(({ eventId }) => eventId).slice(0, 2)).toEqual(['ob:1:1', 'ob:1:2']);
  });
});
