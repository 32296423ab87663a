import { DefinitionRegistry, type WorkflowContext } from '../definition/index.js';
import { VirtualClock } from '../time/index.js';
import { executeInMemory } from './execute-in-memory.js';
import { standaloneServices } from './memory-services.js';
import { currentStepScope } from './step-scope.js';

function setUp() {
  const clock = new VirtualClock();
  const services = { ...standaloneServices(), clock, registry: new DefinitionRegistry() };
  const execute = (run: (ctx: WorkflowContext) => unknown, signal?: AbortSignal) =>
    executeInMemory({ name: 'w', version: 1, model: 'workflow', run }, undefined, services, { signal });
  return { clock, execute };
}

describe('A step in memory that says nothing of itself', () => {
  it('tells the second attempt what the first one reported, and derives the same ids in both', async () => {
    const { clock, execute } = setUp();
    const seen: unknown[] = [];

    const outcome = execute(async (ctx) => {
      const derived = new Set<string | undefined>();
      const answer = await ctx.step('fetch', async (step) => {
        seen.push([step.attempt, step.progress]);
        await Promise.resolve();
        derived.add(currentStepScope()?.nextDerivedId());
        step.heartbeat(`page ${step.attempt}`);
        if (step.attempt === 1) throw new Error('no');
        return 'done';
      });
      return [answer, derived.size];
    });
    await clock.advance('1h');

    expect(await outcome).toEqual(['done', 1]);
    expect(seen).toEqual([
      [1, undefined],
      [2, 'page 1'],
    ]);
  });

  it('counts a first attempt that failed without a promise', async () => {
    const { clock, execute } = setUp();
    let calls = 0;

    const outcome = execute((ctx) =>
      ctx.step('fetch', () => {
        calls += 1;
        throw new RangeError('no');
      }),
    ).catch((error: unknown) => error);
    await clock.advance('1h');

    expect(await outcome).toMatchObject({ code: 'STEP_FAILED', attempts: 3, cause: { message: 'no' } });
    expect(calls).toBe(3);
  });

  it('aborts the signal of a first attempt with the run, and leaves it alone once the body has ended', async () => {
    const { execute } = setUp();
    const stop = new AbortController();
    const signals: AbortSignal[] = [];

    const outcome = execute(async (ctx) => {
      await ctx.step('ended', async ({ signal }) => void signals.push(signal));
      await ctx.step('open', async ({ signal }) => {
        signals.push(signal);
        stop.abort('enough');
      });
    }, stop.signal);

    await expect(outcome).rejects.toMatchObject({ code: 'WORKFLOW_CANCELLED' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });
});
