import type { WorkflowContext, WorkflowDefinition } from '../../lib/core/definition/index.js';
import type { FlushResult, FlushUnit } from '../../lib/core/store/index.js';
import { systemClock } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import { bareEngine } from '../utils/bare-engine.js';

/** A memory store that tells when it writes. */
class TellingStore extends MemoryStore {
  constructor(private readonly order: string[]) {
    super({ clock: systemClock });
  }

  override flush(units: readonly FlushUnit[], resend?: boolean): Promise<FlushResult[]> {
    for (const { entries, transition } of units) {
      this.order.push(
        ['writes', ...entries.map(({ name }) => name), ...(transition ? [transition.kind] : [])].join(' '),
      );
    }
    return super.flush(units, resend);
  }
}

/** What happens, in order, while a workflow runs to its end. */
async function orderOf(run: (ctx: WorkflowContext, order: string[]) => Promise<unknown>): Promise<string[]> {
  const order: string[] = [];
  const store = new TellingStore(order);
  const definition: WorkflowDefinition = {
    ...{ name: 'turns', version: 1, model: 'workflow' },
    run: (ctx) => run(ctx, order),
  };
  const engine = bareEngine({ store, clock: systemClock, definitions: [definition] });
  await engine.worker.start();
  await engine.start('turns', 'i');
  await engine.worker.pollOnce();
  await engine.worker.drain();
  await engine.worker.stop();

  expect((await engine.find('i')).status).toBe('completed');

  return order;
}

describe('Code that was handed a result', () => {
  it('has the past of what it asks for written before the next macrotask', async () => {
    const order = await orderOf(async (ctx, seen) => {
      await ctx.step('a', () => null);
      systemClock.macrotask(() => seen.push('macrotask'));
      await ctx.step('b', () => null);
    });

    expect(order.indexOf('writes a')).toBeGreaterThan(-1);
    expect(order.indexOf('writes a')).toBeLessThan(order.indexOf('macrotask'));
  });

  it('has its end written before the next macrotask', async () => {
    const order = await orderOf(async (ctx, seen) => {
      await ctx.step('a', () => null);
      systemClock.macrotask(() => seen.push('macrotask'));
    });

    expect(order).toEqual(['writes a end', 'macrotask']);
  });
});

describe('A call that code which returns leaves behind', () => {
  const forget = (ctx: WorkflowContext, order: string[]): void => {
    void ctx.step('forgotten', () => order.push('body'));
  };

  it('never begins, made at the beginning', async () => {
    const order = await orderOf(async (ctx, seen) => {
      forget(ctx, seen);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    });

    expect(order).toEqual(['writes end']);
  });

  it('never begins, made after a result', async () => {
    const order = await orderOf(async (ctx, seen) => {
      await ctx.step('a', () => null);
      forget(ctx, seen);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    });

    expect(order).toEqual(['writes a end']);
  });
});
