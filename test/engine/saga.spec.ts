import { Injectable } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import {
  SagaService,
  Workflow,
  WorkflowClient,
  WorkflowEvents,
  WorkflowModule,
  type WorkflowContext,
} from 'nestjs-workflow';
import { Pipeline, step } from 'nestjs-workflow/pipeline';
import {
  AbstractSaga,
  Compensate,
  saga,
  Saga,
  SagaError,
  SagaStep,
  SagaStore,
  SagaVersionMismatchError,
  SagaWorkflow,
  Step,
  type SagaOptions,
  type SagaContext,
} from 'nestjs-workflow/saga';
import type { CompensationContext, StepContext, WorkflowDefinition } from 'nestjs-workflow';
import { createTestEngine } from 'nestjs-workflow/testing';

interface Order {
  readonly id: string;
  readonly total: number;
}

/** What the services of others were asked for. */
@Injectable()
class Ledger {
  readonly seen: string[] = [];
  declined = false;
  closed = false;

  note(what: string): string {
    this.seen.push(what);
    return what;
  }
}

@SagaWorkflow('order')
class OrderSaga {
  constructor(private readonly ledger: Ledger) {}

  @Step()
  reserve({ input }: SagaContext<Order>) {
    return this.ledger.note(`reserve ${input.id}`);
  }

  @Compensate('reserve')
  release(reservation: string, { input }: SagaContext<Order>, { reason, uncertain }: CompensationContext) {
    if (this.ledger.closed) throw new TypeError('closed');
    this.ledger.note(`release ${reservation} of ${input.total}: ${reason.message} ${uncertain}`);
  }

  @Step({ name: 'pay', retry: 1, timeout: '5s' })
  async charge({ input, results }: SagaContext<Order>, { idempotencyKey }: StepContext) {
    this.ledger.note(`charge ${input.total} for ${String(results['reserve'])}`);
    if (this.ledger.declined) throw new TypeError('declined');
    return idempotencyKey;
  }

  @Compensate('pay')
  refund() {
    this.ledger.note('refund');
  }

  @Step({ retry: false })
  ship() {
    return this.ledger.note('ship');
  }
}

const ORDER: Order = { id: 'o', total: 7 };
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- nothing narrower accepts every class
type ProviderClass = new (...args: any[]) => object;

let running: { close(): Promise<void> } | undefined;

afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function application(providers: ProviderClass[] = [OrderSaga], definitions: WorkflowDefinition[] = []) {
  const testing = await Test.createTestingModule({
    imports: [
      CqrsModule.forRoot(),
      WorkflowModule.stub(),
      WorkflowModule.forFeature(definitions.filter((each) => !(each instanceof Saga))),
    ],
    providers: [Ledger, ...providers],
  }).compile();
  const app = testing.createNestApplication({ logger: false });
  running = app;
  for (const each of definitions) if (each instanceof Saga) app.get(SagaService).register(each as Saga);
  await app.init();
  const [service, store, client, ledger] = [
    app.get(SagaService),
    app.get(SagaStore),
    app.get(WorkflowClient),
    app.get(Ledger),
  ];
  return { sagas: service, store, client, ledger, events: app.get(WorkflowEvents) };
}

const rejected = (run: Promise<unknown>) =>
  run.then(
    () => undefined,
    (error: unknown) => error as SagaError,
  );

