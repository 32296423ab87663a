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
