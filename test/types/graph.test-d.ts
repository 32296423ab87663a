import { z } from 'zod';
import type { WorkflowContext } from '../../lib/core/definition/index.js';
import { WorkflowBuilder, type GraphResult, type GraphService, type WorkflowEngine } from '../../lib/graph/index.js';
import type { ApprovalResult } from '../../lib/tasks/index.js';
import { type Equal, expectType } from './expect-type.js';

interface Letter {
  input: string;
  text: string;
  pages: number;
}

const builder = new WorkflowBuilder<Letter>('letters');

builder.addNode('a', ({ input }) => ({ text: input }));
builder.addNode('b', async ({ pages }) => ({ pages: pages + 1 }));
builder.addEdge('a', 'b', { condition: ({ pages }) => pages > 1 });
builder.setReducer('pages', (current, added) => (current ?? 0) + added);
// @ts-expect-error -- the state has no such value
builder.addNode('c', () => ({ txt: 'x' }));
// @ts-expect-error -- the value is a text
builder.addNode('d', () => ({ text: 7 }));
// @ts-expect-error -- a node reads the state, and adds to it by what it answers
builder.addNode('e', (state) => ((state.text = 'x'), {}));
// @ts-expect-error -- the state has no such value
builder.setReducer('page', (current: number) => current);

export async function results(engine: WorkflowEngine<Letter>, service: GraphService): Promise<void> {
  const result = await engine.execute('x');
  expectType<Equal<typeof result, GraphResult<Letter>>>();
  const text: string = result.finalState.text;
  service.register(engine);
  for await (const _state of engine.stream(text, { mode: 'values' }))
    expectType<Equal<typeof _state, Record<string, unknown>>>();
}

export async function tasks(ctx: WorkflowContext): Promise<void> {
  const _answer = await ctx.task('a', { prompt: '?', schema: z.object({ ok: z.boolean() }) });
  expectType<Equal<typeof _answer, { ok: boolean }>>();
  const _late = await ctx.task('b', { prompt: '?', schema: z.number(), deadline: '1d' });
  expectType<Equal<typeof _late, number | null>>();
  const _approval = await ctx.task('c', { prompt: '?', approval: { policy: 'any' } });
  expectType<Equal<typeof _approval, ApprovalResult>>();
}
