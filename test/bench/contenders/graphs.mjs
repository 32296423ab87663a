import { randomUUID } from 'node:crypto';
import { createBenchEngine } from '../harness/engine.mjs';
import { load } from '../harness/library.mjs';

const one = async () => ({ n: 1 });

/** The graphs of the library: a state of one number, to which every node adds one. */
export async function ownGraphs(library) {
  const { WorkflowBuilder } = await load(library, 'graph/index.js');
  const add = (before, added) => (before ?? 0) + added;
  const builder = (name) => new WorkflowBuilder(name).setReducer('n', add);

  return {
    chain(nodes) {
      const graph = builder(`chain-${nodes}`);
      for (let at = 0; at < nodes; at += 1) graph.addNode(`n${at}`, one);
      for (let at = 1; at < nodes; at += 1) graph.addEdge(`n${at - 1}`, `n${at}`);

      return graph
        .setEntry('n0')
        .setTerminal(`n${nodes - 1}`)
        .configure({ maxIterations: nodes })
        .build();
    },
    fan(nodes) {
      const graph = builder(`fan-${nodes}`).addNode('first', one).addNode('last', one);
      for (let at = 0; at < nodes; at += 1) graph.addNode(`n${at}`, one);
      for (let at = 0; at < nodes; at += 1) graph.addEdge('first', `n${at}`).addEdge(`n${at}`, 'last');

      return graph
        .setEntry('first')
        .setTerminal('last')
        .configure({ maxIterations: nodes + 2 })
        .build();
    },
    cycle(visits) {
      return builder(`cycle-${visits}`)
        .addNode('loop', one)
        .addNode('end', one)
        .addEdge('loop', 'loop', { condition: ({ n }) => n < visits })
        .addEdge('loop', 'end', { condition: ({ n }) => n >= visits })
        .setEntry('loop')
        .setTerminal('end')
        .configure({ maxIterations: visits + 1 })
        .build();
    },
    run: async (graph) => (await graph.execute('', { state: { n: 0 } })).finalState.n,
  };
}

/** A durable chain of the library, over its own schema. */
export async function durableGraphContender(library, server, nodes, name = 'engine') {
  const schema = `bench_graph_${name.replace(/\W/g, '_')}`;
  await server.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  const { chain } = await ownGraphs(library);
  const graph = chain(nodes);
  const bench = await createBenchEngine(library, server.url, [graph], {
    store: { schema },
    worker: { concurrency: 512, id: `${name}-graphs` },
  });
  const { GraphService } = await load(library, 'graph/index.js');
  const graphs = new GraphService(bench.engine.services, bench.client);

  return {
    name,
    steps: nodes,
    runWorkflow: () => graphs.execute(graph, '', { id: randomUUID() }),
    close: () => bench.close(),
  };
}
