import { jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  GraphService,
  TaskService,
  WORKFLOW_STORE,
  WorkflowClient,
  WorkflowModule,
  type WorkflowStore,
} from 'nestjs-workflow';
import {
  GraphConfig,
  GraphWorkflow,
  HumanNode,
  Node,
  NodeExecutionError,
  WorkflowBuilder,
  type GraphValues,
  type WorkflowEngine,
} from 'nestjs-workflow/graph';
import { z } from 'zod';
import { rejection } from '../utils/graphs.js';

const failure = new TypeError('no');

/** Writes, asks and sends, again until the answer is yes. */
function letters(seen: string[] = []): WorkflowEngine {
  return new WorkflowBuilder('letters')
    .addNode('draft', ({ input, drafts }) => {
      seen.push('draft');
      const count = ((drafts as number | undefined) ?? 0) + 1;
      return { drafts: count, text: `${String(input)} ${count}` };
    })
    .addNode('review', { humanPrompt: 'Send "{text}"?', task: { schema: z.enum(['yes', 'no']), assignees: ['ann'] } })
    .addNode('send', ({ text }) => {
      seen.push('send');
      return { output: `sent ${String(text)}` };
    })
    .addEdge('draft', 'review')
    .addEdge('review', 'send', { condition: ({ human_response }) => human_response === 'yes', label: 'yes' })
    .addEdge('review', 'draft', { condition: ({ human_response }) => human_response === 'no', label: 'no' })
    .setEntry('draft')
    .setTerminal('send')
    .build();
}

@Injectable()
class Mail {
  readonly sent: string[] = [];
}

@GraphWorkflow('support', {
  version: 2,
  edges: (graph) =>
    graph
      .addNode('ask', { humanPrompt: 'Fine?' })
      .addEdge('ask', 'send', { condition: (state) => state['human_response'] === true }),
})
class SupportGraph {
  constructor(private readonly mail: Mail) {}

  @Node({ to: 'ask', timeout: '5s' })
  write({ input }: GraphValues) {
    return { text: `Dear ${String(input)}` };
  }

  @Node({ name: 'send' })
  async deliver({ text }: GraphValues) {
    this.mail.sent.push(String(text));
    return { output: 'sent' };
  }
}

async function application(...graphs: WorkflowEngine[]) {
  const module = await Test.createTestingModule({
    imports: [WorkflowModule.stub({ graph: { maxIterations: 7 } }), WorkflowModule.forFeature(graphs)],
    providers: [Mail, SupportGraph],
  }).compile();
  module.enableShutdownHooks();
  await module.init();
  const [graph, tasks, client, mail] = [
    module.get(GraphService),
    module.get(TaskService),
    module.get(WorkflowClient),
    module.get(Mail),
  ];
  return { module, graph, tasks, client, mail };
}

