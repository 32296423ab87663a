import 'reflect-metadata';
import { IsBoolean } from 'class-validator';
import { z } from 'zod';
import { dtoSchema } from '../discovery/index.js';
import { failing, failure, rejection, tracer } from '../../test/utils/graphs.js';
import {
  HumanInputRequiredError,
  HumanNode,
  WorkflowBuilder,
  type GraphResult,
  type GraphValues,
  type HumanNodeOptions,
} from './index.js';

describe('A graph with a person', () => {
  const engine = (human = new HumanNode('ask', { prompt: 'Is {draft} fine?' })) => {
    const { seen, trace } = tracer();
    const graph = new WorkflowBuilder('g')
      .addNode('draft', trace('draft', { draft: 'Dear' }))
      .addNode('ask', human)
      .addNode('send', trace('send'))
      .addEdge('draft', 'ask')
      .addEdge('ask', 'send')
      .setEntry('draft')
      .setTerminal('send')
      .build();
    return { seen, graph };
  };

  it('pauses at the node that asks, with the prompt', async () => {
    const { graph, seen } = engine();
    const result = await graph.execute('x');

    expect(result).toMatchObject({
      status: 'suspended',
      succeeded: false,
      wait: { node: 'ask', prompt: 'Is Dear fine?', checkpointId: 'ask' },
    });
    expect(() => result.unwrap()).toThrow(HumanInputRequiredError);
    expect(seen).toEqual(['draft']);
  });

  it.each<[string, object]>([
    ['"deadline of task "ask""', { deadline: 'x' }],
    ['"assignees of task "ask""', { assignees: 'ann' }],
    ['"foo of task "ask""', { foo: 1 }],
    ['"approval.policy of task "ask""', { approval: { policy: 'most' } }],
    ['task "ask" is to be approved by all', { approval: { policy: 'all' } }],
    ['"escalation.after of task "ask""', { escalation: { after: '3d', to: ['boss'] }, deadline: '1d' }],
    ['"schema of task "ask""', { schema: 5 }],
    ['"options of task "ask""', null as never],
  ])('is not built where the question would fail: %s', (message, task) => {
    expect(() => new HumanNode('ask', { task })).toThrow(message);
    expect(() => new WorkflowBuilder('g').addNode('ask', { humanPrompt: '?', task })).toThrow(message);
  });

  it.each(['yes', ''])('goes on at that node with the state it had, when the answer is "%s"', async (answer) => {
    const { graph, seen } = engine();
    const paused = await graph.execute('x');
    const { finalState, terminatedAt } = await graph.resume(paused.finalState, answer);

    expect(seen).toEqual(['draft', 'send']);
    expect([terminatedAt, finalState['human_response'], finalState['draft'], finalState.iteration]).toEqual([
      'send',
      answer,
      'Dear',
      3,
    ]);
    expect(finalState.history.map(([name]) => name)).toEqual(['draft', 'ask', 'send']);
  });

  it('counts the visits that were made, and remembers over the pause which of them failed', async () => {
    const asking = new WorkflowBuilder('asking')
      .addNode('agent', { agent: failing })
      .addNode('ask', { humanPrompt: 'Well?' })
      .addNode('work', () => ({ work: true }))
      .addEdge('agent', 'ask')
      .addEdge('agent', 'work')
      .setEntry('agent')
      .setTerminal('ask');
    const graph = asking.build();
    const outer = new WorkflowBuilder('outer')
      .addNode('in', { subworkflow: graph })
      .setEntry('in')
      .setTerminal('in')
      .build();
    const paused = await graph.execute('x');
    const result = await graph.resume(JSON.parse(JSON.stringify(paused.finalState)) as GraphValues, 'yes');
    const within = await outer.resume((await outer.execute('x')).finalState, 'yes');
    const namesOf = ({ nodeResults }: GraphResult) => nodeResults.map(({ nodeName }) => nodeName);

    expect([paused.iterations, namesOf(paused)]).toEqual([2, ['agent', 'work']]);
    expect([result.iterations, namesOf(result)]).toEqual([3, ['agent', 'ask', 'work']]);
    expect(result.nodeResults[0]).toEqual(paused.nodeResults[0]);
    expect(result.nodeResults[0]?.error).toBe(failure.message);
    expect([result.status, result.succeeded]).toEqual(['completed', false]);
    expect(within.nodeResults).toMatchObject([{ nodeName: 'in', error: failure.message }]);
  });

  it('still waits when the answer is null', async () => {
    const { graph } = engine();
    const paused = await graph.execute('x');

    expect(await graph.resume(paused.finalState, null)).toMatchObject({ status: 'suspended' });
  });

  it('goes on from a state that was stored as JSON', async () => {
    const { graph } = engine();
    const stored = JSON.parse(JSON.stringify((await graph.execute('x')).finalState)) as GraphValues;

    expect(await graph.resume(stored, 'ok')).toMatchObject({ terminatedAt: 'send' });
  });

  it('does not ask for what the state brings along', async () => {
    const { graph } = engine();

    expect(await graph.execute('x', { state: { human_response: 'given' } })).toMatchObject({ terminatedAt: 'send' });
    expect(new HumanNode('ask').execute({ human_response: 'a' })).toEqual({ human_response: 'a' });
    expect(() => new HumanNode('ask', { prompt: 'Well?' }).execute({})).toThrow(
      expect.objectContaining({ prompt: 'Well?', node: 'ask', checkpointId: 'ask' }) as Error,
    );
  });

  it('asks again on every visit', async () => {
    const graph = new WorkflowBuilder('g')
      .addNode('ask', new HumanNode('ask'))
      .addEdge('ask', 'ask')
      .setEntry('ask')
      .setTerminal('ask', { condition: (s) => s['human_response'] === 'done' })
      .build();
    const first = await graph.execute('');
    const second = await graph.resume(first.finalState, 'more');
    const third = await graph.resume(second.finalState, 'done');

    expect([first.status, second.status, third.status]).toEqual(['suspended', 'suspended', 'completed']);
    expect(third.finalState.history).toEqual([
      ['ask', { human_response: 'more' }],
      ['ask', { human_response: 'done' }],
    ]);
  });

  it('does what stands beside the question once, also over several questions', async () => {
    const { seen, trace } = tracer();
    const graph = new WorkflowBuilder('g')
      .addNode('a', trace('a'))
      .addNode('ask', new HumanNode('ask', { outputKey: 'one' }))
      .addNode('work', trace('work'))
      .addNode('also', new HumanNode('also', { outputKey: 'two' }))
      .addNode('end', trace('end'))
      .addEdge('a', 'ask')
      .addEdge('a', 'work')
      .addEdge('a', 'also')
      .addEdge('ask', 'end')
      .addEdge('work', 'end')
      .addEdge('also', 'end')
      .setEntry('a')
      .setTerminal('end')
      .build();
    const first = await graph.execute('');
    const second = await graph.resume(first.finalState, 1);
    const { finalState } = await graph.resume(second.finalState, 2);

    expect([first.wait?.node, second.wait?.node]).toEqual(['ask', 'also']);
    expect(seen).toEqual(['a', 'work', 'end']);
    expect(finalState).toMatchObject({ one: 1, two: 2, work: true });
  });

  it('pauses inside a sub-workflow and goes on in it', async () => {
    const { graph: inner, seen } = engine(new HumanNode('ask', { prompt: 'Inner?', outputKey: 'answer' }));
    const outer = new WorkflowBuilder('outer')
      .addNode('sub', { subworkflow: inner })
      .addNode('end', () => ({}))
      .addEdge('sub', 'end')
      .setEntry('sub')
      .setTerminal('end')
      .build();
    const paused = await outer.execute('x');
    const { terminatedAt } = await outer.resume(paused.finalState, 'yes');

    expect(paused.wait).toEqual({ node: 'sub/ask', prompt: 'Inner?', checkpointId: 'sub' });
    expect([terminatedAt, seen]).toEqual(['end', ['draft', 'send']]);
  });

  it('refuses an answer that does not pass the check of the node', async () => {
    class Verdict {
      @IsBoolean()
      ok!: boolean;
    }
    const { graph } = engine(new HumanNode('ask', { task: { schema: dtoSchema(Verdict) } }));
    const { finalState } = await graph.execute('x');

    await expect(graph.resume(finalState, { ok: 1 })).rejects.toMatchObject({
      code: 'WORKFLOW_INPUT',
      issues: [{ path: 'ok' }],
    });
    expect(await graph.resume(finalState, { ok: true })).toMatchObject({ terminatedAt: 'send' });
  });
});

