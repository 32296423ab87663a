import { Test } from '@nestjs/testing';
import { GraphService, TaskService, WorkflowClient, WorkflowModule } from 'nestjs-workflow';
import { WorkflowBuilder } from 'nestjs-workflow/graph';
import { VirtualClock } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';

it('A graph that failed may be executed again by several at once: it goes on once, for all of them', async () => {
  let isBroken = true;
  let visits = 0;
  const graph = new WorkflowBuilder('fragile')
    .addNode('first', () => ({ visits: (visits += 1) }))
    .addNode('second', () => {
      if (isBroken) throw new TypeError('not yet');
      return { done: true };
    })
    .addEdge('first', 'second')
    .setEntry('first')
    .setTerminal('second')
    .build();
  const imports = [WorkflowModule.forRoot({ store: new MemoryStore() }), WorkflowModule.forFeature([graph])];
  const app = await Test.createTestingModule({ imports }).compile();
  await app.init();
  const graphs = app.get(GraphService);
  await expect(graphs.execute(graph, {}, { id: 'g' })).rejects.toThrow('not yet');
  isBroken = false;

  const results = await Promise.all([1, 2, 3].map(() => graphs.execute(graph, {}, { id: 'g' })));

  expect(results.map(({ finalState }) => finalState['done'])).toEqual([true, true, true]);
  expect(visits).toBe(1);
  await app.close();
});

it('A graph whose visits were undone begins anew with the same id: nothing stands that it could go on from', async () => {
  let isBroken = true;
  const log: string[] = [];
  const graph = new WorkflowBuilder('undone')
    .addNode('first', { run: () => ({ visits: log.push('first') }), compensate: () => void log.push('undo') })
    .addNode('second', () => {
      if (isBroken) throw new TypeError('not yet');
      return { output: 'done' };
    })
    .addEdge('first', 'second')
    .setEntry('first')
    .setTerminal('second')
    .build();
  const imports = [WorkflowModule.stub(), WorkflowModule.forFeature([graph])];
  const app = await Test.createTestingModule({ imports }).compile();
  await app.init();
  const graphs = app.get(GraphService);
  await expect(graphs.execute(graph, {}, { id: 'g' })).rejects.toThrow('not yet');
  isBroken = false;

  const result = await graphs.execute(graph, {}, { id: 'g' });

  expect(result).toMatchObject({ status: 'completed', output: 'done', iterations: 2 });
  expect(log).toEqual(['first', 'undo', 'first']);
  await app.close();
});

it('A graph of which several branches failed goes on with all of them, and makes no other again', async () => {
  let isBroken = true;
  const log: string[] = [];
  const does = (name: string, fails: boolean) => async () => {
    log.push(name);
    await Promise.resolve();
    if (fails && isBroken) throw new TypeError(`no ${name}`);
    return { [name]: true };
  };
  const agent = { run: does('agent', true) };
  const graph = new WorkflowBuilder('branches')
    .addNode('a', () => ({}))
    .addNode('b', does('b', true))
    .addNode('c', does('c', false))
    .addNode('d', does('d', true))
    .addNode('stored', { agent })
    .addNode('z', () => ({ output: 'done' }));
  for (const node of ['b', 'c', 'd', 'stored']) graph.addEdge('a', node).addEdge(node, 'z');
  const built = graph.setEntry('a').setTerminal('z').build();
  const imports = [WorkflowModule.stub(), WorkflowModule.forFeature([built])];
  const app = await Test.createTestingModule({ imports }).compile();
  await app.init();
  const graphs = app.get(GraphService);
  await expect(graphs.execute(built, {}, { id: 'g' })).rejects.toThrow('no b');
  log.splice(0);
  isBroken = false;

  const result = await graphs.execute(built, {}, { id: 'g' });

  expect(result).toMatchObject({ status: 'completed', output: 'done', finalState: { b: true, c: true, d: true } });
  expect(log).toEqual(['b', 'd']);
  await app.close();
});

it('A graph that failed because nobody answered in time asks again', async () => {
  const clock = new VirtualClock();
  const graph = new WorkflowBuilder('late')
    .addNode('ask', { humanPrompt: 'Fine?', task: { deadline: '1d' } })
    .addNode('send', () => ({ output: 'sent' }))
    .addEdge('ask', 'send')
    .setEntry('ask')
    .setTerminal('send')
    .build();
  const imports = [WorkflowModule.stub({ clock }), WorkflowModule.forFeature([graph])];
  const app = await Test.createTestingModule({ imports }).compile();
  await app.init();
  const [client, tasks] = [app.get(WorkflowClient), app.get(TaskService)];
  const during = async <T>(work: Promise<T>): Promise<T> => {
    await clock.advance(0);
    return work;
  };
  const comesTo = async (status: string, advance: string | number = 0): Promise<void> => {
    await clock.advance(advance);
    expect(await during(client.getStatus('g'))).toMatchObject({ status });
  };
  await during(client.start(graph, 'x', { id: 'g' }));
  await comesTo('failed', '2d');

  for (let time = 0; time < 2; time++) {
    await during(client.retry('g'));
    await comesTo('suspended');
    if (time === 0) await comesTo('failed', '2d');
  }
  const { items } = await during(tasks.list());
  await during(tasks.answer(items[0]?.id as string, 'yes'));
  await comesTo('completed');

  expect(items).toHaveLength(1);
  await app.close();
});
