import { Injectable, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { GraphService, WORKFLOW_STORE, WorkflowClient, WorkflowModule, type WorkflowStore } from 'nestjs-workflow';
import {
  isCycleDetectedError,
  GraphWorkflow,
  Node,
  WorkflowBuilder,
  type GraphConfigOptions,
  type WorkflowEngine,
} from 'nestjs-workflow/graph';
import { MemoryStore } from '../../lib/memory/index.js';
import { rejection } from '../utils/graphs.js';

/** Goes round until it is stopped. */
function endless(name: string, config?: GraphConfigOptions): WorkflowEngine {
  return new WorkflowBuilder(name, { ...(config && { config }) })
    .addNode('a', () => ({}))
    .addEdge('a', 'a')
    .setEntry('a')
    .setTerminal('a', () => false)
    .build();
}

@Injectable()
@GraphWorkflow('decorated', { edges: (graph) => graph.setTerminal('again', () => false) })
class Decorated {
  @Node({ to: 'again' })
  again() {
    return {};
  }
}

async function drained(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const item of stream) void item;
}

const application = (graph: GraphConfigOptions, ...graphs: WorkflowEngine[]) =>
  applicationOf(WorkflowModule.stub({ graph }), graphs);

async function applicationOf(root: DynamicModule, graphs: WorkflowEngine[]) {
  const module = await Test.createTestingModule({
    imports: [root, WorkflowModule.forFeature(graphs)],
    providers: [Decorated],
  }).compile();
  await module.init();
  return {
    module,
    graphs: module.get(GraphService),
    client: module.get(WorkflowClient),
    store: module.get<WorkflowStore>(WORKFLOW_STORE),
  };
}

