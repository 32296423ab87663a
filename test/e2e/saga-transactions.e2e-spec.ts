import { Inject, Injectable, type INestApplication, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SagaService, WorkflowClient } from 'nestjs-workflow';
import {
  Compensate,
  saga,
  SagaStore,
  SagaWorkflow,
  Step,
  type Saga,
  type SagaContext,
  type SagaTransactionContext,
} from 'nestjs-workflow/saga';
import { DataSource, type EntityManager } from 'typeorm';
import { Invoice } from '../src/invoices/invoice.entity.js';
import { eventually } from '../utils/eventually.js';
import { testApplication } from '../utils/test-application.js';
import { createTestDatabase, type TestDatabase } from '../utils/test-database.js';

type Transaction = SagaTransactionContext<EntityManager>;

/** What the sagas below do besides their rows, and what each of them is told to do. */
@Injectable()
class Books {
  static readonly seen: string[] = [];
  static work: Record<string, (manager: EntityManager, step: Transaction) => unknown> = {};
  /** What those who wait are waiting for. */
  static gate: Promise<void>;
  static open: () => void;

  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async write(id: string, step: Transaction): Promise<string> {
    Books.seen.push(`write ${step.attempt}`);
    await step.manager.insert(Invoice, { id, total: step.attempt });
    await Books.work[id]?.(step.manager, step);
    return id;
  }

  async remove(id: string): Promise<void> {
    Books.seen.push(`remove ${id}`);
    await this.dataSource.manager.delete(Invoice, { id });
  }
}

@SagaWorkflow('billing')
class BillingSaga {
  constructor(private readonly books: Books) {}

  @Step({ retry: { attempts: 2, backoff: { delay: 0 } } })
  number({ input }: SagaContext<string>) {
    Books.seen.push('number');
    return input;
  }

  @Compensate('number')
  withdraw() {
    Books.seen.push('withdraw');
  }

  @Step({ transaction: true, retry: { attempts: 2, backoff: { delay: 0 } } })
  write({ results }: SagaContext<string>, step: Transaction) {
    return this.books.write(results['number'] as string, step);
  }

  @Compensate('write')
  remove(id: string) {
    return this.books.remove(id);
  }

  @Step({ retry: false })
  async send({ input }: SagaContext<string>) {
    Books.seen.push('send');
    if (input.startsWith('waiting')) await Books.gate;
    if (input.startsWith('unsent')) throw new Error('no such address');
  }
}

@Injectable()
class Ledger implements OnModuleInit {
  readonly hasty: Saga<string, { write: string }>;
  readonly strict: Saga<string, { write: string }>;
  readonly transfer: Saga<string, { debit: number; credit: number }>;

  constructor(
    private readonly sagas: SagaService,
    private readonly books: Books,
  ) {
    this.hasty = saga<string>('hasty')
      .transaction('write', ({ input }, step: Transaction) => this.books.write(input, step), null, {
        timeout: 0.5,
        maxRetries: 9,
        retryDelay: 0,
      })
      .build();
    this.strict = saga<string>('strict')
      .transaction('write', ({ input }, step: Transaction) => this.books.write(input, step), null, {
        isolation: 'SERIALIZABLE',
      })
      .build();
    this.transfer = saga<string>('transfer')
      .transaction(
        'debit',
        async ({ input }, { manager }: Transaction) => {
          await manager.insert(Invoice, { id: `${input}-debit`, total: -5 });
          return -5;
        },
        (_, { input }) => this.books.remove(`${input}-debit`),
        { maxRetries: 0 },
      )
      .transaction(
        'credit',
        async ({ input, results }, { manager }: Transaction) => {
          await manager.insert(Invoice, { id: `${input}-credit`, total: -results.debit });
          if (input === 'refused') throw new TypeError('no such account');
          return -results.debit;
        },
        null,
        { maxRetries: 0 },
      )
      .build();
  }

  onModuleInit(): void {
    for (const each of [this.hasty, this.strict]) this.sagas.register(each);
    this.sagas.register(this.transfer);
  }
}