describe('A saga in an application', () => {
  it('is a class whose decorated methods are steps and undos, with what it injects, in memory and durably', async () => {
    const { sagas, store, ledger } = await application();

    const inMemory = await sagas.execute(OrderSaga, ORDER);
    const durable = await sagas.execute('order', ORDER, { id: 's-1' });

    expect(inMemory).toEqual({ reserve: 'reserve o', pay: expect.any(String) as string, ship: 'ship' });
    expect(durable).toEqual({ ...inMemory, pay: expect.any(String) as string });
    expect(ledger.seen).toHaveLength(6);
    expect(sagas.get(OrderSaga).steps.map(({ name }) => name)).toEqual(['reserve', 'pay', 'ship']);
    expect(sagas.diagram('order', 'dot')).toContain('"reserve" -> "pay";');
    expect(await store.load('s-1')).toMatchObject({ state: 'completed', status: 'completed', version: 1 });
  });

  it('is refused by its service where it is none, with what to do', async () => {
    const { sagas } = await application();
    class Own extends AbstractSaga {
      override getId = () => 'own';
    }

    for (const given of [null, undefined, {}, { name: 'x', version: 1 }, OrderSaga, new Own()])
      expect(() => {
        sagas.register(given as never);
      }).toThrow(expect.objectContaining({ code: 'WORKFLOW_DEFINITION' }) as Error);
    await expect(sagas.execute(new Own() as never, undefined as never)).rejects.toThrow(
      /class Own, .* call its execute\(\)/,
    );
    expect(() => sagas.diagram(OrderSaga, 'svg' as never)).toThrow(/format of diagram/);
  });

  it('that fails durably is undone, rejects with its step, and tells it again', async () => {
    const { sagas, store, ledger } = await application();
    ledger.declined = true;

    const error = await rejected(sagas.execute(OrderSaga, ORDER, { id: 's-1' }));
    const again = await rejected(sagas.execute(OrderSaga, ORDER, { id: 's-1' }));

    expect(error).toBeInstanceOf(SagaError);
    expect(error).toMatchObject({ stepName: 'pay', cause: { name: 'TypeError', message: 'declined' } });
    expect(error?.compensationErrors).toEqual([]);
    expect(again).toMatchObject({ stepName: 'pay' });
    expect(ledger.seen).toEqual([
      'reserve o',
      'charge 7 for reserve o',
      'release reserve o of 7: Step "pay" of the saga failed: declined false',
    ]);
    expect(await store.load('s-1')).toMatchObject({
      state: 'failed',
      status: 'failed',
      completed: [{ name: 'reserve', result: 'reserve o' }],
      compensated: ['reserve'],
      compensationErrors: [],
      failure: { stepName: 'pay', error: { name: 'TypeError', message: 'declined' } },
    });
  });

  it('that cannot be undone says so, by its error, by its status and by its store', async () => {
    const { sagas, store, client, ledger } = await application();
    ledger.declined = true;
    ledger.closed = true;

    const inMemory = await rejected(sagas.execute(OrderSaga, ORDER));
    const durable = await rejected(sagas.execute(OrderSaga, ORDER, { id: 's-1' }));

    for (const error of [inMemory, durable]) {
      expect(error).toMatchObject({ name: 'SagaError', stepName: 'pay' });
      expect(error?.compensationErrors).toMatchObject([
        { stepName: 'reserve', message: 'closed', cause: { name: 'TypeError', message: 'closed' } },
      ]);
    }
    expect((await client.list({ status: 'compensation_failed' })).items.map(({ id }) => id)).toEqual(['s-1']);
    expect(await store.load('s-1')).toMatchObject({
      state: 'failed',
      status: 'compensation_failed',
      compensated: [],
      compensationErrors: [{ step: 'reserve', message: 'closed' }],
    });
  }, 60_000);

  it('that failed before anything was done ends at once, and is retried by hand', async () => {
    let isBroken = true;
    const early = saga('early')
      .step(
        'a',
        () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- people do
          if (isBroken) throw 'no';
          return 'A';
        },
        () => undefined,
        { maxRetries: 0 },
      )
      .build();
    const { sagas, client, store } = await application([], [early]);

    await expect(sagas.execute(early, undefined, { id: 's-1' })).rejects.toMatchObject({ stepName: 'a' });
    expect(await store.load('s-1')).toMatchObject({
      state: 'failed',
      status: 'failed',
      completed: [],
      compensated: [],
    });
    isBroken = false;
    await client.retry('s-1');

    expect(await client.result('s-1')).toEqual({ a: 'A' });
  });

  it('that is cancelled is undone', async () => {
    let open: (() => void) | undefined;
    const undone: string[] = [];
    const waiting = saga('waiting')
      .step(
        'a',
        (_, { idempotencyKey }) => idempotencyKey,
        (key, _context, { stepIdempotencyKey }) => void undone.push(`a ${key === stepIdempotencyKey}`),
      )
      .step(
        'b',
        (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(new Error('aborted'));
            });
            open?.();
          }),
        (result, _context, { uncertain }) => void undone.push(`b ${String(result)} ${uncertain}`),
      )
      .build();
    const { sagas, store } = await application([], [waiting]);
    const isOpen = new Promise<void>((resolve) => (open = resolve));

    const handle = await sagas.start(waiting, undefined, { id: 's-1' });
    await isOpen;
    expect(await store.load('s-1')).toMatchObject({ state: 'running', completed: [{ name: 'a', result: 's-1/1/a' }] });
    await handle.cancel('enough');

    await expect(handle.result()).rejects.toMatchObject({ name: 'WorkflowCancelledError', reason: 'enough' });
    expect(undone.at(-1)).toBe('a true');
    expect(await store.load('s-1')).toMatchObject({ state: 'failed', status: 'cancelled' });
  });

  it('tells its life by events', async () => {
    const { sagas, ledger, events } = await application();
    const types: string[] = [];
    events.events$.subscribe((event) => types.push(event.constructor.name));
    ledger.declined = true;
    ledger.closed = true;

    await rejected(sagas.execute(OrderSaga, ORDER, { id: 's-1' }));

    expect(types).toEqual(['WorkflowStartedEvent', 'WorkflowCompensatingEvent', 'WorkflowCompensationFailedEvent']);
  }, 60_000);

  it('may be an AbstractSaga: its steps run from the journal, in the version of its class', async () => {
    @SagaWorkflow('object')
    class ObjectSaga extends AbstractSaga<Order> {
      static override readonly VERSION = 3;

      constructor(ledger: Ledger) {
        super();
        this.addStep(new SagaStep('a', ({ input }: SagaContext<Order>) => ledger.note(input.id)));
      }

      override getId(): string {
        return 'object';
      }

      override isCompatibleWith(version: number): boolean {
        return version === 2;
      }
    }
    const { sagas } = await application([ObjectSaga]);

    expect(await sagas.execute(ObjectSaga, ORDER, { id: 's-1' })).toEqual({ a: 'o' });
    expect(sagas.get(ObjectSaga).version).toBe(3);
    expect([1, 2].map((version) => sagas.get(ObjectSaga).isCompatibleWith?.(version))).toEqual([false, true]);
  });

  it('of another version refuses to go on with an id, unless it says that it can', async () => {
    const first = saga('versioned')
      .step('a', () => 1)
      .build();
    const second = saga('versioned', { version: 2 })
      .step('a', () => 1)
      .build();
    const third = saga('versioned', { version: 3, isCompatibleWith: (version) => version === 1 })
      .step('a', () => 1)
      .build();
    const { sagas } = await application([], [first, second, third]);
    await sagas.execute(first, undefined, { id: 's-1' });

    const error = await rejected(sagas.execute(second, undefined, { id: 's-1' }));

    expect(error).toBeInstanceOf(SagaVersionMismatchError);
    expect(error).toMatchObject({ sagaId: 's-1', expectedVersion: 2, storedVersion: 1 });
    expect(await sagas.execute(third, undefined, { id: 's-1' })).toEqual({ a: 1 });
  });

  it('that nobody registered is refused a durable run, which nobody would go on with after a restart', async () => {
    const { sagas } = await application([]);
    const late = saga('late')
      .step('a', () => 1)
      .build();

    await expect(sagas.start(late)).rejects.toThrow(/"late" is registered/);
    expect(await sagas.execute(late)).toEqual({ a: 1 });
  });

  it('that is registered long after the application started runs as any other', async () => {
    const { sagas } = await application([]);
    const late = saga('late')
      .step('a', () => 1)
      .build();

    sagas.register(late);

    expect(await sagas.execute(late, undefined, { id: 's-1' })).toEqual({ a: 1 });
    expect(await sagas.execute('late', undefined, { id: 's-2' })).toEqual({ a: 1 });
  });

  it('is not taken for another one that is registered by its name', async () => {
    const { sagas } = await application();
    const other = saga('order')
      .step('a', () => 1)
      .build();

    await expect(sagas.start(other)).rejects.toThrow(/"order" is not the one that is registered/);
  });

  it('is run by its own service only', async () => {
    @Workflow('plain')
    class PlainWorkflow {
      async run() {
        return 1;
      }
    }
    const { sagas } = await application([PlainWorkflow]);

    expect(() => sagas.get(PlainWorkflow)).toThrow(/"plain" is no saga, but a workflow/);
  });
});

