import { AbortScope } from '../cancellation/index.js';
import { DefinitionRegistry, type WorkflowContext, type WorkflowDefinition } from '../definition/index.js';
import { VirtualClock } from '../time/index.js';
import { executeInMemory } from './execute-in-memory.js';
import { beginStep, unwatchedSteps } from './interpreter-calls.js';
import { standaloneServices, type MemoryServices } from './memory-services.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- input is contravariant: each test gives its own
type Run = (ctx: WorkflowContext, input: any) => unknown;

function define(run: Run, more: Partial<WorkflowDefinition> = {}): WorkflowDefinition<unknown> {
  return { name: 'w', version: 1, model: 'workflow', run, ...more };
}

function setUp() {
  const clock = new VirtualClock();
  const services: MemoryServices = { ...standaloneServices(), clock, registry: new DefinitionRegistry() };
  const execute = (run: Run, input?: unknown, signal?: AbortSignal, more?: Partial<WorkflowDefinition>) =>
    executeInMemory(define(run, more), input, services, { signal });
  return { clock, services, execute };
}

describe('executeInMemory', () => {
  it('passes input, results and output by reference', async () => {
    const { execute } = setUp();
    const input = new Map([['a', 1]]);

    const output = await execute((ctx) => ctx.step('same', () => input), input);

    expect(output).toBe(input);
  });

  it('reads no clock, makes no id and no timer while nobody looks', async () => {
    const { services } = setUp();
    const untouchable = new Proxy({} as MemoryServices['clock'], {
      get: (_, key) => {
        throw new Error(`The clock was asked for ${String(key)}.`);
      },
    });

    const output = await executeInMemory(
      define((ctx) => ctx.step('one', () => 1), { retry: false }),
      undefined,
      {
        ...services,
        clock: untouchable,
      },
    );

    expect(output).toBe(1);
  });

  it('answers an interpreter without a promise where the body makes none, and with the very promise where it does', async () => {
    const { execute } = setUp();
    const promise = Promise.resolve(2);

    const [sync, later] = (await execute(
      (ctx) => [beginStep(ctx, 'a', () => 1), beginStep(ctx, 'b', () => promise)],
      0,
      undefined,
      {
        retry: false,
      },
    )) as unknown[];

    expect(sync).toBe(1);
    expect(later).toBe(promise);
  });

  it('refuses a name that is used twice in one run', async () => {
    const { execute } = setUp();

    await expect(
      execute(async (ctx) => {
        await ctx.step('a', () => 1);
        await ctx.step('a', () => 1);
      }),
    ).rejects.toMatchObject({
      code: 'WORKFLOW_CONTEXT_USAGE',
      message: expect.stringContaining('"a" is used twice') as string,
    });
  });

  it('tries a step again under its policy, with the same idempotency key, and wraps its last error', async () => {
    const { execute, clock } = setUp();
    const attempts: [number, string][] = [];
    const failure = new TypeError('no');
    const outcome = execute((ctx) =>
      ctx.step(
        'flaky',
        (step) => {
          attempts.push([step.attempt, step.idempotencyKey]);
          throw failure;
        },
        { retry: { attempts: 3, backoff: { delay: '1m', factor: 1 } } },
      ),
    ).catch((error: unknown) => error);

    await clock.advance('2m');

    expect(await outcome).toMatchObject({ code: 'STEP_FAILED', step: 'flaky', attempts: 3, cause: failure });
    expect(attempts.map(([attempt]) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(attempts.map(([, key]) => key)).size).toBe(1);
  });

  it('gives up an attempt at its time-out and aborts its signal', async () => {
    const { execute, clock } = setUp();
    let signal: AbortSignal | undefined;
    const outcome = execute((ctx) =>
      ctx.step('slow', (step) => new Promise(() => (signal = step.signal)), { timeout: '10s', retry: false }),
    ).catch((error: unknown) => error);

    await clock.advance('10s');

    expect(await outcome).toMatchObject({ code: 'STEP_TIMEOUT', step: 'slow' });
    expect(signal?.aborted).toBe(true);
  });

  it('sleeps on the clock, and waits for the first of several timers', async () => {
    const { execute, clock } = setUp();
    const outcome = execute(async (ctx) => {
      await ctx.sleep('nap', '3d');
      return ctx.waitForAny('first', { late: ctx.timer('2h'), early: ctx.timer('1h') });
    });

    await clock.advance('3d');
    await clock.advance('1h');

    expect(await outcome).toEqual({ key: 'early', value: null });
  });

  it.each<[string, Run]>([
    ['transaction', (ctx) => ctx.transaction('t', () => 1)],
    ['waitForSignal', (ctx) => ctx.waitForSignal('w', 'go')],
    ['waitForAny', (ctx) => ctx.waitForAny('w', { go: ctx.signalWait('go') })],
  ])('refuses %s and says to start the workflow durably', async (call, run) => {
    const { execute } = setUp();

    await expect(execute(run)).rejects.toThrow(
      new RegExp(`^${call} .* in a run that is kept in memory only.*Start the workflow durably, with an id\\.`),
    );
  });

  describe('when it fails', () => {
    it('undoes what completed, the last first, and throws the error', async () => {
      const { execute } = setUp();
      const undone: unknown[] = [];
      const failure = new TypeError('no');
      const compensate = (result: unknown) => undone.push(result);

      const outcome = execute(async (ctx) => {
        await ctx.step('a', () => 'a', { compensate });
        await ctx.step('b', () => 'b', { compensate });
        throw failure;
      });

      await expect(outcome).rejects.toBe(failure);
      expect(undone).toEqual(['b', 'a']);
    });

    it('tells an undo the key of its step beside its own', async () => {
      const { execute } = setUp();
      const keys: string[] = [];

      const outcome = execute(async (ctx) => {
        await ctx.step('a/b', (step) => keys.push(step.idempotencyKey), {
          compensate: (_result, undo) => keys.push(undo.stepIdempotencyKey, undo.idempotencyKey),
        });
        ctx.fail('no');
      });

      await expect(outcome).rejects.toMatchObject({ code: 'WORKFLOW_FAIL' });
      const [ofStep, told, own] = keys;
      expect(told).toBe(ofStep);
      expect(own).not.toBe(ofStep);
    });

    it('undoes nothing from before a commit', async () => {
      const { execute } = setUp();
      const undone: unknown[] = [];
      const compensate = (result: unknown) => undone.push(result);

      const outcome = execute(async (ctx) => {
        await ctx.step('a', () => 'a', { compensate });
        await ctx.commit('paid');
        await ctx.step('b', () => 'b', { compensate });
        ctx.fail('no');
      });

      await expect(outcome).rejects.toMatchObject({ code: 'WORKFLOW_FAIL' });
      expect(undone).toEqual(['b']);
    });

    it('undoes the others when an undo fails for good, and reports it', async () => {
      const { execute, clock } = setUp();
      const undone: unknown[] = [];
      const stuck = new Error('stuck');
      const outcome = execute(async (ctx) => {
        await ctx.step('a', () => 'a', { compensate: (result) => undone.push(result) });
        await ctx.step('b', () => 'b', {
          compensate: () => {
            throw stuck;
          },
          compensateRetry: { attempts: 2, backoff: { delay: '1s' } },
        });
        throw new TypeError('no');
      }).catch((error: unknown) => error);

      await clock.advance('1s');

      expect(await outcome).toMatchObject({
        code: 'COMPENSATION_FAILED',
        failures: [{ step: 'b', message: 'stuck', cause: stuck }],
        errors: [stuck],
        cause: { message: 'no' },
      });
      expect(undone).toEqual(['a']);
    });
  });

  describe('when its signal is aborted', () => {
    it('ends at once although a body hangs, and undoes what completed', async () => {
      const { execute, clock } = setUp();
      const controller = new AbortScope();
      const undone: unknown[] = [];
      const outcome = execute(
        async (ctx) => {
          await ctx.step('a', () => 'a', { compensate: (result) => undone.push(result) });
          await ctx.step('hangs', () => new Promise(() => undefined));
        },
        undefined,
        controller.signal,
      ).catch((error: unknown) => error);
      await clock.advance(0);

      controller.abort(new Error('enough'));
      await clock.advance('5s');

      expect(await outcome).toMatchObject({ code: 'WORKFLOW_CANCELLED', reason: 'enough' });
      expect(undone).toEqual(['a']);
    });

    it('begins nothing when it was aborted before', async () => {
      const { execute } = setUp();
      let wasRun = false;

      const outcome = execute(() => (wasRun = true), undefined, AbortSignal.abort('early'));

      await expect(outcome).rejects.toMatchObject({ code: 'WORKFLOW_CANCELLED', reason: 'early' });
      expect(wasRun).toBe(false);
    });
  });

  it('ends when its own time-out passes', async () => {
    const { execute, clock } = setUp();
    const outcome = execute((ctx) => ctx.sleep('long', '1d'), undefined, undefined, { timeoutMs: 60_000 }).catch(
      (error: unknown) => error,
    );

    await clock.advance('1m');

    expect(await outcome).toMatchObject({ code: 'WORKFLOW_TIMEOUT', timeoutMs: 60_000 });
  });

  it('begins again with another input', async () => {
    const { execute } = setUp();

    const output = await execute(async (ctx, turn: number) => {
      await ctx.step('same name in each generation', () => turn);
      return turn < 3 ? ctx.continueAsNew(turn + 1) : [turn, ctx.generation];
    }, 1);

    expect(output).toEqual([3, 3]);
  });

  it('lets an interpreter call bodies itself only where nobody can stop the run, repeat a step, or counts steps', async () => {
    const { execute } = setUp();
    const isUnwatched = (ctx: WorkflowContext) => unwatchedSteps(ctx) !== undefined;
    const scope = new AbortScope();

    expect(await execute(isUnwatched, undefined, undefined, { retry: false })).toBe(true);
    expect(await execute(isUnwatched)).toBe(false);
    expect(await execute(isUnwatched, undefined, scope.signal, { retry: false })).toBe(false);
    expect(await execute(isUnwatched, undefined, undefined, { retry: false, timeoutMs: 1_000 })).toBe(false);
  });

  it('goes through any number of generations without going deeper and deeper', async () => {
    const { execute } = setUp();

    const output = await execute((ctx, turn: number) => (turn < 20_000 ? ctx.continueAsNew(turn + 1) : turn), 1);

    expect(output).toBe(20_000);
  });
});
