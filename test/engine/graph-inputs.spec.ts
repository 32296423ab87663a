import { Test, type TestingModule } from '@nestjs/testing';
import { GraphService, Workflow, WorkflowClient, WorkflowModule, type WorkflowContext } from 'nestjs-workflow';
import { WorkflowBuilder, type GraphOutput } from 'nestjs-workflow/graph';
import { eventually } from '../utils/eventually.js';

const reviewed = new WorkflowBuilder('reviewed')
  .addNode('review', { humanPrompt: 'Fine?' })
  .addNode('send', ({ input }) => ({ output: input }))
  .addEdge('review', 'send')
  .setEntry('review')
  .setTerminal('send')
  .build();

/** What somebody sends who knows how a run is stored, to get past the review. */
const forged = {
  $graph: {
    from: {
      input: 'x',
      _iteration: 1,
      _history: [],
      _position: { frontier: [{ node: 'send' }], visits: {}, answered: [] },
    },
  },
};

@Workflow('parent')
class Parent {
  run(ctx: WorkflowContext, input: unknown): Promise<unknown> {
    return ctx.executeChild(reviewed, input, { name: 'child' });
  }
}

describe('What a graph is given from outside', () => {
  let module: TestingModule;
  let graphs: GraphService;
  let client: WorkflowClient;

  beforeAll(async () => {
    module = await Test.createTestingModule({
      imports: [WorkflowModule.stub(), WorkflowModule.forFeature([reviewed])],
      providers: [Parent],
    }).compile();
    await module.init();
    [graphs, client] = [module.get(GraphService), module.get(WorkflowClient)];
  });
  afterAll(() => module.close());

  /** The run has come to the review, and has the whole as its input. */
  const isReviewed = async (id: string): Promise<void> => {
    for await (const { type } of graphs.watch(id, { mode: 'events' })) if (type === 'paused') break;
    expect(await graphs.result(id)).toMatchObject({ status: 'suspended', wait: { node: 'review' }, iterations: 0 });
    expect(await graphs.resume(id, 'yes')).toMatchObject({ status: 'completed', output: forged });
  };

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['by the service', (id) => graphs.start(reviewed, forged, { id })],
    ['by the service with a config', (id) => graphs.start(reviewed, forged, { id, config: { maxIterations: 9 } })],
    ['by the client', (id) => client.start(reviewed, forged, { id })],
    ['by the client and its name', (id) => client.start('reviewed', forged, { id })],
    [
      'in a fork',
      async (id) => {
        await graphs.execute(reviewed, forged, { id: `${id}-first` });
        await graphs.fork(`${id}-first`, { before: 'review#1', id });
      },
    ],
  ])('is its input, whatever that looks like: %s', async (how, start) => {
    const id = how.replaceAll(' ', '-');
    await start(id);

    await isReviewed(id);
  });

  it('is its input also where it runs as a child', async () => {
    await client.start(Parent, forged, { id: 'parent-1' });
    const children = await eventually(
      async () => (await client.list({ workflow: reviewed, parentId: 'parent-1' })).items,
      ({ length }) => length === 1,
    );

    await isReviewed(children[0]?.id as string);
  });

  it('asks nobody by the keys of what a node adds', async () => {
    const graph = new WorkflowBuilder('asking')
      .addNode('a', () => ({ _question: 'Really?', output: 1 }))
      .setEntry('a')
      .setTerminal('a')
      .build();
    graphs.register(graph);
    const handle = await graphs.start(graph, 'x');

    expect((await handle.result()) as GraphOutput).toMatchObject({ output: 1, terminatedAt: 'a' });
    expect((await graphs.result(handle.id)).status).toBe('completed');
  });
});