describe('A saga class that is wrong', () => {
  it.each<[string, () => ProviderClass, RegExp]>([
    ['has no step', () => decorated(class Wrong {}), /class Wrong carries @SagaWorkflow but has no step/],
    [
      'undoes what is no step',
      () => {
        class Wrong {
          @Step()
          a() {}
          @Compensate('b')
          undo() {}
        }
        return decorated(Wrong);
      },
      /class Wrong\.undo\(\) undoes "b", and there is no such step\. Its steps: a\./,
    ],
    [
      'undoes a step twice',
      () => {
        class Wrong {
          @Step()
          a() {}
          @Compensate('a')
          one() {}
          @Compensate('a')
          two() {}
        }
        return decorated(Wrong);
      },
      /"a" of the class Wrong is undone by one\(\) and by two\(\)/,
    ],
    [
      'misspells an option of a step',
      () => {
        class Wrong {
          @Step({ retries: 3 } as object)
          a() {}
        }
        return decorated(Wrong);
      },
      /"retries of class Wrong\.a\(\)".*Did you mean "retry"/,
    ],
    [
      'misspells an option of a transaction',
      () => {
        class Wrong {
          @Step({ transaction: { isolationLevel: 'SERIALIZABLE' } as object })
          a() {}
        }
        return decorated(Wrong);
      },
      /"transaction\.isolationLevel of class Wrong\.a\(\)".*Did you mean "isolation"/,
    ],
    [
      'misspells an option of an undo',
      () => {
        class Wrong {
          @Step()
          a() {}
          @Compensate('a', { idempotnet: false } as object)
          undo() {}
        }
        return decorated(Wrong);
      },
      /"idempotnet of @Compensate of class Wrong\.undo\(\)".*Did you mean "idempotent"/,
    ],
    [
      'lets a step depend on another',
      () => {
        class Wrong {
          @Step({ dependencies: [] })
          a() {}
        }
        return decorated(Wrong);
      },
      /class Wrong\.a\(\) has dependencies/,
    ],
    [
      'is an AbstractSaga without a step',
      () => {
        class Wrong extends AbstractSaga {
          override getId() {
            return '';
          }
        }
        return decorated(Wrong);
      },
      /class Wrong has no step\. Call addStep\(\) in its constructor/,
    ],
    [
      'is an AbstractSaga with a version elsewhere',
      () => {
        class Wrong extends AbstractSaga {
          override getId() {
            return '';
          }
        }
        SagaWorkflow('wrong', { version: 2 })(Wrong);
        return Wrong;
      },
      /Give it as VERSION and isCompatibleWith/,
    ],
  ])('is refused when the application starts: it %s', async (_, make, message) => {
    await expect(application([make()])).rejects.toThrow(message);
  });

  function decorated<T extends ProviderClass>(target: T): T {
    SagaWorkflow('wrong')(target);
    return target;
  }
});

