import { Test } from '@nestjs/testing';
import { GraphService, TaskService, WorkflowClient, WorkflowModule } from 'nestjs-workflow';
import {
  AbstractWorkflowNode,
  HumanInputRequiredError,
  WorkflowBuilder,
  type GraphResult,
  type GraphValues,
} from 'nestjs-workflow/graph';

/** Asks for a name, and then for another one until it is a short one. */
class NameNode extends AbstractWorkflowNode {
  readonly seen: unknown[] = [];

  override async execute({ human_response: name }: Readonly<GraphValues>) {
    this.seen.push(name);
    await Promise.resolve();
    if (typeof name !== 'string') throw new HumanInputRequiredError('Your name?', { node: this.name });
    if (name.length > 3) throw new HumanInputRequiredError(`Shorter than ${name}?`);
    return { name };
  }
}

const undone: GraphValues[] = [];

function greeting() {
  const node = new NameNode('name', undefined, { compensate: (update) => undone.push(update) });
  const graph = new WorkflowBuilder('greeting')
    .addNode('begin', () => ({ begun: true }))
    .addNode('name', { node })
    .addNode('sure', { humanPrompt: 'Sure?' })
    .addNode('greet', ({ name, human_response }) => {
      if (human_response === 'fail') throw new Error('no');
      return { output: `hello ${String(name)}, ${String(human_response)}` };
    })
    .addEdge('begin', 'name')
    .addEdge('name', 'sure', { condition: ({ human_response }) => human_response === 'bob' })
    .addEdge('sure', 'greet')
    .setEntry('begin')
    .setTerminal('greet')
    .build();
  return { graph, node };
}

/** Answers one question after the other, and says what was asked. */
async function talk(
  first: GraphResult,
  answers: readonly string[],
  answer: (result: GraphResult, text: string) => Promise<GraphResult>,
) {
  const prompts: (string | undefined)[] = [];
  let result = first;
  for (const text of answers) {
    prompts.push(result.wait?.prompt);
    result = await answer(result, text);
  }
  return { prompts, result };
}

const ANSWERS = ['robert', 'bob', 'yes'];
const PROMPTS = ['Your name?', 'Shorter than robert?', 'Sure?'];

describe('A node of a class of its own that asks a person', () => {
  it('pauses in memory, and is called again with the answer, which is none to the next question', async () => {
    const { graph, node } = greeting();
    const { prompts, result } = await talk(await graph.execute('x'), ANSWERS, ({ finalState }, text) =>
      graph.resume(finalState.asDict(), text),
    );

    expect(prompts).toEqual(PROMPTS);
    expect(result).toMatchObject({ status: 'completed', output: 'hello bob, yes' });
    expect(node.seen).toEqual([undefined, 'robert', 'bob']);
  });

  describe.each([
    ['warm', 10_000],
    ['cold', 0],
  ])('in a durable run, %s', (_mode, warmInstances) => {
    async function application() {
      const { graph, node } = greeting();
      const module = await Test.createTestingModule({
        imports: [WorkflowModule.stub({ worker: { warmInstances } }), WorkflowModule.forFeature([graph])],
      }).compile();
      await module.init();
      return { module, graph, node, graphs: module.get(GraphService), tasks: module.get(TaskService) };
    }

    it('pauses as well, is called once for each answer, and reads the same from its journal', async () => {
      const { module, graph, node, graphs, tasks } = await application();
      const first = await graphs.execute(graph, 'x', { id: 'g-1' });
      const { items } = await tasks.list();
      const { prompts, result } = await talk(first, ANSWERS, (_, text) => graphs.resume('g-1', text));
      const history = await graphs.history('g-1');
      await module.close();

      expect(items).toMatchObject([{ id: 'name%231@g-1', prompt: 'Your name?' }]);
      expect(prompts).toEqual(PROMPTS);
      expect(result).toMatchObject({ status: 'completed', output: 'hello bob, yes' });
      expect(history.map(({ visit }) => visit)).toEqual(['begin#1', 'name#1', 'sure#1', 'greet#1']);
      expect(history[1]?.update).toEqual({ name: 'bob' });
      expect(node.seen).toEqual([undefined, 'robert', 'bob']);
    });

    it('undoes the visit once, and none of its questions', async () => {
      undone.length = 0;
      const { module, graph, graphs } = await application();
      await graphs.execute(graph, 'x', { id: 'g-1' });
      await graphs.resume('g-1', 'bob');
      await expect(graphs.resume('g-1', 'fail')).rejects.toThrow('no');
      const status = await module.get(WorkflowClient).getStatus('g-1');
      await module.close();

      expect(status.status).toBe('failed');
      expect(undone).toEqual([{ name: 'bob' }]);
    });
  });
});
