import { Injectable, Module, Scope, type INestApplication } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import {
  MemoryStore,
  WORKFLOW_STORE,
  WORKFLOW_WORKER,
  Workflow,
  WorkflowClient,
  WorkflowEvents,
  WorkflowHealthIndicator,
  WorkflowModule,
  WorkflowWorker,
  type WorkflowContext,
  type WorkflowDefinition,
  type WorkflowModuleOptions,
  type WorkflowOptionsFactory,
  type WorkflowRunner,
} from 'nestjs-workflow';
import { VirtualClock, systemClock } from '../../lib/core/time/index.js';
import { eventually } from '../utils/eventually.js';
import { rejection } from '../utils/failures.js';
import { testApplication } from '../utils/test-application.js';

@Workflow('greeting')
class GreetingWorkflow implements WorkflowRunner<string, string> {
  async run(ctx: WorkflowContext, name: string) {
    return ctx.step('greet', () => `Hello ${name}`);
  }
}

@Module({ providers: [GreetingWorkflow] })
class GreetingModule {}

const definition = (name: string, run: WorkflowDefinition['run']): WorkflowDefinition => ({
  name,
  version: 1,
  model: 'workflow',
  run,
});

let app: INestApplication | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

const greet = (running: INestApplication) => running.get(WorkflowClient).startAndWait(GreetingWorkflow, 'Ada');