describe('The saga store of an application', () => {
  it('knows sagas only', async () => {
    @Workflow('plain')
    class PlainWorkflow {
      async run() {
        return 1;
      }
    }
    const { store, client } = await application([PlainWorkflow]);
    await client.startAndWait(PlainWorkflow, undefined, { id: 'p-1' });

    expect([await store.load('p-1'), await store.load('none')]).toEqual([undefined, undefined]);
  });

  it('deletes a saga that has ended', async () => {
    const { sagas, store } = await application();
    await sagas.execute(OrderSaga, ORDER, { id: 's-1' });

    await store.delete('s-1');

    expect(await store.load('s-1')).toBeUndefined();
  });

  it('is written by the engine alone: a saga that is executed directly with it does nothing', async () => {
    const { store, ledger } = await application();
    class DirectSaga extends AbstractSaga {
      override getId() {
        return 'direct-1';
      }
    }
    const direct = new DirectSaga(store);
    direct.addStep(new SagaStep('a', () => ledger.note('a')));

    await expect(direct.execute()).rejects.toThrow(/only the engine writes\. Give its class @SagaWorkflow/);
    expect(ledger.seen).toEqual([]);
  });
});

describe('A workflow inside a saga', () => {
  const pricing = new Pipeline('pricing', [step('price', ({ input }) => (input as number) * 2)]).define();
  const shop = (ledger: string[], isBroken: boolean) =>
    saga<number>('shop')
      .step(
        'count',
        ({ input }) => input + 1,
        () => ledger.push('undo count'),
      )
      .child(
        'price',
        pricing,
        ({ results }) => results.count,
        (priced) => ledger.push(`undo price ${String(priced.results['price'])}`),
      )
      .step(
        'pay',
        ({ results }) => {
          if (isBroken) throw new TypeError('declined');
          return results.price.results['price'];
        },
        null,
        { maxRetries: 0 },
      )
      .build();

  it('is a step: its output is the result, in memory and durably', async () => {
    const sold = shop([], false);
    const { sagas, store } = await application([], [sold, pricing]);

    expect(await sagas.execute(sold, 1)).toMatchObject({ count: 2, pay: 4 });
    expect(await sagas.execute(sold, 1, { id: 's-1' })).toMatchObject({ count: 2, pay: 4 });
    expect((await store.load('s-1'))?.completed).toMatchObject([
      { name: 'count', result: 2 },
      { name: 'price', result: { results: { price: 4 } } },
      { name: 'pay', result: 4 },
    ]);
  });

  it('that has completed is undone in its turn', async () => {
    const ledger: string[] = [];
    const sold = shop(ledger, true);
    const { sagas, store } = await application([], [sold, pricing]);

    for (const id of [undefined, 's-1'])
      expect(await rejected(sagas.execute(sold, 1, id === undefined ? {} : { id }))).toMatchObject({ stepName: 'pay' });

    expect(ledger).toEqual(['undo price 4', 'undo count', 'undo price 4', 'undo count']);
    expect((await store.load('s-1'))?.compensated).toEqual(['price', 'count']);
  });

  it('that fails undoes itself, and then what is around it is undone', async () => {
    const ledger: string[] = [];
    const inner = saga('inner')
      .step(
        'a',
        () => 1,
        () => ledger.push('undo a'),
      )
      .step('b', () => Promise.reject(new TypeError('no')), null, { maxRetries: 0 })
      .build();
    const outer = saga('outer')
      .step(
        'first',
        () => 1,
        () => ledger.push('undo first'),
      )
      .child('inner', inner, () => undefined)
      .build();
    const { sagas } = await application([], [inner, outer]);

    for (const id of [undefined, 's-1'])
      expect(await rejected(sagas.execute(outer, undefined, id === undefined ? {} : { id }))).toMatchObject({
        stepName: 'inner',
        cause: { code: 'CHILD_WORKFLOW_FAILED' },
      });

    expect(ledger).toEqual(['undo a', 'undo first', 'undo a', 'undo first']);
  });

  it('needs a function that answers its input', () => {
    expect(() => saga('s').child('price', pricing, 7 as never)).toThrow(/input of child "price" is no function/);
  });
});

