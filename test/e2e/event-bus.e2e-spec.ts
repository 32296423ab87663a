import {
  Global,
  Injectable,
  Module,
  type INestApplication,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import {
  AggregateRoot,
  CqrsModule,
  EventBus,
  EventPublisher,
  EventsHandler,
  Saga,
  type ICommand,
  type IEvent,
  type IEventPublisher,
} from '@nestjs/cqrs';
import {
  MemoryStore,
  SignalOn,
  StartOn,
  WORKFLOW_STORE,
  Workflow,
  WorkflowClient,
  WorkflowCompletedEvent,
  WorkflowStartedEvent,
  WorkflowStepCompletedEvent,
  type WorkflowContext,
} from 'nestjs-workflow';
import { Observable, map } from 'rxjs';
import { systemClock } from '../../lib/core/time/index.js';
import { OrderPlaced, PaymentReceived } from '../src/orders/order.events.js';
import { OrderListener } from '../src/orders/order.listener.js';
import { OrderWorkflow } from '../src/orders/order.workflow.js';
import { OrdersModule } from '../src/orders/orders.module.js';
import { eventually } from '../utils/eventually.js';
import { silentNestLogger } from '../utils/silent-nest-logger.js';
import { testApplication } from '../utils/test-application.js';

let app: INestApplication | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

@Workflow('ping')
class PingWorkflow {
  async run(ctx: WorkflowContext) {
    return ctx.step('pong', () => 'pong');
  }
}

/** Counts what it is told before it does what a test wants. */
abstract class Troublemaker {
  calls = 0;

  handle(): unknown {
    this.calls += 1;
    return this.trouble();
  }

  protected abstract trouble(): unknown;
}

@EventsHandler(WorkflowStartedEvent, WorkflowCompletedEvent)
class ThrowingHandler extends Troublemaker {
  protected trouble(): never {
    throw new Error('thrown by a handler');
  }
}

@EventsHandler(WorkflowStartedEvent, WorkflowCompletedEvent)
class RejectingHandler extends Troublemaker {
  protected async trouble(): Promise<never> {
    throw new Error('rejected by a handler');
  }
}

@EventsHandler(WorkflowStartedEvent, WorkflowCompletedEvent)
class HangingHandler extends Troublemaker {
  protected trouble(): Promise<never> {
    return new Promise(() => undefined);
  }
}

@Injectable()
class ThrowingSaga {
  @Saga()
  failing = (events$: Observable<IEvent>): Observable<ICommand> =>
    events$.pipe(
      map(() => {
        throw new Error('thrown by a saga');
      }),
    );
}

describe('Lifecycle events on the CQRS event bus', () => {
  it('reach every handler although others throw, reject or hang, and no run is harmed', async () => {
    const troublemakers = [ThrowingHandler, RejectingHandler, HangingHandler];
    app = await testApplication()
      .providing(PingWorkflow, ...troublemakers, ThrowingSaga, OrderListener)
      .init();
    const client = app.get(WorkflowClient);

    const results = [await client.startAndWait(PingWorkflow), await client.startAndWait(PingWorkflow)];

    expect(results).toEqual(['pong', 'pong']);
    await eventually(() => app?.get(OrderListener).told.length === 4);
    expect(troublemakers.map((one) => app?.get<Troublemaker>(one).calls)).toEqual([4, 4, 4]);
  });

  it('survive a publisher that throws or rejects', async () => {
    let published = 0;
    const eventPublisher: IEventPublisher = {
      publish: () => {
        published += 1;
        if (published % 2 === 0) throw new Error('thrown by the publisher');
        return Promise.reject(new Error('rejected by the publisher'));
      },
    };
    app = await testApplication().cqrs(CqrsModule.forRoot({ eventPublisher })).providing(PingWorkflow).init();
    const client = app.get(WorkflowClient);

    expect(await client.startAndWait(PingWorkflow)).toBe('pong');
    expect(await client.startAndWait(PingWorkflow)).toBe('pong');
    await eventually(() => published === 4);
  });

  it('tell of steps only when asked to', async () => {
    @EventsHandler(WorkflowStepCompletedEvent)
    class StepListener {
      readonly steps: string[] = [];
      handle({ step, attempts }: WorkflowStepCompletedEvent) {
        this.steps.push(`${step} ${attempts}`);
      }
    }
    app = await testApplication()
      .workflows({ events: { steps: true } })
      .providing(PingWorkflow, StepListener)
      .init();

    await app.get(WorkflowClient).startAndWait(PingWorkflow);

    await eventually(() => app?.get(StepListener).steps.length);
    expect(app.get(StepListener).steps).toEqual(['pong 1']);
  });

  it('are not published with events.cqrs: false', async () => {
    app = await testApplication()
      .workflows({ events: { cqrs: false } })
      .providing(PingWorkflow, OrderListener)
      .init();

    await app.get(WorkflowClient).startAndWait(PingWorkflow);
    await app.get(EventBus).publish(new WorkflowCompletedEvent(completed));

    expect(app.get(OrderListener).told.map(({ eventId }) => eventId)).toEqual(['own:1:1']);
  });

  it('refuse to be required where there is no event bus', async () => {
    const booting = testApplication()
      .cqrs(undefined)
      .workflows({ events: { cqrs: true } })
      .init();

    await expect(booting).rejects.toThrow(/option "events\.cqrs" has the value true.*CqrsModule\.forRoot\(\)/);
  });

  it.each([[false], [true]])(
    'reach handlers that are registered after an instance went on (outbox: %p)',
    async (outbox) => {
      const clock = systemClock;
      const store = new MemoryStore({ clock, outbox });
      const earlier = await testApplication()
        .workflows({ store, worker: false, events: { outbox, cqrs: false } })
        .providing(PingWorkflow)
        .init();
      await earlier.get(WorkflowClient).start(PingWorkflow, undefined, { id: 'left' });
      await earlier.close();
      // Boots between the workflow module and CqrsModule, and keeps the latter waiting until the instance has ended.
      @Global()
      @Module({})
      class SlowModule implements OnApplicationBootstrap {
        constructor(private readonly client: WorkflowClient) {}
        async onApplicationBootstrap() {
          await this.client.result('left');
        }
      }

      app = await testApplication()
        .cqrs(undefined)
        .workflows({ store: new MemoryStore({ clock, sharedWith: store }), events: { outbox } })
        .with(SlowModule, CqrsModule.forRoot())
        .providing(PingWorkflow, OrderListener)
        .init();

      const { told } = app.get(OrderListener);
      const isCompleted = () => told.some((event) => event instanceof WorkflowCompletedEvent);
      await eventually(isCompleted);
      expect(told.map(({ workflowId }) => workflowId)).toContain('left');
    },
  );

  it('come through the outbox, in order and once each', async () => {
    app = await testApplication()
      .workflows({ events: { outbox: true } })
      .providing(PingWorkflow, OrderListener)
      .init();
    const { told } = app.get(OrderListener);

    await app.get(WorkflowClient).startAndWait(PingWorkflow, undefined, { id: 'p' });

    await eventually(() => told.length >= 2);
    expect(told.map(({ eventId, constructor }) => [eventId, constructor])).toEqual([
      ['p:1:1', WorkflowStartedEvent],
      ['p:1:2', WorkflowCompletedEvent],
    ]);
  });

  it('come again from the outbox when the publisher failed', async () => {
    const seen: string[] = [];
    const eventPublisher: IEventPublisher = {
      publish: async (event: IEvent) => {
        const { eventId } = event as WorkflowStartedEvent;
        seen.push(eventId);
        if (seen.length === 1) throw new Error('the broker is away');
      },
    };
    app = await testApplication()
      .cqrs(CqrsModule.forRoot({ eventPublisher }))
      .workflows({ events: { outbox: true }, worker: { leaseDuration: '300ms' } })
      .providing(PingWorkflow)
      .init();

    await app.get(WorkflowClient).startAndWait(PingWorkflow, undefined, { id: 'p' });

    await eventually(() => seen.includes('p:1:2'));
    expect(seen).toEqual(['p:1:1', 'p:1:1', 'p:1:2']);
  });
});

const completed = {
  type: 'completed',
  eventId: 'own:1:1',
  seq: 1,
  workflowId: 'own',
  workflowName: 'ping',
  version: 1,
  generation: 1,
  at: 0,
  status: 'completed',
  headers: {},
} as const;

describe('@StartOn and @SignalOn', () => {
  const statusOf = async (id: string) => (await app?.get(WorkflowClient).getStatus(id))?.status;

  it('start and signal workflows by the events of the application', async () => {
    app = await testApplication().with(OrdersModule).init();
    const bus = app.get(EventBus);

    await bus.publish(new OrderPlaced('o-1', 5, 'north'));
    await eventually(
      () => statusOf('o-1'),
      (status) => status === 'suspended',
    );
    await bus.publish(new PaymentReceived('o-1', 'p-1'));

    expect(await app.get(WorkflowClient).result('o-1')).toMatchObject({ payment: 'p-1' });
    const started = app
      .get(OrderListener, { strict: false })
      .told.find((event) => event instanceof WorkflowStartedEvent);
    expect(started).toMatchObject({ workflowId: 'o-1', headers: { tenant: 'north' } });
  });

  it('have the instance durable before the handlers see the event', async () => {
    const seen: unknown[] = [];
    @EventsHandler(OrderPlaced)
    class Handler {
      constructor(private readonly client: WorkflowClient) {}
      async handle({ orderId }: OrderPlaced) {
        seen.push((await this.client.getStatus(orderId)).id);
      }
    }
    app = await testApplication().with(OrdersModule).providing(Handler).init();

    await app.get(EventBus).publish(new OrderPlaced('o-2', 5));

    await eventually(() => seen.length > 0);
    expect(seen).toEqual(['o-2']);
  });

  it('start once for an event published twice', async () => {
    app = await testApplication().with(OrdersModule).init();
    const event = new OrderPlaced('o-3', 5);

    await app.get(EventBus).publishAll([event, event]);

    expect(await app.get(WorkflowClient).list()).toMatchObject({ items: [{ id: 'o-3' }] });
  });

  it('work for the events of an aggregate, whose properties are its own business', async () => {
    class Cart extends AggregateRoot {
      readonly transaction = 'of the bank';
      checkOut() {
        this.apply(new OrderPlaced('o-4', 5));
      }
    }
    app = await testApplication().with(OrdersModule).init();
    const cart = app.get(EventPublisher).mergeObjectContext(new Cart());

    cart.checkOut();
    cart.commit();

    expect(
      await eventually(() =>
        app
          ?.get(WorkflowClient)
          .getStatus('o-4')
          .catch(() => undefined),
      ),
    ).toMatchObject({ id: 'o-4' });
  });

  it('start with the caller’s transaction, or not at all', async () => {
    app = await testApplication().with(OrdersModule).init();
    const bus = app.get(EventBus);
    const store = app.get<MemoryStore>(WORKFLOW_STORE);

    const rolledBack = store.transaction(async ({ handle }) => {
      await bus.publish(new OrderPlaced('o-5', 5), { transaction: handle });
      throw new Error('roll back');
    });
    await expect(rolledBack).rejects.toThrow('roll back');
    await store.transaction(async ({ handle }) => {
      await bus.publish(new OrderPlaced('o-6', 5), { transaction: handle });
    });

    await eventually(
      () => statusOf('o-6'),
      (status) => status === 'suspended',
    );
    await expect(statusOf('o-5')).rejects.toThrow(/"o-5"/);
  });

  it('pass over an instance that is unknown or has ended', async () => {
    const handled: string[] = [];
    @EventsHandler(PaymentReceived)
    class Handler {
      handle({ orderId }: PaymentReceived) {
        handled.push(orderId);
      }
    }
    app = await testApplication().with(OrdersModule).providing(Handler).init();
    await app.get(WorkflowClient).start(OrderWorkflow, { orderId: 'o-7', total: 1 }, { id: 'o-7' });
    await app.get(WorkflowClient).terminate('o-7');

    await app.get(EventBus).publish(new PaymentReceived('nobody', 'p'));
    await app.get(EventBus).publish(new PaymentReceived('o-7', 'p'));

    expect(handled).toEqual(['nobody', 'o-7']);
  });

  it('warn of the first event that finds no instance to signal, and show nothing of what is in it', async () => {
    const told: unknown[][] = [];
    app = await testApplication().with(OrdersModule).init();
    app.useLogger({ ...silentNestLogger, warn: (...args: unknown[]) => void told.push(args) });

    await app.get(EventBus).publish(new PaymentReceived('nobody', 'secret'));
    await app.get(EventBus).publish(new PaymentReceived('nobody else', 'secret'));

    expect(told).toHaveLength(1);
    expect(told[0]?.[0]).toMatch(/An event found no instance to signal/);
    expect(told[0]?.[1]).toMatchObject({
      trigger: '@SignalOn(PaymentReceived) of class OrderWorkflow',
      workflowId: 'nobody',
    });
    expect(JSON.stringify(told)).not.toContain('secret');
  });

  it('tell the publishing code when the start fails, and keep the event from the handlers', async () => {
    const handled: string[] = [];
    @EventsHandler(OrderPlaced)
    class Handler {
      handle({ orderId }: OrderPlaced) {
        handled.push(orderId);
      }
    }
    app = await testApplication().with(OrdersModule).providing(Handler).init();
    const bus = app.get(EventBus);

    await expect(bus.publish(new OrderPlaced('o-8', -1)) as Promise<void>).rejects.toThrow(
      /total must not be less than 0/,
    );
    // Not awaited: must not end the process as an unhandled rejection.
    bus.publish(new OrderPlaced('o-9', -1));
    await bus.publish(new OrderPlaced('o-10', 1));

    expect(handled).toEqual(['o-10']);
  });

  describe('before the application’s own publisher', () => {
    class OwnPublisher implements IEventPublisher {
      readonly published: IEvent[] = [];
      publish(event: IEvent) {
        this.published.push(event);
      }
    }

    it('leave it in place', async () => {
      const own = new OwnPublisher();
      app = await testApplication()
        .cqrs(CqrsModule.forRoot({ eventPublisher: own }))
        .with(OrdersModule)
        .init();
      const event = new OrderPlaced('o-11', 5);

      await app.get(EventBus).publish(event);

      expect(own.published).toContain(event);
      expect(app.get(EventBus).publisher).toBe(own);
      expect(await app.get(WorkflowClient).getStatus('o-11')).toMatchObject({ id: 'o-11' });
    });

    it('are not bypassed by one that is set later, also when it wraps the one before', async () => {
      const own = new OwnPublisher();
      @Injectable()
      class LatePublisher implements OnModuleInit {
        constructor(private readonly bus: EventBus) {}
        onModuleInit() {
          const before = this.bus.publisher;
          this.bus.publisher = {
            publish: (event: IEvent) => {
              own.publish(event);
              return before.publish(event) as unknown;
            },
          };
        }
        onApplicationBootstrap() {
          this.onModuleInit();
        }
      }
      app = await testApplication().with(OrdersModule).providing(LatePublisher).init();

      await app.get(EventBus).publish(new OrderPlaced('o-12', 5));

      expect(own.published.filter((event) => event instanceof OrderPlaced)).toHaveLength(2);
      expect(await app.get(WorkflowClient).getStatus('o-12')).toMatchObject({ id: 'o-12' });
    });
  });

  describe('are refused at start-up', () => {
    const workflow = (...decorators: ClassDecorator[]) => {
      class MisusedWorkflow {
        async run() {}
      }
      decorators.forEach((decorate) => decorate(MisusedWorkflow));
      return MisusedWorkflow;
    };
    const named = Workflow('misused') as ClassDecorator;
    const startOn = (options: object, event: unknown = OrderPlaced) =>
      StartOn(event as typeof OrderPlaced, options as never) as ClassDecorator;
    const id = () => 'x';

    it.each<[string, ClassDecorator[], RegExp]>([
      ['without an id', [named, startOn({})], /@StartOn\(OrderPlaced\) of class MisusedWorkflow has no "id"/],
      [
        'without an event',
        [named, startOn({ id }, null)],
        /@StartOn of class MisusedWorkflow names no event class.*circular import/,
      ],
      [
        'twice for one event',
        [named, startOn({ id }), startOn({ id })],
        /@StartOn\(OrderPlaced\) of class MisusedWorkflow stands there twice/,
      ],
      [
        'without a signal',
        [named, SignalOn(OrderPlaced, {} as never) as ClassDecorator],
        /@SignalOn\(OrderPlaced\).*has no "signal"/,
      ],
      [
        'with an option that there is not',
        [named, startOn({ id, inputs: {} })],
        /"inputs of @StartOn\(OrderPlaced\) of class MisusedWorkflow".*Did you mean "input"\?/,
      ],
      [
        'with an option of a signal that there is not',
        [named, SignalOn(OrderPlaced, { signal: 'paid', workflowID: 'x' } as never) as ClassDecorator],
        /"workflowID of @SignalOn\(OrderPlaced\) of class MisusedWorkflow".*Did you mean "workflowId"\?/,
      ],
      [
        'on a class that is no workflow',
        [startOn({ id })],
        /class MisusedWorkflow carries @StartOn or @SignalOn but is no workflow/,
      ],
    ])('%s', async (_, decorators, message) => {
      await expect(
        testApplication()
          .providing(workflow(...decorators))
          .init(),
      ).rejects.toThrow(message);
    });

    it('without an event bus', async () => {
      await expect(
        testApplication()
          .cqrs(undefined)
          .providing(workflow(named, startOn({ id })))
          .init(),
      ).rejects.toThrow(
        /@StartOn\(OrderPlaced\) of class MisusedWorkflow needs the CQRS event bus.*CqrsModule\.forRoot\(\)/,
      );
    });
  });

  it('find the event bus also where CqrsModule is imported by a feature only', async () => {
    @Module({ imports: [CqrsModule, OrdersModule] })
    class ShopModule {}
    app = await testApplication().cqrs(undefined).with(ShopModule).init();

    await app.get(EventBus, { strict: false }).publish(new OrderPlaced('o-13', 5));

    expect(await app.get(WorkflowClient).getStatus('o-13')).toMatchObject({ id: 'o-13' });
  });
});