describe("The module's configuration of graphs", () => {
  it('holds where a graph has none of its own: in memory, durably, of classes, and within others', async () => {
    const inner = new WorkflowBuilder('outer', { config: { maxIterations: 100 } })
      .addNode('inner', { subworkflow: endless('inner') })
      .setEntry('inner')
      .setTerminal('inner')
      .build();
    const registered = endless('registered');
    const own = endless('own', { maxIterations: 4 });
    const { module, graphs } = await application({ maxIterations: 7 }, registered, own, inner);
    const limit = async (run: Promise<unknown>) => (await rejection(run)) as unknown as { readonly iterations: number };

    expect(await limit(graphs.execute(endless('unknown')))).toMatchObject({ iterations: 7 });
    expect(await limit(drained(graphs.stream(registered)))).toMatchObject({ iterations: 7 });
    expect(await limit(graphs.execute(registered, '', { id: 'r-1' }))).toMatchObject({ iterations: 7 });
    expect(await limit(graphs.execute(Decorated, '', { id: 'd-1' }))).toMatchObject({ iterations: 7 });
    for (const id of [undefined, 'o-1'])
      expect(await limit(graphs.execute(own, '', { ...(id && { id }) }))).toMatchObject({ iterations: 4 });
    for (const id of [undefined, 'i-1'])
      expect((await graphs.execute(inner, '', { ...(id && { id }) })).output).toContain('after 7');
    expect(await limit(graphs.execute(registered, '', { config: { maxIterations: 3 } }))).toMatchObject({
      iterations: 3,
    });
    expect(await limit(registered.execute(''))).toMatchObject({ iterations: 25 });
    await module.close();
  });

  it('leaves the stored input as it is, so that the same start stays the same when the option has changed', async () => {
    const graph = endless('registered');
    const { module, graphs, store } = await application({ maxIterations: 7 }, graph);
    await rejection(graphs.execute(graph, 'x', { id: 'r-1' }));

    expect(await store.find('r-1')).toMatchObject({ input: '"x"' });
    await module.close();
  });

  it('lets a run that made too many visits go on, once it allows more', async () => {
    let visits = 0;
    const graph = new WorkflowBuilder('five')
      .addNode('a', () => ({ visits: ++visits }))
      .addEdge('a', 'a')
      .setEntry('a')
      .setTerminal('a', (state) => state['visits'] === 5)
      .build();
    const store = new MemoryStore();
    const first = await applicationOf(WorkflowModule.forRoot({ store, graph: { maxIterations: 3 } }), [graph]);
    const stopped = await rejection(first.graphs.execute(graph, 'x', { id: 'five-1' }));
    await first.module.close();
    const shared = new MemoryStore({ sharedWith: store });
    const second = await applicationOf(WorkflowModule.forRoot({ store: shared, graph: { maxIterations: 9 } }), [graph]);
    const done = await second.graphs.execute(graph, 'x', { id: 'five-1' });

    expect(isCycleDetectedError(stopped)).toBe(true);
    expect([done.iterations, visits]).toEqual([5, 5]);
    await second.module.close();
  });

  it('given for a durable run stays with it: a fork goes on from where it stands with another, and makes no visit twice', async () => {
    let visits = 0;
    const graph = new WorkflowBuilder('five')
      .addNode('a', () => ({ visits: ++visits }))
      .addEdge('a', 'a')
      .setEntry('a')
      .setTerminal('a', (state) => state['visits'] === 5)
      .build();
    const { module, graphs } = await application({}, graph);
    const first = { id: 'five-1', config: { maxIterations: 3 } };
    const more = { config: { maxIterations: 9 } };
    const refused = {
      code: 'WORKFLOW_ID_CONFLICT',
      message: expect.stringMatching(/config, and keeps that.*fork/) as string,
    };

    expect(isCycleDetectedError(await rejection(graphs.execute(graph, 'x', first)))).toBe(true);
    expect(isCycleDetectedError(await rejection(graphs.execute(graph, 'x', first)))).toBe(true);
    expect(await rejection(graphs.execute(graph, 'x', { ...first, ...more }))).toMatchObject(refused);
    expect(await rejection(graphs.start(graph, 'x', { id: 'five-1' }))).toMatchObject(refused);
    expect(await rejection(graphs.start(graph, 'y', first))).toMatchObject({
      message: expect.stringContaining('another input') as string,
    });
    const fork = await graphs.fork('five-1', { ...more, id: 'five-2' });
    await fork.result();
    expect(await graphs.result('five-2')).toMatchObject({ status: 'completed', iterations: 5 });
    expect(visits).toBe(5);
    expect(await rejection(graphs.fork('five-2'))).toMatchObject({
      message: expect.stringMatching(/has ended.*"before"/) as string,
    });
    await module.close();
  });

  it('is refused where a run is answered, and given where it is forked instead', async () => {
    const graph = new WorkflowBuilder('asking')
      .addNode('ask', { humanPrompt: 'Well?' })
      .addNode('b', () => ({}))
      .addEdge('ask', 'b')
      .setEntry('ask')
      .setTerminal('b')
      .build();
    const { module, graphs } = await application({}, graph);
    await graphs.execute(graph, 'x', { id: 'ask-1', config: { maxIterations: 1 } });
    const config = { maxIterations: 2 };
    const answer = { by: 'ann', config } as { by: string };

    expect(await rejection(graphs.resume('ask-1', 'yes', answer))).toMatchObject({
      name: 'WorkflowOptionsError',
      message: expect.stringContaining('fork') as string,
    });
    await graphs.fork('ask-1', { config, id: 'ask-2' });
    for await (const { type } of graphs.watch('ask-2', { mode: 'events' })) if (type === 'paused') break;
    expect(await graphs.resume('ask-2', 'yes')).toMatchObject({ status: 'completed', iterations: 2 });
    await module.close();
  });

  it('switches all graphs off, also those with a configuration of their own', async () => {
    const own = endless('own', { maxIterations: 4 });
    const { module, graphs, client } = await application({ enabled: false }, own);
    const expected = {
      name: 'GraphExecutionError',
      message: expect.stringContaining('graph.enabled of WorkflowModule') as string,
    };

    expect(await rejection(graphs.execute(own))).toMatchObject(expected);
    expect(await rejection(graphs.execute(own, '', { id: 'o-1', config: { enabled: true } }))).toMatchObject(expected);
    expect(await rejection(graphs.start(Decorated, '', { id: 'd-1' }))).toMatchObject(expected);
    expect(await rejection(drained(graphs.stream(own)))).toMatchObject(expected);
    expect((await client.list()).items).toEqual([]);
    await module.close();
  });
});
