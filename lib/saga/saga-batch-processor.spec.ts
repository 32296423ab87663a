import {
  AbstractSaga,
  JournalSagaStore,
  SagaBatchProcessor,
  SagaState,
  SagaStep,
  type SagaSnapshot,
  type SagaStore,
} from './index.js';

class Kept implements SagaStore {
  readonly kept = new Map<string, SagaSnapshot>();
  saves: string[] = [];

  save(id: string, snapshot: SagaSnapshot): void {
    this.saves.push(id);
    this.kept.set(id, JSON.parse(JSON.stringify(snapshot)) as SagaSnapshot);
  }
  load(id: string): SagaSnapshot | undefined {
    return this.kept.get(id);
  }
  delete(id: string): void {
    this.kept.delete(id);
  }
}

class Order extends AbstractSaga {
  constructor(
    private readonly id: string,
    private readonly done: string[],
    private readonly failure?: Error,
    store?: SagaStore,
  ) {
    super(store && { store });
    this.addStep(new SagaStep('ship', () => this.ship(), { maxRetries: 0 }));
  }

  override getId(): string {
    return this.id;
  }

  private async ship(): Promise<void> {
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
    this.done.push(this.id);
  }
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `order-${index}`);

describe('SagaBatchProcessor', () => {
  const done: string[] = [];
  let store: Kept;
  const orders = (count: number) => ids(count).map((id) => new Order(id, done));

  beforeEach(() => {
    done.length = 0;
    store = new Kept();
  });

  it('executes sagas in their order, and notes how far it is after every batch', async () => {
    const count = await new SagaBatchProcessor(store, { batchSize: 2 }).processBatch(orders(5), 'migration');

    expect(count).toBe(5);
    expect(done).toEqual(ids(5));
    expect(store.saves).toEqual(['migration:checkpoint', 'migration:checkpoint', 'migration:checkpoint']);
  });

  it('takes fifty at a time by default', async () => {
    const processor = new SagaBatchProcessor(store);

    await processor.processBatch(orders(101), 'migration');

    expect(processor.batchSize).toBe(50);
    expect(store.saves).toHaveLength(3);
  });

  it('goes on after the last batch that was noted, and executes none of those before again', async () => {
    const processor = new SagaBatchProcessor(store, { batchSize: 2 });
    await processor.processBatch(orders(4), 'migration');

    expect(await processor.processBatch(orders(7), 'migration')).toBe(3);
    expect(done).toEqual(ids(7));
    expect(await processor.processBatch(orders(7), 'migration')).toBe(0);
    expect(await processor.processBatch(orders(2), 'another')).toBe(2);
  });

  it('begins from scratch once its checkpoint was cleared', async () => {
    const processor = new SagaBatchProcessor(store);
    await processor.processBatch(orders(2), 'migration');
    await processor.clearCheckpoint('migration');

    expect(await processor.processBatch(orders(2), 'migration')).toBe(2);
  });

  it('goes on when a saga fails, which is undone, counted and told', async () => {
    const failures: unknown[] = [];
    const sagas = [new Order('a', done), new Order('b', done, new TypeError('no')), new Order('c', done)];
    const onFailure = (saga: AbstractSaga, error: unknown, index: number) =>
      void failures.push([saga.getId(), (error as Error).cause, index]);

    expect(await new SagaBatchProcessor(store, { onFailure }).processBatch(sagas, 'migration')).toBe(3);

    expect(done).toEqual(['a', 'c']);
    expect(failures).toEqual([['b', new TypeError('no'), 1]]);
    expect(sagas.map(({ state }) => state)).toEqual([SagaState.COMPLETED, SagaState.FAILED, SagaState.COMPLETED]);
  });

  it('stops where a saga could not be brought to an end, and executes that batch again', async () => {
    const broken: SagaStore = {
      durable: true,
      save: () => Promise.reject(new Error('disk full')),
      load: () => undefined,
      delete: () => undefined,
    };
    const sagas = [new Order('a', done), new Order('b', done), new Order('c', done, undefined, broken)];
    const processor = new SagaBatchProcessor(store, { batchSize: 2 });

    await expect(processor.processBatch(sagas, 'migration')).rejects.toThrow('disk full');

    expect(store.saves).toEqual(['migration:checkpoint']);
    const again = ['a', 'b', 'c'].map((id) => new Order(id, done));
    expect(await processor.processBatch(again, 'migration')).toBe(1);
    expect(done).toEqual(['a', 'b', 'c']);
  });

  it('refuses to pass over sagas that are not those that were done', async () => {
    const processor = new SagaBatchProcessor(store);
    await processor.processBatch(orders(2), 'migration');

    const others = processor.processBatch([new Order('x', done), new Order('y', done)], 'migration');
    await expect(others).rejects.toThrow('The first 2 sagas of the batch "migration" are not those');
    await expect(processor.processBatch(orders(1), 'migration')).rejects.toThrow('clearCheckpoint("migration")');
    expect(done).toEqual(ids(2));
  });

  it('reads sagas as it comes to them, and runs several of a batch at one time when told so', async () => {
    let made = 0;
    let running = 0;
    let most = 0;
    class Watched extends Order {
      override async execute(): Promise<void> {
        most = Math.max(most, ++running);
        await super.execute();
        running--;
      }
    }
    async function* source(): AsyncGenerator<AbstractSaga> {
      for (const id of ids(6)) {
        await Promise.resolve();
        made++;
        yield new Watched(id, done);
        expect(made - done.length).toBeLessThanOrEqual(3);
      }
    }

    const processor = new SagaBatchProcessor(store, { batchSize: 3, maxConcurrency: 2 });

    expect(await processor.processBatch(source(), 'migration')).toBe(6);
    expect(most).toBe(2);
  });

  it('takes its documented batch size by position, too', () => {
    expect(new SagaBatchProcessor(store, 7).batchSize).toBe(7);
    expect(new SagaBatchProcessor(store, 7, { maxConcurrency: 2 }).batchSize).toBe(7);
  });

  it('refuses what is no saga before it executes those beside it', async () => {
    const given = [...orders(1), { id: 'b' } as never];

    await expect(new SagaBatchProcessor(store).processBatch(given, 'migration')).rejects.toThrow(
      'The item 1 of the batch "migration" is no saga.',
    );
    expect(done).toEqual([]);
  });

  it('refuses the store of the journal, which it could not write, before any saga is executed', () => {
    const journal = new JournalSagaStore({} as never, {} as never);

    expect(() => new SagaBatchProcessor(journal)).toThrow('Give it a SagaStore of your own');
  });

  it.each([[{ batchSize: 0 }], [{ maxConcurrency: 1.5 }], [{ batchsize: 5 }]])('refuses %j', (options) => {
    expect(() => new SagaBatchProcessor(store, options as object)).toThrow('of SagaBatchProcessor');
  });

  it.each([5, 'sagas', null, {}])('refuses %p, which are no sagas', async (given) => {
    const processor = new SagaBatchProcessor(store);

    await expect(processor.processBatch(given as never, 'b')).rejects.toThrow(/processBatch was given .* "b"/);
  });

  it('executes nothing again where its store answers what cannot be read', async () => {
    const processor = new SagaBatchProcessor({
      save: () => undefined,
      delete: () => undefined,
      load: () => '{}' as never,
    });

    await expect(processor.processBatch(orders(2), 'b')).rejects.toMatchObject({ code: 'WORKFLOW_PAYLOAD' });

    expect(done).toEqual([]);
  });
});
