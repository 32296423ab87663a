import { durableGraphContender, ownGraphs } from '../contenders/graphs.mjs';
import { langGraphs, startDurableLangGraph } from '../contenders/langgraph.mjs';
import { createRawTables, rawSequential } from '../contenders/raw.mjs';
import { median, show, showSpread, spread } from '../harness/figures.mjs';
import { startServer } from '../harness/server.mjs';
import { interleave } from '../harness/slices.mjs';
import { cpuOf, takeTurns } from '../harness/turns.mjs';

const NODES = 1_000;
const SHAPES = ['chain', 'fan', 'cycle'];
/** Nodes of a durable graph, and how many of them run at a time. */
const DURABLE = { nodes: 10, loops: [1, 32] };

/** Graphs of nodes that do next to nothing, beside LangGraph.js: in memory, and durable with its Postgres checkpointer. */
export default async function graphs(context) {
  for (const shape of SHAPES) await context.piece(`graphs ${shape}`, () => inMemory(context, shape));
  for (const loops of DURABLE.loops) await context.piece(`graphs durable ×${loops}`, () => durable(context, loops));
}

async function inMemory({ libraries, rounds, print, report, record }, shape) {
  const contenders = [];
  for (const { name, folder } of libraries) contenders.push(contenderOf(name, await ownGraphs(folder), shape, 20));
  contenders.push(contenderOf('LangGraph', await langGraphs(), shape, 1));
  const turns = await takeTurns(
    contenders,
    { rounds, warmups: 3 },
    async ({ run, times }) =>
      (await cpuOf(async () => {
        for (let time = 0; time < times; time += 1) await run();
      })) /
      (times * NODES),
  );
  const peer = contenders.length - 1;
  print(`\n| ${shape} of ${show(NODES)} | CPU µs per node | × less than LangGraph |\n|---|--:|--:|`);
  for (const [index, { name }] of contenders.entries()) {
    const us = spread(turns[index]);
    const ratio = median(turns[peer]) / us.median;
    record({ row: 'graphs', shape, contender: name, us, ratio });
    print(`| ${name} | ${showSpread(us)} | ${show(ratio)} |`);
    const own = name === 'engine' && { ratio, over: 'less than LangGraph', bar: { of: 'ratio', atLeast: 100 } };
    report({
      row: 'graphs',
      what: `${shape} of 1,000, in memory`,
      contender: name,
      figure: us,
      unit: 'CPU µs per node',
      ...own,
    });
  }
}

function contenderOf(name, graphs, shape, times) {
  const graph = graphs[shape](NODES);

  return {
    name,
    times,
    async run() {
      const sum = await graphs.run(graph);
      if (sum < NODES) throw new Error(`${name} has visited ${sum} nodes of a ${shape} of ${NODES}.`);
    },
  };
}

async function durable(context, loops) {
  const { libraries, rounds, sliceMs, warmUpMs, settings } = context;
  const { nodes } = DURABLE;
  const server = await startServer(settings);
  const contenders = [];
  let peer;
  try {
    // As far as anybody gets who waits for the commit of each node.
    await createRawTables(server);
    contenders.push(rawSequential(server.url, nodes));
    for (const { name, folder } of libraries) contenders.push(await durableGraphContender(folder, server, nodes, name));
    peer = await startDurableLangGraph(server, nodes);
    contenders.push(peer.contender('async'), peer.contender('sync'));
    tell(context, loops, contenders, await interleave(contenders, { rounds, sliceMs, warmUpMs, loops, server }));
  } finally {
    for (const contender of contenders) await contender.close?.();
    await peer?.close();
    await server.stop();
  }
}

function tell({ print, report, record }, loops, contenders, slices) {
  const peer = contenders.findIndex(({ name }) => name === 'LangGraph, async');
  print(
    `\n| durable chain of ${DURABLE.nodes} × ${loops} | nodes/s | × LangGraph, async | stmts, commits, WAL B, CPU µs per node |\n|---|--:|--:|--:|`,
  );
  for (const [index, { name }] of contenders.entries()) {
    const rate = spread(slices[index].map((one) => one.stepsPerSecond));
    const ratio = spread(slices[index].map((one, round) => one.stepsPerSecond / slices[peer][round].stepsPerSecond));
    const [statements, commits, walBytes, cpuUs] = ['statements', 'commits', 'walBytes', 'cpuUs'].map((figure) =>
      median(slices[index].map((one) => one.perStep[figure])),
    );
    record({ row: 'graphs', durable: loops, contender: name, rate, ratio, statements, commits, walBytes, cpuUs });
    print(
      `| ${name} | ${showSpread(rate)} | ${showSpread(ratio)} | ${[statements, commits, walBytes, cpuUs].map(show).join(', ')} |`,
    );
    const own = name === 'engine' && { ratio, over: 'LangGraph, async', bar: { of: 'ratio', atLeast: 10 } };
    report({
      row: 'graphs',
      what: `durable chain of ${DURABLE.nodes} × ${loops}`,
      contender: name,
      figure: rate,
      unit: 'nodes/s',
      ...own,
    });
  }
}
