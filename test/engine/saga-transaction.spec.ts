import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SagaService, WorkflowClient, WorkflowModule, type StepContext } from 'nestjs-workflow';
import {
  Compensate,
  saga,
  SagaStore,
  SagaTransaction,
  SagaWorkflow,
  Step,
  type SagaContext,
  type SagaTransactionContext,
} from 'nestjs-workflow/saga';

/** What others are told in the transaction of a step, and what goes wrong. */
@Injectable()
class Desk {
  readonly seen: string[] = [];
  fails: string[] = [];

  constructor(readonly client: WorkflowClient) {}

  /** Tells it in a transaction: the start of another saga is a row of it. */
  async book(id: string, step: SagaTransactionContext): Promise<string> {
    this.seen.push(`book ${step.attempt}`);
    await this.client.start('noted', step.idempotencyKey, {
      id: `booking-${id}-${step.attempt}`,
      transaction: step.manager,
    });
    this.fail('book');
    return `booking-${id}-${step.attempt}`;
  }

  fail(what: string): void {
    const place = this.fails.indexOf(what);
    if (place < 0) return;
    this.fails.splice(place, 1);
    throw new TypeError(`${what} failed`);
  }
}

@SagaWorkflow('travel')
class TravelSaga {
  constructor(private readonly desk: Desk) {}

  @Step({ transaction: true, retry: { attempts: 2, backoff: { delay: 0 } } })
  book({ input }: SagaContext<string>, step: SagaTransactionContext) {
    return this.desk.book(input, step);
  }

  @Compensate('book', { idempotent: false })
  unbook(booking: string) {
    this.desk.seen.push(`unbook ${booking}`);
  }

  @Step({ retry: false })
  pay(_: SagaContext<string>, step: StepContext) {
    expect(step).not.toHaveProperty('manager');
    this.desk.fail('pay');
  }
}

const noted = saga<string>('noted')
  .step('note', ({ input }) => input)
  .build();

async function application() {
  const testing = await Test.createTestingModule({
    imports: [WorkflowModule.stub(), WorkflowModule.forFeature([noted])],
    providers: [Desk, TravelSaga],
  }).compile();
  await testing.init();
  return {
    app: testing,
    sagas: testing.get(SagaService),
    desk: testing.get(Desk),
    client: testing.get(WorkflowClient),
  };
}

describe('A step of a saga that is a transaction', () => {
  let running: Awaited<ReturnType<typeof application>>;
  const idsOf = async () => (await running.client.list({ workflow: 'noted' })).items.map(({ id }) => id);

  beforeEach(async () => {
    running = await application();
  });
  afterEach(() => running.app.close());

  it('commits its rows with its record, those of a failed attempt never', async () => {
    const { sagas, desk } = running;
    desk.fails = ['book'];

    const { book } = await sagas.execute(TravelSaga, 'rome', { id: 't-1' });

    expect(book).toBe('booking-rome-2');
    expect(desk.seen).toEqual(['book 1', 'book 2']);
    expect(await idsOf()).toEqual(['booking-rome-2']);
  });

  it('is undone as any other when a later one fails', async () => {
    const { app, sagas, desk } = running;
    desk.fails = ['pay'];

    await expect(sagas.execute(TravelSaga, 'rome', { id: 't-2' })).rejects.toMatchObject({ stepName: 'pay' });

    expect(desk.seen).toEqual(['book 1', 'unbook booking-rome-1']);
    expect(await app.get(SagaStore).load('t-2')).toMatchObject({ state: 'failed', compensated: ['book'] });
  });

  it('is refused in memory, where there is nothing to commit with', async () => {
    await expect(running.sagas.execute(TravelSaga, 'rome')).rejects.toMatchObject({
      stepName: 'book',
      cause: { message: expect.stringContaining('Start the workflow durably, with an id.') as string },
    });
    expect(running.desk.seen).toEqual([]);
  });

  it('stands in the builder and in a list of steps as well', async () => {
    const { sagas, desk } = running;
    const built = saga<string>('built')
      .transaction('book', ({ input }, step) => desk.book(input, step))
      .step('tell', ({ results }) => results.book.length)
      .build();
    sagas.register(built);

    const { book, tell } = await sagas.execute(built, 'oslo', { id: 't-3' });

    expect([book, tell]).toEqual(['booking-oslo-1', 14]);
    expect(() => new SagaTransaction('book', 7 as never)).toThrow('The action of step "book" is no function.');
    expect(() => new SagaTransaction('book', () => 1, null, { isolation: 'STRICT' as never })).toThrow(
      /"isolation of step "book"" has the value "STRICT".*'SERIALIZABLE'/,
    );
  });
});