describe('A saga that waits when its version is gone', () => {
  const versioned = (seen: string[], options: SagaOptions) =>
    saga('versioned', options)
      .step('a', () => seen.push('a'))
      .step(
        'b',
        (_, { attempt }) => {
          seen.push(`b ${attempt}`);
          if (attempt === 1) throw new Error('later');
        },
        null,
        { retryDelay: 60 },
      )
      .build();

  it('goes on with that version, or with one that says it can', async () => {
    const seen: string[] = [];
    const first = await createTestEngine({ definitions: [versioned(seen, {})] });
    await first.client.start('versioned', undefined, { id: 's-1' });
    await first.drain();
    await first.worker.stop();
    const { store, clock } = first;

    const second = await createTestEngine({ definitions: [versioned(seen, { version: 2 })], store, clock });
    await second.advance('1h');
    expect([seen, (await second.client.getStatus('s-1')).status]).toEqual([['a', 'b 1'], 'suspended']);
    await second.worker.stop();

    const options = { version: 3, isCompatibleWith: (version: number) => version === 1 };
    const third = await createTestEngine({ definitions: [versioned(seen, options)], store, clock });
    await third.advance('1h');
    expect([seen, (await third.client.getStatus('s-1')).status]).toEqual([['a', 'b 1', 'b 2'], 'completed']);
    await third.close();
  });
});