describe('A durable graph', () => {
  let app: Awaited<ReturnType<typeof application>>;
  const seen: string[] = [];
  let failures = 0;

  beforeAll(async () => {
    const flaky = new WorkflowBuilder('flaky')
      .addNode('a', () => ({ a: seen.push('a') }))
      .addNode('b', () => {
        seen.push('b');
        if (failures-- > 0) throw failure;
        return { output: 'done' };
      })
      .addEdge('a', 'b')
      .setEntry('a')
      .setTerminal('b')
      .build();
    const branches = new WorkflowBuilder('branches')
      .addNode('a', () => ({}))
      .addNode('ask', { humanPrompt: 'One?', outputKey: 'one' })
      .addNode('work', () => ({ work: seen.push('work') }))
      .addNode('inner', { subworkflow: letters(seen) })
      .addNode('end', () => ({}))
      .addEdge('a', 'ask')
      .addEdge('a', 'work')
      .addEdge('a', 'inner')
      .addEdge('ask', 'end')
      .addEdge('work', 'end')
      .addEdge('inner', 'end')
      .setEntry('a')
      .setTerminal('end')
      .build();
    const invalid = new WorkflowBuilder('invalid')
      .addNode('a', (() => 7) as never)
      .setEntry('a')
      .setTerminal('a')
      .build();
    app = await application(letters(seen), flaky, branches, invalid);
  });
  beforeEach(() => {
    seen.length = 0;
  });
  afterAll(() => app.module.close());

  it('pauses at the node that asks, and goes on there when a person has answered', async () => {
    const { graph, tasks } = app;
    const paused = await graph.execute('letters', 'Hello', { id: 'l-1' });
    const [task] = (await tasks.list({ workflowId: 'l-1' })).items;
    await expect(tasks.answer(task?.id as string, 'perhaps', { by: 'ann' })).rejects.toThrow(/review#1/);
    await expect(graph.resume('l-1', 'perhaps')).rejects.toThrow(/review#1/);
    const again = await graph.resume('l-1', 'no', { by: 'ann' });
    const done = await graph.resume('l-1', 'yes');

    expect(paused).toMatchObject({
      status: 'suspended',
      workflowId: 'l-1',
      wait: { node: 'review', prompt: 'Send "Hello 1"?', checkpointId: task?.id },
      iterations: 1,
    });
    expect(task).toMatchObject({ prompt: 'Send "Hello 1"?', assignees: ['ann'] });
    expect(again.wait?.prompt).toBe('Send "Hello 2"?');
    expect(done).toMatchObject({ status: 'completed', output: 'sent Hello 2', terminatedAt: 'send', succeeded: true });
    expect(seen).toEqual(['draft', 'draft', 'send']);
    await expect(graph.resume('l-1', 'yes')).rejects.toThrow(/waits for nobody/);
    expect(await graph.execute('letters', 'Hello', { id: 'l-1' })).toMatchObject({ output: 'sent Hello 2' });
  });

  it('records each visit under its node and number', async () => {
    await app.graph.execute('letters', 'Hi', { id: 'l-2' });
    await app.graph.resume('l-2', 'no');
    await app.graph.resume('l-2', 'yes');
    const names = (await app.client.getJournal('l-2')).map(({ name }) => name);

    expect(names.filter((name) => /^\w+#\d$/.test(name))).toEqual(['draft#1', 'draft#2', 'send#1']);
    expect((await app.client.getHandle('l-2')).workflow).toBe('letters');
  });

  it('shows the state after every visit, and goes on from any of them with another', async () => {
    const { graph } = app;
    await graph.execute('letters', 'Hi', { id: 'l-3' });
    await graph.resume('l-3', 'no');
    await graph.resume('l-3', 'yes');
    const visits = await graph.history('l-3');
    seen.length = 0;
    const fork = await graph.fork('l-3', { before: 'send#1', state: { text: 'changed' }, id: 'l-4' });
    const output = await fork.result();

    expect(visits.map(({ visit, state }) => [visit, state['drafts'], state['human_response']])).toEqual([
      ['draft#1', 1, undefined],
      ['review#1', 1, 'no'],
      ['draft#2', 2, 'no'],
      ['review#2', 2, 'yes'],
      ['send#1', 2, 'yes'],
    ]);
    expect(output).toMatchObject({ output: 'sent changed', terminatedAt: 'send' });
    expect(seen).toEqual(['send']);
    await expect(graph.fork('l-3', { before: 'send#9' })).rejects.toThrow(/never made the visit "send#9"/);
  });

  it.each(['send#1', 'nope#1', 'draft', ''])(
    'is not gone on from the visit "%s", which it never made, while it waits, or once it has failed',
    async (before) => {
      const { graph } = app;
      await graph.execute('letters', 'Hi', { id: 'l-8' });
      failures = 1;
      await graph.execute('flaky', 'x', { id: 'f-8' }).catch(() => undefined);
      const never = { name: 'GraphExecutionError', message: expect.stringMatching(/never made the visit/) as string };

      await expect(graph.fork('l-8', { before })).rejects.toMatchObject(never);
      await expect(graph.fork('f-8', { before })).rejects.toMatchObject(never);
      await expect(graph.fork('f-8', { before: 'b#1' })).resolves.toMatchObject({ workflow: 'flaky' });
    },
  );

  it('goes on from a late visit of a loop that rewrites much, because the rounds before it are not carried along', async () => {
    const { graph } = app;
    const loop = new WorkflowBuilder('loop', { config: { maxIterations: 100 } })
      .addNode('work', ({ count, label = 'x' }) => ({
        count: ((count as number | undefined) ?? 0) + 1,
        text: String(label).repeat(20_000),
      }))
      .addEdge('work', 'work')
      .setEntry('work')
      .setTerminal('work', ({ count }) => count === 60)
      .build();
    graph.register(loop);
    await graph.execute(loop, 'Hi', { id: 'loop-1' });
    const fork = await graph.fork('loop-1', { before: 'work#60', state: { label: 'y' }, id: 'loop-2' });
    await fork.result();
    const forked = await graph.result('loop-2');
    const { input } = (await app.module.get<WorkflowStore>(WORKFLOW_STORE).find('loop-2')) as { input: string };

    expect(forked.finalState).toMatchObject({ count: 60, text: 'y'.repeat(20_000) });
    expect(forked.finalState.history.map(([node]) => node)).toEqual(Array(60).fill('work'));
    expect(input.length).toBeLessThan(30_000);
  });

  it('is asked for once when it runs here: with the journal that its result is read from', async () => {
    const store = app.module.get<WorkflowStore>(WORKFLOW_STORE);
    const [find, readJournal] = [jest.spyOn(store, 'find'), jest.spyOn(store, 'readJournal')];
    try {
      const result = await app.graph.execute('flaky', 'x', { id: 'f-0' });

      expect(result).toMatchObject({ status: 'completed', output: 'done', iterations: 2 });
      expect([find.mock.calls, readJournal.mock.calls]).toEqual([[['f-0']], [['f-0', 1]]]);
    } finally {
      find.mockRestore();
      readJournal.mockRestore();
    }
  });

  it('is watched over its pauses, from the beginning, until it has ended', async () => {
    const { graph } = app;
    await graph.execute('letters', 'Hi', { id: 'w-1' });
    const updates: unknown[] = [];
    const events: string[] = [];
    const watching = (async () => {
      for await (const update of graph.watch('w-1')) updates.push(Object.keys(update)[0]);
    })();
    for await (const event of graph.watch('w-1', { mode: 'events' })) {
      events.push(event.type);
      if (event.type === 'paused') await graph.resume('w-1', 'yes');
    }
    await watching;

    expect(updates).toEqual(['draft', 'review', 'send']);
    expect(events).toEqual(['visit_ended', 'paused', 'visit_ended', 'visit_ended', 'ended']);
  });

  it('is running until it has come to something', async () => {
    const { graph, client } = app;
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = new WorkflowBuilder('slow')
      .addNode('a', async () => {
        await held;
        return { output: 'done' };
      })
      .setEntry('a')
      .setTerminal('a')
      .build();
    graph.register(slow);
    const handle = await graph.start(slow, 'x', { id: 'slow-1' });
    const under = await graph.result('slow-1');
    release();
    await handle.result();
    await graph.execute('letters', 'Hi', { id: 'l-6' });
    await client.terminate('l-6', 'enough');

    expect(under).toMatchObject({ status: 'running', wait: undefined, succeeded: false });
    expect(await graph.result('slow-1')).toMatchObject({ status: 'completed' });
    expect(await graph.result('l-6')).toMatchObject({ status: 'cancelled', wait: undefined, iterations: 1 });
  });

  it('checks an answer that its state brings along, once, and asks where it has none', async () => {
    const { graph, client } = app;
    const checked = new WorkflowBuilder('checked')
      .addNode('ask', { humanPrompt: 'Sure?', task: { schema: z.string().transform((text) => `${text}!`) } })
      .addNode('end', new HumanNode('end', { outputKey: 'done' }))
      .addEdge('ask', 'end')
      .setEntry('ask')
      .setTerminal('end')
      .build();
    graph.register(checked);
    const given = await graph.execute(checked, 'x', { id: 'c-1', state: { human_response: 'yes', done: 'given' } });
    const names = (await client.getJournal('c-1')).map(({ name }) => name);
    const refused = await rejection(graph.execute(checked, 'x', { id: 'c-2', state: { human_response: 7 } }));
    const fork = await graph.fork('c-1', { before: 'ask#1', state: { human_response: 'no' } });
    for await (const { type } of graph.watch(fork.id, { mode: 'events' })) if (type === 'paused') break;
    const forked = await graph.result(fork.id);

    expect(given).toMatchObject({ status: 'suspended', wait: { node: 'end' }, nodeResults: [{ nodeName: 'ask' }] });
    expect(given.finalState).toMatchObject({ human_response: 'yes!', done: 'given' });
    expect(names).toContain('$hook:ask#1');
    expect(refused).toMatchObject({ node: 'ask', cause: { code: 'WORKFLOW_INPUT' } });
    expect(forked.finalState['human_response']).toBe('no!');
  });

  it('waits on where it is answered with nothing', async () => {
    const { graph } = app;
    await graph.execute('letters', 'Hi', { id: 'l-7' });

    expect(await graph.resume('l-7', null)).toMatchObject({ status: 'suspended', wait: { node: 'review' } });
    expect(await graph.resume('l-7', 'yes')).toMatchObject({ status: 'completed' });
  });

  it('has the output of a registered workflow, which is run as its child', async () => {
    const { graph } = app;
    const outer = new WorkflowBuilder('outer')
      .addNode('inner', { subworkflow: 'flaky', outputKey: 'inner' })
      .setEntry('inner')
      .setTerminal('inner')
      .build();
    graph.register(outer);
    const { finalState } = await graph.execute(outer, 'x', { id: 'o-1' });

    expect(finalState).toMatchObject({ inner: 'done', output: 'done' });
    expect((await graph.history('o-1')).map(({ update }) => update)).toEqual([{ inner: 'done' }]);
  });

  it.each<[string, (graph: GraphService, state: never) => unknown]>([
    ['execute', (graph, state) => graph.execute('letters', 'x', { state })],
    ['start', (graph, state) => graph.execute('letters', 'x', { id: 'values-1', state })],
    ['start', (graph, state) => graph.start('letters', 'x', { id: 'values-1', state })],
    ['stream', (graph, state) => graph.stream('letters', 'x', { state })],
    ['fork', (graph, state) => graph.fork('l-7', { before: 'send#1', state })],
  ])('takes for the state of %s nothing but values by key', async (method, call) => {
    for (const state of [5, 'abc', [7]])
      await expect((async () => call(app.graph, state as never))()).rejects.toMatchObject({
        name: 'WorkflowOptionsError',
        message: expect.stringContaining(`"state of ${method}"`) as string,
      });
  });

  it.each<[string, (graph: GraphService) => unknown]>([
    ['who', (graph) => graph.resume('l-7', 'yes', { who: 'ann' } as never)],
    ['befor', (graph) => graph.fork('l-7', { befor: 'send#1' } as never)],
    ['id', (graph) => graph.stream('letters', 'x', { id: 'x' } as never)],
    ['form', (graph) => graph.watch('l-7', { form: 'values' } as never)],
    ['mode', (graph) => graph.watch('l-7', { mode: 'all' } as never)],
    ['modus', (graph) => graph.get('letters').stream('x', { modus: 'values' } as never)],
  ])('takes no option called %s', async (option, call) => {
    await expect((async () => call(app.graph))()).rejects.toMatchObject({
      name: 'WorkflowOptionsError',
      message: expect.stringContaining(`"${option} of `) as string,
    });
  });

  it('is drawn with every edge that its branches followed, and no other', async () => {
    const fan = new WorkflowBuilder('fan')
      .addNode('a', () => ({}))
      .addNode('b', () => ({}))
      .addNode('c', () => ({}))
      .addNode('d', () => ({}))
      .addEdge('a', 'b')
      .addEdge('a', 'c')
      .addEdge('a', 'd', { condition: () => false })
      .addEdge('b', 'd')
      .addEdge('c', 'd')
      .setEntry('a')
      .setTerminal('d')
      .build();
    app.graph.register(fan);
    await app.graph.execute(fan, '', { id: 'fan-1' });
    const drawn = await app.graph.diagram(fan, { workflowId: 'fan-1' });

    expect([...drawn.matchAll(/linkStyle (\d)/g)].map(([, edge]) => edge)).toEqual(['0', '1', '3', '4']);
  });

  it('is gone on from inside a fan-out, with the visits of its siblings, and from there again', async () => {
    const { graph } = app;
    const fan = new WorkflowBuilder('inside')
      .addNode('a', () => ({}))
      .addNode('b', ({ k }) => ({ b: k }))
      .addNode('c', ({ k }) => ({ c: k }))
      .addNode('z', ({ b, c }) => ({ output: [b, c] }))
      .addEdge('a', 'b')
      .addEdge('a', 'c')
      .addEdge('b', 'z')
      .addEdge('c', 'z')
      .setEntry('a')
      .setTerminal('z')
      .build();
    graph.register(fan);
    await graph.execute(fan, '', { id: 'in-1', state: { k: 1 } });
    const first = await graph.fork('in-1', { before: 'c#1', state: { k: 2 } });
    const output = await first.result();
    const again = await graph.fork(first.id, { before: 'b#1', state: { k: 3 } });
    const outputAgain = await again.result();
    const [visits, visitsAgain] = [await graph.history(first.id), await graph.history(again.id)];
    const drawn = await graph.diagram(fan, { workflowId: first.id });

    expect(output).toMatchObject({ output: [1, 2], iterations: 4 });
    expect(visits.map(({ visit }) => visit)).toEqual(['b#1', 'c#1', 'z#1']);
    expect(outputAgain).toMatchObject({ output: [3, 2], iterations: 4 });
    expect(visitsAgain.map(({ visit }) => visit)).toEqual(['b#1', 'c#1', 'z#1']);
    expect([...drawn.matchAll(/linkStyle (\d)/g)].map(([, edge]) => edge)).toEqual(['2', '3']);
    expect(drawn).not.toMatch(/style n0/);
    expect(drawn).toMatch(/style n1/);
  });

  it('is gone on from the visit of a sub-workflow', async () => {
    const { graph } = app;
    const inner = new WorkflowBuilder('within')
      .addNode('one', ({ input }) => ({ output: input }))
      .setEntry('one')
      .setTerminal('one')
      .build();
    const outer = new WorkflowBuilder('around')
      .addNode('in', { subworkflow: inner })
      .setEntry('in')
      .setTerminal('in')
      .build();
    graph.register(outer);
    await graph.execute(outer, 'x', { id: 'around-1' });
    const fork = await graph.fork('around-1', { before: 'in#1', state: { input: 'y' } });

    expect(await fork.result()).toMatchObject({ output: 'y' });
  });

  it('is drawn with the path of a run', async () => {
    await app.graph.execute('letters', 'Hi', { id: 'l-5' });
    await app.graph.resume('l-5', 'yes');
    const [plain, drawn] = [
      await app.graph.diagram('letters'),
      await app.graph.diagram('letters', { workflowId: 'l-5' }),
    ];

    expect(plain).toContain('n1 -->|"no"| n0');
    expect(drawn).toContain('linkStyle 0 stroke-width:4px\n  linkStyle 1 stroke-width:4px');
    expect(drawn).not.toContain('linkStyle 2');
    expect(await app.graph.diagram('letters', { format: 'dot', workflowId: 'l-5' })).toContain(
      '"draft" -> "review" [penwidth=3];',
    );
  });

  it('rejects with the node that failed and what was done, and goes on there when it is executed again', async () => {
    failures = 1;
    const error = await app.graph
      .execute('flaky', 'x', { id: 'f-1' })
      .catch((thrown: unknown) => thrown as NodeExecutionError);
    const done = await app.graph.execute('flaky', 'x', { id: 'f-1' });

    expect(error).toBeInstanceOf(NodeExecutionError);
    expect(error).toMatchObject({ node: 'b', message: 'The node "b" failed: no', cause: { message: 'no' } });
    expect((error as NodeExecutionError).result).toMatchObject({
      status: 'failed',
      nodeResults: [
        { nodeName: 'a', error: null },
        { nodeName: 'b', error: 'no' },
      ],
    });
    expect(done.output).toBe('done');
    expect(seen).toEqual(['a', 'b', 'b']);
  });

  it('names a node that answers no object', async () => {
    await expect(app.graph.execute('invalid', 'x', { id: 'i-1' })).rejects.toMatchObject({
      name: 'NodeExecutionError',
      node: 'a',
      message: expect.stringContaining('answered 7') as string,
    });
  });

  it('does what stands beside a question once, also inside a graph within', async () => {
    const { graph, tasks } = app;
    await graph.execute('branches', 'Hi', { id: 'b-1' });
    const names = (await tasks.list({ workflowId: 'b-1' })).items.map(({ name }) => name);
    await tasks.answer('inner%231%2Freview%231@b-1', 'yes');
    const done = await graph.resume('b-1', 'first');

    expect(names).toEqual(['ask#1', 'inner#1/review#1']);
    expect(done).toMatchObject({
      status: 'completed',
      finalState: { one: 'first', work: expect.any(Number) as number },
    });
    expect(seen).toEqual(['work', 'draft', 'send']);
  });

  it('runs in memory without an id', async () => {
    const result = await app.graph.execute(letters(seen), 'Hi');

    expect(result).toMatchObject({ status: 'suspended', workflowId: undefined });
  });

  it('is made of a class with what it injects', async () => {
    const { graph, mail } = app;
    const paused = await graph.execute(SupportGraph, 'Ada', { id: 's-1' });
    const done = await graph.resume('s-1', true);

    expect(paused.wait?.prompt).toBe('Fine?');
    expect(done).toMatchObject({ output: 'sent', terminatedAt: 'send' });
    expect(mail.sent).toEqual(['Dear Ada']);
    expect(graph.get(SupportGraph).version).toBe(2);
    expect(() => graph.get('unknown')).toThrow(/unknown/);
  });

  it('finds its configuration where it is injected', () => {
    expect(app.module.get(GraphConfig).maxIterations).toBe(7);
  });
});