describe('A node that asks, with an outputKey of its own', () => {
  const asking = (options: HumanNodeOptions) =>
    new WorkflowBuilder('g').addNode('ask', new HumanNode('ask', options)).setEntry('ask').setTerminal('ask').build();

  it('asks also where the state has a value under that key, and finds a given answer under human_response', async () => {
    const graph = asking({ outputKey: 'approved' });
    const paused = await graph.execute('x', { state: { approved: true } });
    const { finalState } = await graph.resume(paused.finalState, 'no');
    const given = await graph.execute('x', { state: { human_response: 'given' } });

    expect(paused.status).toBe('suspended');
    expect(finalState).toMatchObject({ approved: 'no' });
    expect(finalState).not.toHaveProperty('human_response');
    expect(given.finalState['approved']).toBe('given');
    expect(new HumanNode('ask', { outputKey: 'o' }).execute({ human_response: 'x' })).toEqual({ o: 'x' });
  });

  it('checks an answer that the state brings along', async () => {
    const graph = asking({
      outputKey: 'verdict',
      task: { schema: z.enum(['yes', 'no']).transform((text) => text.length) },
    });
    const refused = await rejection(graph.execute('x', { state: { human_response: 'perhaps' } }));
    const taken = await graph.execute('x', { state: { human_response: 'yes' } });

    expect(refused).toMatchObject({ name: 'NodeExecutionError', node: 'ask', cause: { code: 'WORKFLOW_INPUT' } });
    expect(taken.finalState['verdict']).toBe(3);
  });

  it('takes an answer for one question, and waits for the next with nothing', async () => {
    const graph = new WorkflowBuilder('g')
      .addNode('one', { humanPrompt: 'One?' })
      .addNode('two', { humanPrompt: 'Two?' })
      .addEdge('one', 'two')
      .setEntry('one')
      .setTerminal('two')
      .build();
    const first = await graph.execute('x');
    const second = await graph.resume(first.finalState, 'yes');
    const again = await graph.resume(second.finalState, null);
    const done = await graph.resume(again.finalState, 'no');

    expect([second.wait?.node, again.wait?.node, done.status]).toEqual(['two', 'two', 'completed']);
    expect(done.finalState.history.map(([, update]) => update['human_response'])).toEqual(['yes', 'no']);
  });
});