describe('A saga inside a workflow', () => {
  @Workflow('shop', { retry: 1 })
  class ShopWorkflow {
    constructor(private readonly ledger: Ledger) {}

    async run(ctx: WorkflowContext, order: Order & { readonly returns?: boolean }) {
      await ctx.step('greet', () => this.ledger.note('greet'), { compensate: () => this.ledger.note('undo greet') });
      const shipped = await ctx.executeChild(OrderSaga, order, {
        name: 'order',
        compensate: () => this.ledger.note('call back'),
      });
      if (order.returns === true) ctx.fail('returned');
      return shipped;
    }
  }

  it('answers what its steps answered', async () => {
    const { client } = await application([OrderSaga, ShopWorkflow]);

    expect(await client.startAndWait(ShopWorkflow, ORDER, { id: 'w-1' })).toMatchObject({ ship: 'ship' });
  });

  it('that fails undoes itself first, and then what is around it is undone', async () => {
    const { client, ledger, store } = await application([OrderSaga, ShopWorkflow]);
    ledger.declined = true;

    await expect(client.startAndWait(ShopWorkflow, ORDER, { id: 'w-1' })).rejects.toThrow(/did not complete/);

    expect(ledger.seen.map((what) => what.split(' ').slice(0, 2).join(' '))).toEqual([
      ...['greet', 'reserve o', 'charge 7', 'release reserve', 'undo greet'],
    ]);
    expect(await store.load('w-1/order')).toMatchObject({ state: 'failed', compensated: ['reserve'] });
  });

  it('that has completed is undone as its caller says', async () => {
    const { client, ledger } = await application([OrderSaga, ShopWorkflow]);

    await expect(client.startAndWait(ShopWorkflow, { ...ORDER, returns: true }, { id: 'w-1' })).rejects.toThrow(
      /returned/,
    );

    expect(ledger.seen.slice(-3)).toEqual(['ship', 'call back', 'undo greet']);
  });

  it('is cancelled with it, and both are undone', async () => {
    let open: (() => void) | undefined;
    const isOpen = new Promise<void>((resolve) => (open = resolve));
    const undone: string[] = [];
    const inner = saga('inner')
      .step(
        'a',
        () => 1,
        () => void undone.push('a'),
      )
      .step(
        'b',
        (_, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(new Error('aborted'));
            });
            open?.();
          }),
      )
      .build();
    @Workflow('outer')
    class OuterWorkflow {
      async run(ctx: WorkflowContext) {
        await ctx.step('first', () => 1, { compensate: () => void undone.push('first') });
        return ctx.executeChild(inner, undefined);
      }
    }
    const { client } = await application([OuterWorkflow], [inner]);

    const handle = await client.start(OuterWorkflow, undefined, { id: 'w-1' });
    await isOpen;
    await handle.cancel('enough');

    await expect(handle.result()).rejects.toMatchObject({ name: 'WorkflowCancelledError' });
    expect(undone).toEqual(['a', 'first']);
  });
});
