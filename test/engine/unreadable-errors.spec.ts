import type { WorkflowContext, WorkflowDefinition } from '../../lib/core/definition/index.js';
import { executeInMemory, standaloneServices } from '../../lib/core/execution/index.js';
import { createTestEngine, type TestEngine } from '../../lib/testing/index.js';
import { workflow } from '../utils/bare-engine.js';

type Body = (ctx: WorkflowContext) => unknown;

function whoseMessageThrows(): unknown {
  return Object.defineProperty(new Error(), 'message', {
    get() {
      throw new Error('no message');
    },
  });
}

function whatAnswersNothing(): unknown {
  return new Proxy(new Error(), {
    get() {
      throw new Error('no property');
    },
  });
}

function whatHasNoPrototype(): unknown {
  return new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error('no prototype');
      },
    },
  );
}

const thrown: [string, () => unknown][] = [
  ['an error whose message cannot be read', whoseMessageThrows],
  ['an error of which nothing can be read', whatAnswersNothing],
  ['an object that cannot be asked what it is', whatHasNoPrototype],
  ['an object that has no text', () => Object.create(null) as unknown],
  ['an error whose cause cannot be read', () => new Error('outer', { cause: whatAnswersNothing() })],
  ['an error whose message has no text', () => Object.assign(new Error(), { message: Object.create(null) as string })],
];

const engines: TestEngine[] = [];

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

async function boot(body: Body): Promise<TestEngine> {
  const engine = await createTestEngine({ definitions: [workflow('orders', body)] });
  engines.push(engine);
  return engine;
}

const fail = (make: () => unknown): never => {
  throw make();
};

describe.each(thrown)('A run that throws %s', (_what, make) => {
  it.each<[string, Body]>([
    ['in its code', () => fail(make)],
    ['in its code, late', async () => fail(await Promise.resolve(make))],
    ['in a step', (ctx) => ctx.step('a', () => fail(make), { retry: false })],
    ['in a step that is tried again', (ctx) => ctx.step('a', () => fail(make), { retry: { attempts: 2 } })],
    ['in a transaction', (ctx) => ctx.transaction('a', () => fail(make), { retry: false })],
    [
      'where an earlier step is undone',
      async (ctx) => {
        await ctx.step('a', () => 1, { compensate: () => undefined });
        fail(make);
      },
    ],
  ])('fails %s', async (_where, body) => {
    let runs = 0;
    const engine = await boot((ctx) => {
      runs += 1;
      return body(ctx);
    });
    const { client } = engine;

    const ended = client.startAndWait('orders', {}, { id: 'o' }).catch((error: unknown) => error);
    await engine.drain();
    await engine.advance('1m');

    expect((await client.getStatus('o')).status).toBe('failed');
    expect(await ended).toMatchObject({ code: 'WORKFLOW_FAILED' });
    expect(runs).toBeLessThan(4);
  });

  it('fails in an undo', async () => {
    const { client } = await boot(async (ctx) => {
      await ctx.step('a', () => 1, { compensate: () => fail(make), compensateRetry: false });
      throw new Error('over');
    });

    await client.startAndWait('orders', {}, { id: 'o' }).catch((error: unknown) => error);

    expect((await client.getStatus('o')).status).toBe('compensation_failed');
  });

  it('fails in memory, and those who listen are told', async () => {
    const services = standaloneServices();
    const failing = workflow('orders', () => fail(make)) as WorkflowDefinition<undefined>;
    const told: string[] = [];
    services.bus.subscribe((event) => void told.push(event.type));

    await expect(executeInMemory(failing, undefined, services)).rejects.toBeInstanceOf(Error);

    expect(told).toContain('failed');
  });
});

it('says that the error could not be read', async () => {
  const { client } = await boot(() => fail(whatAnswersNothing));

  await expect(client.startAndWait('orders')).rejects.toThrow(/an error that could not be read/);
});
