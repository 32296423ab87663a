import type { StepContext } from 'nestjs-workflow';
import {
  FunctionStep,
  parallel,
  ParallelStep,
  Pipeline,
  PipelineContext,
  step,
  type PipelineStep,
} from 'nestjs-workflow/pipeline';
import { createTestEngine, type TestEngine } from 'nestjs-workflow/testing';
import { MemoryStore } from '../../lib/memory/index.js';
import { EngineHarness } from './harness.js';

/** A step that ends with its signal. */
const untilStopped =
  (began: () => void) =>
  (_: unknown, { signal }: StepContext) => {
    began();
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new RangeError(`stopped: ${(signal.reason as Error).message}`)));
    });
  };

/** Lets whatever else goes on come to rest. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A step that fails some time after it is told to. */
function failing() {
  let fail: () => void = () => undefined;
  const told = new Promise<void>((resolve) => (fail = resolve));
  const body = async () => {
    await told;
    await turns(20);
    throw new TypeError('no');
  };
  return { body, fail };
}

const places: readonly [string, string, (...steps: PipelineStep[]) => Pipeline][] = [
  ['a parallel step', 'both/', (...steps) => new Pipeline('p', [parallel('both', steps)])],
  ['a pipeline', '', (...steps) => new Pipeline('p', steps, { parallelism: 3 })],
];

async function journalOf(engine: TestEngine, id = 'p-1'): Promise<string[]> {
  const entries = await engine.client.getJournal(id);
  return entries.filter(({ kind }) => kind === 'step').map(({ name, status }) => `${name} ${status}`);
}

describe.each(places)('What runs beside a failing step of %s, durably,', (_, path, beside) => {
  it('is stopped by its signal, recorded as cancelled, cleaned up, and not asked how to recover', async () => {
    const { body, fail } = failing();
    const seen: string[] = [];
    const waits = new FunctionStep('waits', untilStopped(fail), {
      errorHandler: () => seen.push('onError'),
      cleanupFunc: () => seen.push('cleanup'),
    });
    const engine = await createTestEngine({ definitions: [beside(step('fails', body), waits).define()] });

    await engine.client.start('p', {}, { id: 'p-1' });
    await engine.drain();

    const { status, error } = await engine.client.getStatus('p-1');
    expect([status, error?.message]).toEqual(['failed', expect.stringContaining('failed: no') as string]);
    expect(await journalOf(engine)).toEqual([
      `${path}fails failed`,
      `${path}waits cancelled`,
      `$hook:${path}waits:cleanup completed`,
    ]);
    expect(seen).toEqual(['cleanup']);
    await engine.close();
  });

  it('is not tried again, however long it would have waited', async () => {
    const { body, fail } = failing();
    let attempts = 0;
    const retry = { attempts: 5, backoff: { delay: '1d' } } as const;
    const tries = async () => {
      fail();
      throw new RangeError(`attempt ${++attempts}`);
    };
    const engine = await createTestEngine({
      definitions: [beside(step('retries', tries, { retry }), step('fails', body)).define()],
    });

    await engine.client.start('p', {}, { id: 'p-1' });
    await engine.drain();

    const kinds = (await engine.client.getJournal('p-1')).map(({ kind }) => kind);
    expect(kinds).toEqual(['retry', 'step', 'step', 'failure']);
    expect(await journalOf(engine)).toEqual([`${path}fails failed`, `${path}retries cancelled`]);
    await engine.advance('10d');
    expect([attempts, (await engine.client.getStatus('p-1')).status]).toEqual([1, 'failed']);
    await engine.close();
  });

  it('is waited for, and what it answers all the same is recorded and undone', async () => {
    const { body, fail } = failing();
    const undone: unknown[] = [];
    const deaf = step(
      'deaf',
      (__: PipelineContext, { signal }: StepContext) =>
        new Promise<string>((resolve) => {
          signal.addEventListener('abort', () => resolve('done'));
          fail();
        }),
      { compensate: (result: string) => undone.push(result) },
    );
    const engine = await createTestEngine({ definitions: [beside(step('fails', body), deaf).define()] });

    await engine.client.start('p', {}, { id: 'p-1' });
    await engine.drain();

    expect(await journalOf(engine)).toEqual([`${path}fails failed`, `${path}deaf completed`]);
    expect(undone).toEqual(['done']);
    await engine.close();
  });

  it('runs again with it when the run is tried again; what had completed does not', async () => {
    let isBroken = true;
    const calls: string[] = [];
    let fail: () => void = () => undefined;
    const told = new Promise<void>((resolve) => (fail = resolve));
    const fails = async () => {
      calls.push('fails');
      await told;
      if (isBroken) throw new TypeError('no');
      return 1;
    };
    const waits = (__: unknown, context: StepContext) => {
      calls.push('waits');
      return isBroken ? untilStopped(fail)(__, context) : 2;
    };
    const done = step('done', () => calls.push('done'));
    const engine = await createTestEngine({
      definitions: [beside(done, step('fails', fails), step('waits', waits)).define()],
    });
    await engine.client.start('p', {}, { id: 'p-1' });
    await engine.drain();
    isBroken = false;

    await engine.client.retry('p-1');
    await engine.drain();

    expect((await engine.client.getStatus('p-1')).status).toBe('completed');
    expect(calls).toEqual(['done', 'fails', 'waits', 'fails', 'waits']);
    expect(await journalOf(engine)).toEqual([
      `${path}done completed`,
      `${path}waits completed`,
      `${path}fails completed`,
    ]);
    await engine.close();
  });
});