describe('WorkflowModule', () => {
  describe('#forRoot', () => {
    it('works without options', async () => {
      app = await testApplication().workflows(WorkflowModule.forRoot()).with(GreetingModule).init();

      expect(await greet(app)).toBe('Hello Ada');
      expect(app.get(WORKFLOW_STORE)).toBeInstanceOf(MemoryStore);
      expect(app.get(WORKFLOW_WORKER)).toBeInstanceOf(WorkflowWorker);
      expect(app.get(WorkflowEvents)).toBeInstanceOf(WorkflowEvents);
      expect(await app.get(WorkflowHealthIndicator).report()).toMatchObject({
        healthy: true,
        worker: { running: true },
      });
    });

    it('works without CQRS', async () => {
      app = await testApplication().cqrs(undefined).with(GreetingModule).init();

      expect(await greet(app)).toBe('Hello Ada');
    });

    it('gives everybody the same services', async () => {
      @Injectable()
      class Consumer {
        constructor(readonly client: WorkflowClient) {}
      }
      @Module({ providers: [Consumer], exports: [Consumer] })
      class ConsumerModule {}

      app = await testApplication().with(ConsumerModule).init();

      expect(app.get(Consumer, { strict: false }).client).toBe(app.get(WorkflowClient));
    });

    it('is seen only where it is imported with isGlobal: false', async () => {
      @Injectable()
      class Consumer {
        constructor(readonly client: WorkflowClient) {}
      }
      @Module({ providers: [Consumer] })
      class ConsumerModule {}

      const booting = testApplication()
        .workflows(WorkflowModule.forRoot({ isGlobal: false }))
        .with(ConsumerModule)
        .init();

      await expect(booting).rejects.toThrow(/WorkflowClient/);
    });

    it('refuses a wrong option by its name', async () => {
      const booting = testApplication()
        .workflows({ worker: { leaseDuration: 'long' } })
        .init();

      await expect(booting).rejects.toThrow(/option "worker\.leaseDuration" has the value "long"/);
    });

    it('refuses to be imported twice', async () => {
      const booting = testApplication()
        .with(WorkflowModule.forRoot({ worker: false }))
        .init();

      await expect(booting).rejects.toThrow(/forRoot\(\) is imported 2 times\. Import it once/);
    });
  });

  describe('#forRootAsync', () => {
    class Settings implements WorkflowOptionsFactory {
      createWorkflowOptions(): WorkflowModuleOptions {
        return { worker: { id: 'from-class' } };
      }
    }
    @Module({ providers: [Settings, { provide: 'ID', useValue: 'from-factory' }], exports: [Settings, 'ID'] })
    class SettingsModule {}

    it.each([
      [
        'useFactory',
        'from-factory',
        WorkflowModule.forRootAsync({
          imports: [SettingsModule],
          inject: ['ID'],
          useFactory: async (id: string) => ({ worker: { id } }),
        }),
      ],
      ['useClass', 'from-class', WorkflowModule.forRootAsync({ useClass: Settings })],
      ['useExisting', 'from-class', WorkflowModule.forRootAsync({ imports: [SettingsModule], useExisting: Settings })],
    ])('takes its options from %s', async (_, id, module) => {
      app = await testApplication().workflows(module).with(GreetingModule).init();

      expect(app.get<WorkflowWorker>(WORKFLOW_WORKER).status.id).toContain(id);
      expect(await greet(app)).toBe('Hello Ada');
    });

    it('refuses a wrong option by its name', async () => {
      const module = WorkflowModule.forRootAsync({ useFactory: () => ({ retry: { attempts: 0.5 } }) });

      await expect(testApplication().workflows(module).init()).rejects.toThrow(/attempts/);
    });

    it('refuses a factory that answers nothing', async () => {
      const module = WorkflowModule.forRootAsync({ useFactory: () => undefined as never });

      await expect(testApplication().workflows(module).init()).rejects.toMatchObject({ code: 'WORKFLOW_OPTIONS' });
    });
  });

  describe('#forFeature', () => {
    it('registers definitions in as many modules as like to', async () => {
      @Module({ imports: [WorkflowModule.forFeature([definition('one', () => 1)])] })
      class OneModule {}
      @Module({ imports: [WorkflowModule.forFeature([definition('two', () => 2)])] })
      class TwoModule {}

      app = await testApplication().with(OneModule, TwoModule).init();
      const client = app.get(WorkflowClient);

      expect([await client.startAndWait('one'), await client.startAndWait('two')]).toEqual([1, 2]);
    });

    it('refuses a class, and says where it belongs', async () => {
      const booting = testApplication()
        .with(WorkflowModule.forFeature([GreetingWorkflow as never]))
        .init();

      await expect(booting).rejects.toThrow(
        /forFeature\(\) was given the function GreetingWorkflow.*among the providers/,
      );
    });

    it('refuses a definition with the name of a class', async () => {
      const booting = testApplication()
        .with(GreetingModule, WorkflowModule.forFeature([definition('greeting', () => 1)]))
        .init();

      await expect(booting).rejects.toThrow(/Two workflows are registered as "greeting@1"/);
    });
  });

  describe('#stub', () => {
    it('runs workflows in memory, whatever the environment', async () => {
      const before = process.env['NODE_ENV'];
      process.env['NODE_ENV'] = 'production';
      try {
        await expect(testApplication().init()).rejects.toThrow(/NODE_ENV=production/);
        app = await testApplication().workflows(WorkflowModule.stub()).with(GreetingModule).init();
      } finally {
        process.env['NODE_ENV'] = before;
      }

      expect(await greet(app)).toBe('Hello Ada');
    });

    it('lets days pass on a virtual clock', async () => {
      const clock = new VirtualClock();
      const napping = definition('nap', async (ctx) => {
        await ctx.sleep('night', '3d');
        return ctx.now();
      });
      app = await testApplication()
        .workflows(WorkflowModule.stub({ clock }))
        .with(WorkflowModule.forFeature([napping]))
        .init();
      const handle = await app.get(WorkflowClient).start('nap');

      await clock.advance('3d');

      expect(await handle.result()).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 4));
    });
  });

  it('refuses a request-scoped workflow when the application starts', async () => {
    @Injectable({ scope: Scope.REQUEST })
    @Workflow('scoped')
    class ScopedWorkflow {
      async run() {}
    }

    const booting = testApplication().providing(ScopedWorkflow).init();

    await expect(booting).rejects.toThrow(/class ScopedWorkflow in AppModule is request-scoped/);
  });

  it('lives beside another user of the discovery module', async () => {
    app = await testApplication().with(DiscoveryModule, GreetingModule).init();

    expect(await greet(app)).toBe('Hello Ada');
  });

  describe('at shutdown', () => {
    it('lets a running step end and hands over what waits', async () => {
      const release: (() => void)[] = [];
      const slow = definition('slow', async (ctx) => {
        const first = await ctx.step(
          'first',
          () => new Promise<string>((resolve) => release.push(() => resolve('first'))),
        );
        return `${first} ${await ctx.step('second', () => 'second')}`;
      });
      const shared = sharedStores();
      app = await testApplication()
        .workflows({ store: shared() })
        .with(WorkflowModule.forFeature([slow]))
        .init();
      await app.get(WorkflowClient).start('slow', undefined, { id: 's' });
      await eventually(() => release.length > 0);

      const closing = app.close();
      release.forEach((go) => go());
      await closing;

      app = await testApplication()
        .workflows({ store: shared() })
        .with(WorkflowModule.forFeature([slow]))
        .init();
      expect(await app.get(WorkflowClient).result('s')).toBe('first second');
      expect(release).toHaveLength(1);
    });
  });

  it('tells whoever still waits at its end that it has closed', async () => {
    const clock = new VirtualClock();
    const waits = definition('waits', (ctx) => ctx.waitForSignal('paid', 'paid'));
    app = await testApplication()
      .workflows(WorkflowModule.stub({ clock }))
      .with(WorkflowModule.forFeature([waits]))
      .init();
    const client = app.get(WorkflowClient);
    const starting = client.start('waits', undefined, { id: 'w' });
    await clock.advance(0);
    await starting;
    const told = Promise.all([rejection(client.result('w')), rejection(client.stream('w').next())]);
    await clock.advance(0);
    await app.close();
    await clock.advance(0);

    // No time passes: they are told, and need not wait for their next look.
    for (const error of await told) {
      expect(error).toMatchObject({ code: 'WORKFLOW_STORE', retryable: false });
      expect(error?.message).toMatch(/has closed/);
    }
  });

  it('only starts and reads with worker: false, and a process with a worker executes', async () => {
    const shared = sharedStores();
    app = await testApplication().workflows({ store: shared(), worker: false }).with(GreetingModule).init();
    const handle = await app.get(WorkflowClient).start(GreetingWorkflow, 'Ada');

    expect(app.get(WORKFLOW_WORKER)).toBeUndefined();
    expect(await handle.status()).toMatchObject({ status: 'pending' });

    const other = await testApplication().workflows({ store: shared() }).with(GreetingModule).init();
    expect(await handle.result()).toBe('Hello Ada');
    await other.close();
  });

  it('deletes ended instances by age when asked to', async () => {
    const clock = new VirtualClock();
    const purge = { olderThan: '1d', every: '1h' };
    app = await testApplication().workflows(WorkflowModule.stub({ clock, purge })).with(GreetingModule).init();
    const client = app.get(WorkflowClient);
    const starting = client.startAndWait(GreetingWorkflow, 'Ada', { id: 'old' });
    await clock.advance(0);
    await starting;

    await clock.advance('23h');
    expect(await client.list()).toMatchObject({ items: [{ id: 'old' }] });
    await clock.advance('2h');

    expect(await client.list()).toMatchObject({ items: [] });
  });
});

/** Stores that share their data, as processes share a database. */
function sharedStores(): () => MemoryStore {
  const clock = systemClock;
  const first = new MemoryStore({ clock });
  return () => new MemoryStore({ clock, sharedWith: first });
}