describe('Transactional steps of sagas, in the DataSource of the application', () => {
  let database: TestDatabase;
  let app: INestApplication;
  const rows = async (like: string) =>
    (await app.get(DataSource).manager.find(Invoice, { order: { id: 'ASC' } }))
      .filter(({ id }) => id.startsWith(like))
      .map(({ id, total }) => `${id} ${total}`);
  const run = (id: string) => app.get(SagaService).execute(BillingSaga, id, { id });
  const standing = (id: string) => app.get(SagaStore).load(id);

  async function boot(): Promise<void> {
    app = await testApplication()
      .workflows({ typeorm: true, worker: { shutdownTimeout: '200ms' }, settleTimeout: '200ms' })
      .with(TypeOrmModule.forRoot({ type: 'postgres', url: database.url, entities: [Invoice], synchronize: true }))
      .providing(Books, BillingSaga, Ledger)
      .init();
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    await boot();
  });

  beforeEach(() => {
    Books.seen.length = 0;
    Books.work = {};
    Books.gate = new Promise((resolve) => (Books.open = resolve));
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('commit their rows, and leave none of an attempt that failed', async () => {
    Books.work['again'] = (_, { attempt }) => {
      if (attempt === 1) throw new Error('a moment, please');
    };

    expect(await run('again')).toEqual({ number: 'again', write: 'again' });

    expect(Books.seen).toEqual(['number', 'write 1', 'write 2', 'send']);
    expect(await rows('again')).toEqual(['again 2']);
  });

  it('leave nothing when their attempts are used up, and what came before is undone', async () => {
    Books.work['lost'] = () => {
      throw new TypeError('the books are closed');
    };

    await expect(run('lost')).rejects.toMatchObject({ stepName: 'write', cause: { name: 'TypeError' } });

    expect(Books.seen).toEqual(['number', 'write 1', 'write 2', 'withdraw']);
    expect(await rows('lost')).toEqual([]);
    expect(await standing('lost')).toMatchObject({ state: 'failed', compensated: ['number'] });
  });

  it('are undone in their place when a later step fails', async () => {
    await expect(run('unsent')).rejects.toMatchObject({ stepName: 'send', compensationErrors: [] });

    expect(Books.seen).toEqual(['number', 'write 1', 'send', 'remove unsent', 'withdraw']);
    expect(await rows('unsent')).toEqual([]);
  });

  it('fail with what the database refuses: it costs attempts, as any failure', async () => {
    await app.get(DataSource).manager.insert(Invoice, { id: 'taken', total: 0 });

    await expect(run('taken')).rejects.toMatchObject({
      stepName: 'write',
      cause: { message: expect.stringContaining('duplicate key') as string },
    });

    expect(Books.seen).toEqual(['number', 'write 1', 'write 2', 'withdraw']);
    expect(await rows('taken')).toEqual(['taken 0']);
  });

  it('fail where an action has swallowed what the database refused: nothing can be committed after that', async () => {
    Books.work['swallowed'] = async (manager) => {
      await manager.query('SELECT nothing_of_that_name()').catch(() => undefined);
    };

    await expect(run('swallowed')).rejects.toMatchObject({ stepName: 'write' });

    expect(Books.seen).toEqual(['number', 'write 1', 'write 2', 'withdraw']);
    expect(await rows('swallowed')).toEqual([]);
  });

  it('are rolled back at their time-out: the next attempt does not wait for what the one before has locked', async () => {
    Books.work['slow'] = (_, { attempt }) => (attempt === 1 ? Books.gate : undefined);

    const { write } = await app.get(SagaService).execute(app.get(Ledger).hasty, 'slow', { id: 'slow' });
    const [first, ...others] = Books.seen;
    Books.open();

    expect([write, first]).toEqual(['slow', 'write 1']);
    expect(await rows('slow')).toEqual([`slow ${others.length + 1}`]);
  });

  it('may try something under a savepoint, and go on without it', async () => {
    Books.work['savepoint'] = (manager) =>
      manager.transaction((inner) => inner.insert(Invoice, { id: 'savepoint', total: 0 })).catch(() => undefined);

    expect(await run('savepoint')).toMatchObject({ write: 'savepoint' });

    expect(await rows('savepoint')).toEqual(['savepoint 1']);
  });

  it('in an isolation level of theirs run again, without an attempt, when the database gives them up for it', async () => {
    let tries = 0;
    Books.work['strict'] = async (manager) => {
      const told: unknown = await manager.query(`SELECT current_setting('transaction_isolation') AS level`);
      expect(told).toEqual([{ level: 'serializable' }]);
      // Both have read what the other one changes.
      if (++tries === 1) await app.get(DataSource).query(`UPDATE invoice SET total = total + 1 WHERE id = 'shared'`);
      await manager.query(`UPDATE invoice SET total = total + 10 WHERE id = 'shared'`);
    };
    await app.get(DataSource).manager.insert(Invoice, { id: 'shared', total: 0 });

    await app.get(SagaService).execute(app.get(Ledger).strict, 'strict', { id: 'strict' });

    expect(Books.seen).toEqual(['write 1', 'write 1']);
    expect(await rows('s')).toEqual(expect.arrayContaining(['shared 11', 'strict 1']));
  });

  it('are rolled back when the saga is cancelled meanwhile', async () => {
    let begun = false;
    Books.work['cancelled'] = () => {
      begun = true;
      return Books.gate;
    };
    const ended = run('cancelled').catch((error: unknown) => error);
    await eventually(() => begun);

    await app.get(WorkflowClient).cancel('cancelled');

    expect(await ended).toMatchObject({ code: 'WORKFLOW_CANCELLED' });
    Books.open();
    expect(Books.seen).toEqual(['number', 'write 1', 'withdraw']);
    expect(await rows('cancelled')).toEqual([]);
  });

  it('of two in a row keep the first apart from the second', async () => {
    const { transfer } = app.get(Ledger);
    const sagas = app.get(SagaService);

    expect(await sagas.execute(transfer, 'fine', { id: 'fine' })).toEqual({ debit: -5, credit: 5 });
    await expect(sagas.execute(transfer, 'refused', { id: 'refused' })).rejects.toMatchObject({ stepName: 'credit' });

    expect(await rows('fine')).toEqual(['fine-credit 5', 'fine-debit -5']);
    expect(await rows('refused')).toEqual([]);
  });

  it('that have committed are not run again by the next process', async () => {
    await app.get(SagaService).start(BillingSaga, 'waiting-1', { id: 'waiting-1' });
    await eventually(() => Books.seen.includes('send'));
    await app.close();
    Books.open();

    await boot();

    expect(await run('waiting-1')).toMatchObject({ write: 'waiting-1' });
    expect(Books.seen).toEqual(['number', 'write 1', 'send', 'send']);
    expect(await rows('waiting-1')).toEqual(['waiting-1 1']);
  });
});
