import { Test } from '@nestjs/testing';
import { GraphService, WorkflowClient, WorkflowModule } from 'nestjs-workflow';
import { WorkflowBuilder, type GraphExecutionError, type GraphValues } from 'nestjs-workflow/graph';
import { VirtualClock } from 'nestjs-workflow/testing';
import { rejection } from '../utils/graphs.js';

const LIMIT = { totalTimeout: '1m', nodeTimeout: 0 };

/** Works, asks and works again; `last` is what it does at its end. */
function asking(last: () => GraphValues | Promise<GraphValues>, { asksWithin = false } = {}) {
  const question = new WorkflowBuilder('question')
    .addNode('ask', { humanPrompt: 'Well?' })
    .setEntry('ask')
    .setTerminal('ask')
    .build();
  return new WorkflowBuilder('limited')
    .addNode('first', () => ({ first: true }))
    .addNode('ask', asksWithin ? { subworkflow: question } : { humanPrompt: 'Well?' })
    .addNode('also', { humanPrompt: 'And you?', outputKey: 'also' })
    .addNode('last', last)
    .addEdge('first', 'ask')
    .addEdge('first', 'also')
    .addEdge('ask', 'last')
    .addEdge('also', 'last')
    .setEntry('first')
    .setTerminal('last')
    .configure(LIMIT)
    .build();
}

const never = () => new Promise<GraphValues>(() => undefined);

describe('The total timeout of a durable graph', () => {
  async function application(graph: ReturnType<typeof asking>, warmInstances = 100) {
    const clock = new VirtualClock();
    const module = await Test.createTestingModule({
      imports: [WorkflowModule.stub({ clock, worker: { warmInstances } }), WorkflowModule.forFeature([graph])],
    }).compile();
    await module.init();
    const [graphs, client] = [module.get(GraphService), module.get(WorkflowClient)];
    /** Lets time pass while something goes on. */
    async function during<T>(work: Promise<T>, duration: '1s' | '11s' = '1s'): Promise<T> {
      let isOver = false;
      const over = work.finally(() => (isOver = true));
      over.catch(() => undefined);
      await clock.advance(duration);
      while (!isOver) await clock.advance(100);
      return over;
    }
    const close = () => during(module.close());
    return { clock, graphs, client, during, close };
  }

  it.each([
    ['warm', 100, false],
    ['cold', 0, false],
    ['warm, which is asked within', 100, true],
    ['cold, which is asked within', 0, true],
  ])('does not count what a person takes to answer: %s', async (_, warmInstances, asksWithin) => {
    const graph = asking(() => ({ output: 'done' }), { asksWithin });
    const { clock, graphs, client, during, close } = await application(graph, warmInstances);
    const paused = await during(graphs.execute(graph, 'x', { id: 'g' }));
    await clock.advance('3d');
    const standing = (await client.getStatus('g')).status;
    const again = await during(graphs.resume('g', 'yes'));
    await clock.advance('3d');
    const done = await during(graphs.resume('g', 'yes'));
    await close();

    expect([paused.status, standing, again.status]).toEqual(['suspended', 'suspended', 'suspended']);
    expect(done).toMatchObject({ status: 'completed', output: 'done' });
  });

  it.each([false, true])('counts all else, and gives up the node under way (asked within: %s)', async (asksWithin) => {
    const graph = asking(never, { asksWithin });
    const { clock, graphs, client, during, close } = await application(graph);
    await during(graphs.execute(graph, 'x', { id: 'g' }));
    await clock.advance('3d');
    await during(graphs.resume('g', 'yes'));
    const last = rejection(graphs.resume('g', 'yes'));
    await clock.advance('50s');
    const standing = (await client.getStatus('g')).status;
    const error = (await during(last, '11s')) as GraphExecutionError;
    await close();

    expect(standing).toBe('running');
    expect(error).toMatchObject({ name: 'GraphTimeoutError', timeout: 60, result: { status: 'failed' } });
    expect(error.result?.nodeResults.map(({ nodeName }) => nodeName)).toEqual(['first', 'ask', 'also', 'last']);
  });

  it.each([undefined, 'late'])('shows the visit that it gives up as failed, with the id %s', async (id) => {
    const graph = new WorkflowBuilder('late')
      .addNode('a', () => ({}))
      .addNode('b', () => ({}))
      .addNode('c', never)
      .addEdge('a', 'b')
      .addEdge('a', 'c')
      .setEntry('a')
      .setTerminal('b')
      .configure(LIMIT)
      .build();
    const { clock, graphs, during, close } = await application(graph);
    const run = rejection(graphs.execute(graph, 'x', { ...(id !== undefined && { id }) }));
    await clock.advance('1m');
    const error = await during(run);
    const ends: unknown[] = [];
    const stream =
      id === undefined ? graphs.stream(graph, 'x', { mode: 'events' }) : graphs.watch(id, { mode: 'events' });
    const reading = rejection(
      (async () => {
        for await (const event of stream) if (event.type === 'visit_ended') ends.push([event.visit, event.error]);
      })(),
    );
    await clock.advance('1m');
    await during(reading);
    await close();

    expect(error).toMatchObject({ name: 'GraphTimeoutError', node: 'c' });
    expect(ends).toEqual([
      ['a#1', null],
      ['b#1', null],
      ['c#1', expect.any(String)],
    ]);
  });

  it('may be replaced by a time-out of the whole run, which all waiting counts against', async () => {
    const graph = asking(never);
    const { clock, graphs, client, during, close } = await application(graph);
    await during(graphs.start(graph, 'x', { id: 'g', timeout: '1d' }));
    await clock.advance('2d');
    const status = await client.getStatus('g');
    await close();

    expect(status).toMatchObject({ status: 'failed', error: { code: 'WORKFLOW_TIMEOUT' } });
  });
});
