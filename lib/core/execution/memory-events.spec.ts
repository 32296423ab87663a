import type { WorkflowContext, WorkflowDefinition } from '../definition/index.js';
import { LifecycleBus, silentLogger, type LifecycleEvent } from '../lifecycle/index.js';
import { VirtualClock } from '../time/index.js';
import { executeInMemory } from './execute-in-memory.js';
import { standaloneServices } from './memory-services.js';

type Run = (ctx: WorkflowContext) => unknown;

function define(run: Run, more: Partial<WorkflowDefinition> = {}): WorkflowDefinition<unknown> {
  return { name: 'w', version: 1, model: 'workflow', run, ...more };
}

describe('A run in memory tells on the bus', () => {
  function observed(stepEvents = false) {
    const clock = new VirtualClock();
    const services = { ...standaloneServices(), clock };
    const bus = new LifecycleBus<LifecycleEvent>(silentLogger);
    const events: LifecycleEvent[] = [];
    bus.subscribe((event) => events.push(event));
    const own = { ...services, bus, options: { ...services.options, stepEvents } };
    const execute = (run: Run, signal?: AbortSignal) =>
      executeInMemory(define(run), undefined, own, { signal, headers: { tenant: 't' } }).catch(
        (error: unknown) => error,
      );
    return { events, execute, clock, types: () => events.map(({ type }) => type) };
  }

  it('that a run started and completed, in order, as events of a run without a journal', async () => {
    const { events, execute } = observed();

    await execute(() => 1);

    expect(events).toMatchObject([
      { type: 'started', seq: 1, status: 'pending', workflowName: 'w', headers: { tenant: 't' }, inMemory: true },
      { type: 'completed', seq: 2, status: 'completed', workflowId: events[0]?.workflowId },
    ]);
  });

  it('that it failed, and that it was undone before', async () => {
    const { events, execute, types } = observed(true);

    await execute(async (ctx) => {
      await ctx.step('a', () => 1, { compensate: () => undefined });
      await ctx.step(
        'b',
        () => {
          throw new TypeError('no');
        },
        { retry: false },
      );
    });

    expect(types()).toEqual(['started', 'step_completed', 'step_failed', 'compensating', 'step_compensated', 'failed']);
    expect(events.at(-1)?.detail).toMatchObject({ error: { name: 'StepFailedError' } });
  });

  it('that it was cancelled, with the reason', async () => {
    const { events, execute } = observed();

    await execute(() => 1, AbortSignal.abort('enough'));

    expect(events.at(-1)).toMatchObject({ type: 'cancelled', status: 'cancelled', detail: { reason: 'enough' } });
  });

  it('that it is undone because it was cancelled, with the reason', async () => {
    const { events, execute } = observed();
    const cancel = new AbortController();

    await execute(async (ctx) => {
      await ctx.step('a', () => 1, { compensate: () => undefined });
      cancel.abort('enough');
      await ctx.step('b', () => 2);
    }, cancel.signal);

    expect(events.slice(1)).toMatchObject([
      { type: 'compensating', detail: { reason: 'enough' } },
      { type: 'cancelled', detail: { reason: 'enough' } },
    ]);
  });

  it('that an undo failed, and what was not undone', async () => {
    const { events, execute, clock } = observed();

    const outcome = execute(async (ctx) => {
      await ctx.step('a', () => 1, {
        compensate: () => {
          throw new Error('stuck');
        },
        compensateRetry: false,
      });
      ctx.fail('no');
    });
    await clock.advance('1m');
    await outcome;

    expect(events.at(-1)).toMatchObject({ type: 'compensation_failed', detail: { uncompensated: ['a'] } });
  });

  it('of children, with their parent, and of generations under one id', async () => {
    const { events, execute } = observed();
    const child = define((ctx) => (ctx.generation === 1 ? ctx.continueAsNew(2) : 1), { name: 'child' });

    await execute((ctx) => ctx.executeChild(child, 1));

    const [parent] = events;
    const own = events.filter(({ workflowName }) => workflowName === 'child');
    expect(own.map(({ type, generation }) => [type, generation])).toEqual([
      ['started', 1],
      ['continued', 1],
      ['completed', 2],
    ]);
    expect(own.every(({ parentId }) => parentId === parent?.workflowId)).toBe(true);
    expect(new Set(own.map(({ workflowId }) => workflowId)).size).toBe(1);
  });
});
