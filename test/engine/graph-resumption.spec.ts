import { Test } from '@nestjs/testing';
import { GraphService, WorkflowModule } from 'nestjs-workflow';
import { WorkflowBuilder } from 'nestjs-workflow/graph';
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
