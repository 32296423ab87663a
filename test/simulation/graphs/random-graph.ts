import type { StepContext } from '../../../lib/core/definition/index.js';
import {
  HumanInputRequiredError,
  WorkflowBuilder,
  type GraphValues,
  type WorkflowEngine,
} from '../../../lib/graph/index.js';
import { SeededRandom } from '../engine/seeded-random.js';

/** An edge of a graph, and what its condition asks of the sum of the state. */
interface Edge {
  readonly from: number;
  readonly to: number;
  readonly holds: 'always' | 'odd' | 'even' | 'few';
  readonly beyond: number;
  readonly isParallel: boolean;
}

/** A graph that a seed decides: branches, cycles, joins, limits, reducers and graphs within. */
interface Shape {
  readonly size: number;
  readonly edges: readonly Edge[];
  readonly endsAbove: number;
  readonly parallelBranches: boolean;
  readonly maxParallelBranches: number;
  readonly hasReducer: boolean;
  /** Nodes that are the graph within. */
  readonly nested: ReadonlySet<number>;
  readonly within: Shape | undefined;
  /** Which nodes ask a person, and how. */
  readonly asks?: readonly ('no' | 'human' | 'own')[];
}

/** What the bodies of nodes do beside answering: takes some time, or throws. */
export type NodeWork = (step: StepContext, turns: number) => unknown;

/** The graph of a seed. What its nodes add depends on what they see: a merge in another order, or a second visit, would show. */
export function randomGraph(name: string, seed: number, work: NodeWork): WorkflowEngine {
  const random = new SeededRandom(seed);
  return build(name, shapeOf(random, random.chance(0.4) ? shapeOf(random) : undefined), work);
}

/** The same with people in it: some nodes are questions, and some work asks by itself before it is done. */
export function askingGraph(name: string, seed: number, work: NodeWork): WorkflowEngine {
  const random = new SeededRandom(seed);
  const asking = (shape: Shape): Shape => ({
    ...{ ...shape, maxParallelBranches: 0 },
    asks: Array.from({ length: shape.size }, () => random.pick(['no', 'no', 'human', 'own'] as const)),
  });
  const within = random.chance(0.4) ? asking(shapeOf(random)) : undefined;
  return build(name, asking(shapeOf(random, within)), work);
}

function shapeOf(random: SeededRandom, within?: Shape): Shape {
  const size = random.int(2, 7);
  const edge = (from: number, to: number, holds: Edge['holds']): Edge => ({
    ...{ from, to, holds, beyond: random.int(0, 2), isParallel: random.chance(0.3) },
  });
  const tree = Array.from({ length: size - 1 }, (_, at) =>
    edge(random.int(0, at), at + 1, random.chance(0.3) ? 'odd' : 'always'),
  );
  const others = Array.from({ length: size }, () =>
    edge(random.int(0, size - 1), random.int(0, size - 1), random.pick(['few', 'even', 'odd'])),
  );
  return {
    size,
    edges: [...tree, ...others],
    endsAbove: random.int(0, 2),
    parallelBranches: random.chance(0.7),
    maxParallelBranches: random.int(0, 3),
    hasReducer: random.chance(0.5),
    nested: new Set(
      within === undefined ? [] : Array.from({ length: size }, (_, at) => at).filter(() => random.chance(0.3)),
    ),
    within,
  };
}

function build(name: string, shape: Shape, work: NodeWork): WorkflowEngine {
  const { parallelBranches, maxParallelBranches } = shape;
  const config = { maxIterations: 30, parallelBranches, maxParallelBranches };
  const builder = new WorkflowBuilder(name, { config });
  for (let at = 0; at < shape.size; at += 1) {
    const node = `n${at}`;
    if (shape.within !== undefined && shape.nested.has(at)) {
      const subworkflow = build(`${name}-${node}`, shape.within, work);
      builder.addNode(node, { subworkflow, inputKey: 'last', outputKey: `sub${at}` });
      continue;
    }
    if (shape.asks?.[at] === 'human') {
      builder.addNode(node, { humanPrompt: `${name} ${node} {last}`, outputKey: 'last' });
      continue;
    }
    builder.addNode(node, (state, step) => {
      if (shape.asks?.[at] === 'own' && typeof state['human_response'] !== 'string')
        throw new HumanInputRequiredError(`${name} ${node}`);
      const sum = sumOf(state);
      const count = `count${at % 4}`;
      const update = { [count]: ((state[count] as number | undefined) ?? 0) + 1, last: `${at}:${sum}`, output: sum };
      const answer = { ...update, ...(shape.hasReducer && { log: [at] }) };
      const working = work(step, (sum * 7 + at * 3) % 4);
      return working instanceof Promise ? working.then(() => answer) : answer;
    });
  }
  for (const { from, to, holds, beyond, isParallel } of shape.edges)
    builder.addEdge(`n${from}`, `n${to}`, {
      isParallel,
      condition: (state) => CONDITIONS[holds](sumOf(state), beyond),
    });
  if (shape.hasReducer)
    builder.setReducer('log', (before, added) => [...((before ?? []) as number[]), ...(added as number[])]);
  const last = `n${shape.size - 1}`;
  return builder
    .setEntry('n0')
    .setTerminal(last, (state) => sumOf(state) > shape.endsAbove)
    .build();
}

const CONDITIONS: Readonly<Record<Edge['holds'], (sum: number, beyond: number) => boolean>> = {
  always: () => true,
  odd: (sum, beyond) => (sum + beyond) % 2 === 1,
  even: (sum, beyond) => (sum + beyond) % 2 === 0,
  few: (sum, beyond) => sum < 4 + beyond,
};

function sumOf(state: GraphValues): number {
  return [0, 1, 2, 3].reduce((sum, at) => sum + ((state[`count${at}`] as number | undefined) ?? 0), 0);
}
