import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { bulk, BulkService } from '../../lib/bulk/index.js';
import { isWorkflowFailedError } from '../../lib/core/errors/index.js';
import { WorkflowSignal, type WorkflowContext } from '../../lib/core/definition/index.js';
import { executeInMemory, standaloneServices } from '../../lib/core/execution/index.js';
import { GraphService, WorkflowBuilder } from '../../lib/graph/index.js';
import { Pipeline, PipelineService, step } from '../../lib/pipeline/index.js';
import { saga, SagaService } from '../../lib/saga/index.js';
import { createTestEngine, type TestEngine } from '../../lib/testing/index.js';
import { WorkflowModule } from '../../lib/workflow.module.js';
import { workflow } from '../utils/bare-engine.js';

type Body = (ctx: WorkflowContext) => unknown;

/** Options as JavaScript lets them be written. */
const wrong = (options: object): never => options as never;

const child = workflow('child', () => 'done');

const engines: TestEngine[] = [];

async function boot(body: Body = () => undefined): Promise<TestEngine> {
  const engine = await createTestEngine({ definitions: [workflow('orders', body), child] });
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

/** What a run of the body fails with. */
async function failureOf(body: Body): Promise<{ readonly code?: string; readonly message: string }> {
  const { client } = await boot(body);
  const error: unknown = await client.startAndWait('orders').catch((thrown: unknown) => thrown);
  return (isWorkflowFailedError(error) ? error.cause : error) as Error;
}

describe('A signal that is not there', () => {
  it.each<[string, Body, RegExp]>([
    [
      'waitForSignal',
      (ctx) => ctx.waitForSignal('a', wrong(undefined as never)),
      /signal of waitForSignal "a" is undefined/,
    ],
    ['signalWait', (ctx) => ctx.signalWait(wrong(undefined as never)), /signal of signalWait is undefined.*circular/],
  ])('is refused by %s', async (_what, body, message) => {
    expect((await failureOf(body)).message).toMatch(message);
  });
});

describe('An option that there is not', () => {
  it.each<[string, Body, RegExp]>([
    ['a step', (ctx) => ctx.step('a', () => 1, wrong({ retries: 3 })), /"retries of step "a"".*mean "retry"/],
    [
      'the retry of a step',
      (ctx) => ctx.step('a', () => 1, { retry: wrong({ attempt: 3 }) }),
      /"retry\.attempt of step "a"".*mean "attempts"/,
    ],
    [
      'the retry of an undo',
      (ctx) => ctx.step('a', () => 1, { compensateRetry: wrong({ backoff: { dealy: 5 } }) }),
      /"compensateRetry\.backoff\.dealy of step "a"".*mean "delay"/,
    ],
    [
      'a transaction',
      (ctx) => ctx.transaction('a', () => 1, wrong({ isolatoin: 'SERIALIZABLE' })),
      /"isolatoin of step "a"".*mean "isolation"/,
    ],
    [
      'a wait for a signal',
      (ctx) => ctx.waitForSignal('w', 'paid', wrong({ timout: '1s' })),
      /"timout of waitForSignal "w"".*mean "timeout"/,
    ],
    [
      'a signal among other conditions, which has no time-out of its own',
      (ctx) => ctx.waitForAny('w', { paid: ctx.signalWait('paid', wrong({ timeout: '1s' })) }),
      /"timeout of signalWait "paid"".*Known are key, match/,
    ],
    [
      'a child',
      (ctx) => ctx.startChild('child', undefined, wrong({ parentclose: 'abandon' })),
      /"parentclose of startChild".*mean "parentClose"/,
    ],
    [
      'a child that is waited for',
      (ctx) => ctx.executeChild('child', undefined, wrong({ timeOut: '1s' })),
      /"timeOut of startChild".*mean "timeout"/,
    ],
    [
      'a sleep',
      (ctx) => ctx.sleep('s', wrong({ cron: '0 0 * * *', timezone: 'Europe/Berlin' })),
      /"timezone of sleep "s"".*mean "timeZone"/,
    ],
  ])('is refused for %s', async (_what, body, message) => {
    expect(await failureOf(body)).toMatchObject({
      code: 'WORKFLOW_OPTIONS',
      message: expect.stringMatching(message) as string,
    });
  });

  it.each<[string, Body, RegExp]>([
    ['a step', (ctx) => ctx.step('a', () => 1, wrong({ retries: 3 })), /"retries of step "a"".*mean "retry"/],
    [
      'a child',
      (ctx) => ctx.executeChild(child, undefined, wrong({ timeOut: '1s' })),
      /"timeOut of startChild".*mean "timeout"/,
    ],
    ['a sleep', (ctx) => ctx.sleep('s', wrong({ untill: 5 })), /"untill of sleep "s"".*mean "until"/],
  ])('is refused for %s in a run in memory', async (_what, body, message) => {
    await expect(executeInMemory(workflow('orders', body), undefined as never, standaloneServices())).rejects.toThrow(
      message,
    );
  });

  it.each<[string, (engine: TestEngine) => unknown, RegExp]>([
    ['start', ({ client }) => client.start('orders', {}, wrong({ ID: 'o' })), /"ID of start".*mean "id"/],
    [
      'startAndWait',
      ({ client }) => client.startAndWait('orders', {}, wrong({ ids: 'o' })),
      /"ids of start".*mean "id"/,
    ],
    ['result', ({ client }) => client.result('o', wrong({ timout: 5 })), /"timout of result".*mean "timeout"/],
    ['signal', ({ client }) => client.signal('paid', 1, wrong({ Key: 'k' })), /"Key of signal".*mean "key"/],
    [
      'signalInstance',
      ({ client }) => client.signalInstance('o', 'paid', 1, wrong({ Key: 'k' })),
      /"Key of signalInstance".*mean "key"/,
    ],
    ['getStatus', ({ client }) => client.getStatus('o', wrong({ wait: true })), /"wait of getStatus".*mean "waits"/],
    [
      'getJournal',
      ({ client }) => client.getJournal('o', wrong({ gen: 1 })),
      /"gen of getJournal".*Known are generation/,
    ],
    ['list', ({ client }) => client.list(wrong({ stauts: 'failed' })), /"stauts of list".*mean "status"/],
    ['purge', ({ client }) => client.purge(wrong({ olderthan: '1d' })), /"olderthan of purge".*mean "olderThan"/],
    ['retry', ({ client }) => client.retry('o', wrong({ timout: 5 })), /"timout of retry".*mean "timeout"/],
    ['stream', ({ client }) => client.stream('o', wrong({ from: 5 })), /"from of stream".*Known are after, signal/],
    [
      'a signal’s definition',
      () => new WorkflowSignal('paid', wrong({ shema: {} })),
      /"shema of signal "paid"".*"schema"/,
    ],
  ])('is refused by %s', async (_operation, call, message) => {
    const engine = await boot();

    await expect(async () => call(engine)).rejects.toMatchObject({
      code: 'WORKFLOW_OPTIONS',
      message: expect.stringMatching(message) as string,
    });
  });

  it('is not made of options given where the input stands before them', async () => {
    const { client } = await boot();

    await expect(client.start('orders', {}, wrong('o-1' as never))).rejects.toThrow(
      /"options of start" has the value "o-1"/,
    );
  });
});

describe('A value that means nothing', () => {
  it.each<[string, Body, RegExp]>([
    ['no attempt at all', (ctx) => ctx.step('a', () => 1, { retry: 0 }), /"retry of step "a"" has the value 0/],
    ['an undo', (ctx) => ctx.step('a', () => 1, { compensate: wrong({}) }), /"compensate of step "a"".*a function/],
    [
      'an isolation',
      (ctx) => ctx.transaction('a', () => 1, { isolation: wrong('snapshot' as never) }),
      /"isolation of step "a"/,
    ],
    ['a key to wait for', (ctx) => ctx.waitForSignal('w', 'paid', { key: 'a\u0000' }), /the key of waitForSignal "w"/],
    ['a signal to wait for', (ctx) => ctx.waitForSignal('w', '\ud800'), /the signal of waitForSignal "w"/],
    [
      'a condition that is a promise',
      (ctx) => ctx.waitForAny('w', { child: wrong(ctx.startChild('child', undefined)) }),
      /condition "child" of waitForAny "w" is an object\..*ctx\.signalWait.*ctx\.timer.*await ctx\.startChild/,
    ],
    [
      'a condition with a name of the engine',
      (ctx) => ctx.waitForAny('w', { $timeout: ctx.timer(5) }),
      /"\$timeout" cannot be used for a condition of waitForAny "w"/,
    ],
    [
      'a condition with a name that no database keeps',
      (ctx) => ctx.waitForAny('w', { 'a\u0000': ctx.signalWait('paid') }),
      /cannot be used for a condition of waitForAny "w"/,
    ],
    ['no condition', (ctx) => ctx.waitForAny('w', {}), /waitForAny "w" was given no condition/],
    ['the id of a child', (ctx) => ctx.startChild('child', undefined, { id: 'a\u0000' }), /workflow id is not valid/],
    [
      'an attribute of a child',
      (ctx) => ctx.executeChild('child', undefined, { attributes: { tenant: 'a\u0000' } }),
      /attribute "tenant" is not valid/,
    ],
    [
      'the priority of a child',
      (ctx) => ctx.startChild('child', undefined, { priority: Number.NaN }),
      /"priority of child "child#0"" has the value NaN/,
    ],
    [
      'what becomes of a child',
      (ctx) => ctx.startChild('child', undefined, { parentClose: wrong('detach' as never) }),
      /"parentClose of child "child#0"".*'cancel' or 'terminate' or 'abandon'/,
    ],
  ])('is refused as %s', async (_what, body, message) => {
    expect((await failureOf(body)).message).toMatch(message);
  });

  it.each([Number.NaN, -1, 1.5, Infinity, 'x'])('is refused as the item to stream after: %p', async (after) => {
    const { client } = await boot();

    expect(() => client.stream('o', { after: after as number })).toThrow(/The item to stream after is not valid/);
  });

  it.each([Number.NaN, 0, 3_000_000_000])('is refused as a generation: %p', async (generation) => {
    const { client } = await boot();
    await client.start('orders', {}, { id: 'o' });

    await expect(client.getJournal('o', { generation })).rejects.toThrow(/The generation is not valid/);
  });
});

describe('A misspelt id', () => {
  it.each([
    ['PipelineService', PipelineService, new Pipeline('shop', [step('a', () => 1)])],
    [
      'SagaService',
      SagaService,
      saga('shop')
        .step('a', () => 1)
        .build(),
    ],
    ['BulkService', BulkService, bulk('shop', { source: () => [1], process: () => undefined })],
    [
      'GraphService',
      GraphService,
      new WorkflowBuilder('shop')
        .addNode('a', () => ({}))
        .setEntry('a')
        .setTerminal('a')
        .build(),
    ],
  ])('is refused by %s.execute, rather than taken for a run in memory', async (_name, service, reference) => {
    const testing = await Test.createTestingModule({
      imports: [CqrsModule.forRoot(), WorkflowModule.stub()],
    }).compile();
    const app = await testing.createNestApplication({ logger: false }).init();
    const model = app.get(service) as {
      execute(reference: unknown, input: unknown, options: object): Promise<unknown>;
    };

    await expect(model.execute(reference, {}, { ID: 'once' })).rejects.toThrow(/"ID of execute".*mean "id"/);
    await app.close();
  });
});