it('What was stopped inside a step that made good for it stays so, when the run fails later and is tried again', async () => {
  class Forgiving extends ParallelStep {
    override onError() {
      return 'good';
    }
  }
  const { body, fail } = failing();
  let isBroken = true;
  const later = () => {
    if (isBroken) throw new TypeError('later');
    return 'L';
  };
  const forgiving = new Forgiving('both', [step('fails', body), step('waits', untilStopped(fail))]);
  const engine = await createTestEngine({
    definitions: [new Pipeline('p', [forgiving, step('later', later)]).define()],
  });
  await engine.client.start('p', {}, { id: 'p-1' });
  await engine.drain();
  isBroken = false;

  await engine.client.retry('p-1');
  await engine.drain();

  const { status } = await engine.client.getStatus('p-1');
  expect([status, ...(await journalOf(engine))]).toEqual([
    'completed',
    ...['both/fails failed', 'both/waits cancelled', '$hook:both:onError completed', 'later completed'],
  ]);
  await engine.close();
});

it('Without failFast the steps of a durable parallel step go on', async () => {
  const seen: unknown[] = [];
  const { body, fail } = failing();
  const goesOn = async (_: unknown, { signal }: StepContext) => {
    fail();
    await turns(40);
    seen.push(signal.aborted);
  };
  const both = parallel('both', [step('fails', body), step('goes on', goesOn)], { failFast: false });
  const engine = await createTestEngine({ definitions: [new Pipeline('p', [both]).define()] });
  await engine.client.start('p', {}, { id: 'p-1' });
  await engine.drain();

  expect(await journalOf(engine)).toEqual(['both/fails failed', 'both/goes on completed']);
  expect(seen).toEqual([false]);
  await engine.close();
});

it('A step that another process may have begun is stopped unseen by the one that takes over, and undone as possibly done', async () => {
  const MINUTE = 60_000;
  const harness = await EngineHarness.create(async (clock) => {
    const store = new MemoryStore({ clock });
    return { store, view: async () => new MemoryStore({ clock, sharedWith: store }), dispose: async () => undefined };
  });
  const calls: string[] = [];
  let hasFailed = false;
  const define = (who: string) => {
    const { body, fail } = failing();
    const waits = () => {
      calls.push(`${who} waits`);
      fail();
      // It does not listen, and so its end is never recorded.
      return new Promise(() => undefined);
    };
    const fails = () => {
      calls.push(`${who} fails`);
      return body().finally(() => (hasFailed = true));
    };
    const compensate = (result: unknown, _: PipelineContext, { uncertain }: { readonly uncertain: boolean }) => {
      calls.push(`${who} undoes ${String(result)} ${uncertain}`);
    };
    return new Pipeline('p', [parallel('both', [step('fails', fails), step('waits', waits, { compensate })])]).define();
  };
  const worker = { leaseMs: 10 * MINUTE, heartbeatIntervalMs: 1_000 * MINUTE };
  try {
    const first = await harness.boot({ definitions: [define('first')], worker });
    await first.start('p', 'p-1', {});
    await harness.until(() => hasFailed);
    // What is staged becomes durable meanwhile.
    await harness.clock.advance(5_000);
    await harness.boot({ definitions: [define('second')], worker });
    await harness.pass(async () => (await first.find('p-1')).endedAt !== undefined);

    expect((await first.find('p-1')).status).toBe('failed');
    expect(calls).toEqual(['first fails', 'first waits', 'second undoes undefined true']);
  } finally {
    await harness.dispose();
  }
});
