import { randomUUID } from 'node:crypto';
import { databaseOf } from './dbos.mjs';

/** So many supersteps as the largest of the graphs takes. */
const LIMIT = { recursionLimit: 5_000 };

/** The graphs of `shapes` in LangGraph.js: a state of one number, to which every node adds one. */
export async function langGraphs() {
  const { Annotation, END, START, StateGraph } = await import('@langchain/langgraph');
  const State = Annotation.Root({ n: Annotation({ reducer: (a, b) => a + b, default: () => 0 }) });
  const one = async () => ({ n: 1 });

  return {
    chain(nodes, options) {
      const graph = new StateGraph(State);
      for (let at = 0; at < nodes; at += 1) graph.addNode(`n${at}`, one);
      graph.addEdge(START, 'n0');
      for (let at = 1; at < nodes; at += 1) graph.addEdge(`n${at - 1}`, `n${at}`);
      graph.addEdge(`n${nodes - 1}`, END);

      return graph.compile(options);
    },
    fan(nodes, options) {
      const graph = new StateGraph(State).addNode('first', one).addNode('last', one);
      graph.addEdge(START, 'first');
      for (let at = 0; at < nodes; at += 1) graph.addNode(`n${at}`, one);
      for (let at = 0; at < nodes; at += 1) graph.addEdge('first', `n${at}`);
      graph.addEdge(
        Array.from({ length: nodes }, (_, at) => `n${at}`),
        'last',
      );
      graph.addEdge('last', END);

      return graph.compile(options);
    },
    cycle(visits, options) {
      const graph = new StateGraph(State).addNode('loop', one).addEdge(START, 'loop');
      graph.addConditionalEdges('loop', ({ n }) => (n < visits ? 'loop' : END), ['loop', END]);

      return graph.compile(options);
    },
    run: async (graph, config) => (await graph.invoke({ n: 0 }, { ...LIMIT, ...config })).n,
  };
}

/** The same, kept by its Postgres checkpointer on the server; `sync` writes each checkpoint before it goes on, `async` beside it. */
export async function startDurableLangGraph(server, nodes) {
  const { PostgresSaver } = await import('@langchain/langgraph-checkpoint-postgres');
  const pg = (await import('pg')).default;
  const pool = new pg.Pool({ connectionString: await databaseOf(server, 'bench_langgraph'), max: 20 });
  const checkpointer = new PostgresSaver(pool);
  await checkpointer.setup();
  const { chain, run } = await langGraphs();
  const graph = chain(nodes, { checkpointer });

  return {
    contender: (durability) => ({
      name: `LangGraph, ${durability}`,
      steps: nodes,
      runWorkflow: () => run(graph, { configurable: { thread_id: randomUUID() }, durability }),
    }),
    close: () => pool.end(),
  };
}
