import { Test, type TestingModule } from '@nestjs/testing';
import { GraphService, WorkflowModule } from 'nestjs-workflow';
import {
  HumanInputRequiredError,
  WorkflowBuilder,
  type GraphResult,
  type GraphValues,
  type NodeExecutionError,
  type NodeFunction,
  type WorkflowEngine,
} from 'nestjs-workflow/graph';
import { rejection } from '../utils/failures.js';

/** Asks once, by itself. */
const asking =
  (name: string, seen: string[]): NodeFunction =>
  ({ human_response: answer, [name]: before }) => {
    seen.push(name);
    if (before === undefined && typeof answer === 'string' && answer.endsWith(name)) return { [name]: answer };
    throw new HumanInputRequiredError(name);
  };

const question = new WorkflowBuilder('question')
  .addNode('deep', { humanPrompt: 'deep', outputKey: 'output' })
  .setEntry('deep')
  .setTerminal('deep')
  .build();

/** Nodes that ask in every way, beside one that works. */
function fan(parallelBranches: boolean, isParallel: boolean, seen: string[]): WorkflowEngine {
  const builder = new WorkflowBuilder('fan', { config: { parallelBranches } })
    .addNode('a', () => ({}))
    .addNode('one', asking('one', seen))
    .addNode('human', { humanPrompt: 'human', outputKey: 'human' })
    .addNode('work', () => {
      seen.push('work');
      return { work: true };
    })
    .addNode('within', { subworkflow: question, outputKey: 'within' })
    .addNode('two', asking('two', seen))
    .addNode('z', () => ({}));
  for (const node of ['one', 'human', 'work', 'within', 'two'])
    builder.addEdge('a', node, { isParallel }).addEdge(node, 'z');
  return builder.setEntry('a').setTerminal('z').build();
}

describe('Questions beside each other', () => {
  let module: TestingModule;
  let graphs: GraphService;

  beforeEach(async () => {
    module = await Test.createTestingModule({ imports: [WorkflowModule.stub()] }).compile();
    await module.init();
    graphs = module.get(GraphService);
  });
  afterEach(() => module.close());

  /** Answers each question that a pause names with its own name, and says which those were. */
  async function talk(
    first: Promise<GraphResult>,
    answer: (paused: GraphResult, text: string) => Promise<GraphResult>,
  ) {
    const asked: string[] = [];
    let result = await first;
    while (result.wait !== undefined && asked.length < 9) {
      asked.push(result.wait.prompt);
      result = await answer(result, `for ${result.wait.prompt}`);
    }
    return { asked, result };
  }

  describe.each([
    [true, false],
    [false, true],
    [false, false],
  ])('where branches are parallel: %s, and edges: %s', (parallelBranches, isParallel) => {
    const isBeside = parallelBranches || isParallel;

    it.each(['in memory', 'durably'])(
      'are asked in the order of the edges, and each has its own answer, %s',
      async (where) => {
        const seen: string[] = [];
        const graph = fan(parallelBranches, isParallel, seen);
        graphs.register(graph);
        const { asked, result } = await (where === 'in memory'
          ? talk(graph.execute('x'), ({ finalState }, text) =>
              graph.resume(JSON.parse(JSON.stringify(finalState)) as GraphValues, text),
            )
          : talk(graphs.execute(graph, 'x', { id: 'fan-1' }), (_, text) => graphs.resume('fan-1', text)));

        expect(asked).toEqual(['one', 'human', 'deep', 'two']);
        expect(result).toMatchObject({ status: 'completed', iterations: 7, terminatedAt: 'z' });
        expect(result.finalState).toMatchObject({
          ...{ one: 'for one', human: 'for human', work: true, within: 'for deep', two: 'for two' },
        });
        // Who waits is not called again before the answer, and what is made stays made.
        expect(seen).toEqual(isBeside ? ['one', 'work', 'two', 'one', 'two'] : ['one', 'one', 'work', 'two', 'two']);
      },
    );
  });

  describe.each([
    ['a node', (builder: WorkflowBuilder) => builder.addNode('ask', { humanPrompt: 'Sure?' })],
    ['a graph within', (builder: WorkflowBuilder) => builder.addNode('ask', { subworkflow: question })],
    ['a node of its own', (builder: WorkflowBuilder) => builder.addNode('ask', asking('ask', []))],
  ])('that %s asks', (_, addAsking) => {
    const beside = (work: NodeFunction, maxParallelBranches = 0): WorkflowEngine => {
      const builder = new WorkflowBuilder('beside', { config: { maxParallelBranches } });
      addAsking(builder.addNode('a', () => ({})));
      builder.addNode('work', work).addNode('z', () => ({ output: 'done' }));
      for (const node of ['ask', 'work']) builder.addEdge('a', node).addEdge(node, 'z');
      return builder.setEntry('a').setTerminal('z').build();
    };

    it.each(['in memory', 'durably'])('keep no failure beside them back, and are asked again, %s', async (where) => {
      const failure = new TypeError('no');
      let isBroken = true;
      const graph = beside(async () => {
        if (isBroken) throw failure;
        return { work: true };
      });
      graphs.register(graph);
      const execute = () => (where === 'in memory' ? graph.execute('x') : graphs.execute(graph, 'x', { id: 'b-1' }));
      const error = await rejection<NodeExecutionError>(execute());
      expect(error).toMatchObject({ name: 'NodeExecutionError', node: 'work', cause: { message: 'no' } });
      isBroken = false;

      const paused = await execute();
      const done = where === 'in memory' ? graph.resume(paused.finalState, 'for ask') : graphs.resume('b-1', 'for ask');

      expect(paused.status).toBe('suspended');
      expect(paused.wait?.prompt).toMatch(/Sure\?|deep|ask/);
      expect(await done).toMatchObject({ status: 'completed', output: 'done', finalState: { work: true } });
    });

    it.each(['in memory', 'durably'])('leave their place to those that wait for one, %s', async (where) => {
      const seen: string[] = [];
      const graph = beside(() => ({ work: seen.push('work') }), 1);
      graphs.register(graph);

      const paused = await (where === 'in memory' ? graph.execute('x') : graphs.execute(graph, 'x', { id: 'b-1' }));

      expect(paused.status).toBe('suspended');
      expect(seen).toEqual(['work']);
      if (where === 'durably') expect(await graphs.resume('b-1', 'for ask')).toMatchObject({ output: 'done' });
    });
  });

  it('of a graph within are named by their task, as all of a durable run', async () => {
    const graph = new WorkflowBuilder('around')
      .addNode('in', { subworkflow: question })
      .setEntry('in')
      .setTerminal('in')
      .build();
    graphs.register(graph);

    expect((await graphs.execute(graph, 'x', { id: 'around-1' })).wait).toEqual({
      ...{ node: 'in/deep', prompt: 'deep', checkpointId: 'in%231%2Fdeep%231@around-1' },
    });
    expect((await graph.execute('x')).wait).toEqual({ node: 'in/deep', prompt: 'deep', checkpointId: 'in' });
  });
});
