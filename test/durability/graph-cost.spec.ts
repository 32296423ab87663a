import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { silentLogger } from '../../lib/core/lifecycle/index.js';
import { GraphService, WorkflowBuilder, type WorkflowEngine as Graph } from '../../lib/graph/index.js';
import { createTypeOrmStore } from '../../lib/typeorm/index.js';
import { createEngine, type WorkflowEngine } from '../../lib/workflow.engine.js';
import { resolveWorkflowOptions } from '../../lib/workflow.options.js';
import { eventually } from '../utils/eventually.js';
import { CostMeter } from './cost-meter.js';

const VISITS = 10;

const add = async () => ({ n: 1 });

function counting(name: string): WorkflowBuilder {
  return new WorkflowBuilder(name).setReducer('n', (before, added) => ((before ?? 0) as number) + (added as number));
}

function chain(): Graph {
  const builder = counting('chain');
  for (let at = 1; at <= VISITS; at += 1) {
    builder.addNode(`n${at}`, add);
    if (at > 1) builder.addEdge(`n${at - 1}`, `n${at}`);
  }
  return builder.setEntry('n1').setTerminal(`n${VISITS}`).build();
}

function cycle(): Graph {
  return counting('cycle')
    .addNode('loop', add)
    .addEdge('loop', 'loop')
    .setEntry('loop')
    .setTerminal('loop', ({ n }) => n === VISITS)
    .build();
}

function within(): Graph {
  return counting('within')
    .addNode('inner', { subworkflow: cycle() })
    .addNode('last', () => ({ n: VISITS }))
    .addEdge('inner', 'last')
    .setEntry('inner')
    .setTerminal('last')
    .build();
}

/** Lets many through at once. */
class Gate {
  private readonly waiting: (() => void)[] = [];

  pass(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Until so many wait. */
  async full(count: number): Promise<void> {
    await eventually(() => this.waiting.length === count);
  }

  open(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/** A node, all others beside each other behind a gate, and a last one. */
function fan(gate: Gate): Graph {
  const builder = counting('fan').addNode('first', add).addNode('last', add);
  const branch = async () => {
    await gate.pass();
    return add();
  };
  for (let at = 2; at < VISITS; at += 1) {
    builder.addNode(`n${at}`, branch).addEdge('first', `n${at}`).addEdge(`n${at}`, 'last');
  }
  return builder.setEntry('first').setTerminal('last').build();
}

describe('What a durable graph costs that runs alone', () => {
  let meter: CostMeter;
  let engine: WorkflowEngine;
  let dataSource: DataSource;
  let graphs: GraphService;

  beforeAll(async () => {
    meter = await CostMeter.start();
    dataSource = await new DataSource({ type: 'postgres', url: meter.url, poolSize: 4 }).initialize();
    // A notification and a poll follow by themselves: they are no part of a run.
    const store = createTypeOrmStore(dataSource, { migrate: true, notify: false });
    const options = resolveWorkflowOptions({ store, worker: { pollInterval: '1h' } }, 'test');
    engine = createEngine(options, store, silentLogger);
    graphs = new GraphService(engine.services, engine.client);
    await engine.open();
    await engine.start();
  });

  afterAll(async () => {
    await engine.stop();
    await engine.close();
    await dataSource.destroy();
    await meter.stop();
  });

  it.each<[string, Graph, number]>([
    ['a chain of ten nodes: a commit for each, and one', chain(), VISITS + 1],
    ['a cycle of ten visits: the same', cycle(), VISITS + 1],
    ['a graph of ten visits within another: the same, with one visit more', within(), VISITS + 2],
  ])('%s; and two reads for its result', async (_, graph, commits) => {
    graphs.register(graph);
    const run = async (): Promise<void> => {
      const { status, finalState } = await graphs.execute(graph, 'x', { id: randomUUID() });
      expect([status, finalState['n']]).toEqual(['completed', VISITS]);
    };
    for (let time = 0; time < 3; time += 1) await run();

    // On a busy machine something may come between that belongs to no run, a renewal for example.
    const costs = [await meter.of(run), await meter.of(run), await meter.of(run)];
    const least = (figure: 'commits' | 'statements') => Math.min(...costs.map((cost) => cost[figure]));

    expect(least('commits')).toBeLessThanOrEqual(commits);
    expect(least('statements')).toBeLessThanOrEqual(commits + 2);
  });

  it('beside each other, its nodes share the next commit while one is under way', async () => {
    const gate = new Gate();
    const graph = fan(gate);
    graphs.register(graph);
    const run = async (): Promise<void> => {
      const id = randomUUID();
      const holder = dataSource.createQueryRunner();
      const running = graphs.execute(graph, 'x', { id });
      await gate.full(VISITS - 2);
      // What a commit under way takes on a slow disk: nothing is written to this instance until it is over.
      await holder.startTransaction();
      await holder.query('SELECT 1 FROM workflow_instances WHERE id = $1 FOR NO KEY UPDATE', [id]);
      gate.open();
      for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await holder.commitTransaction();
      await holder.release();
      expect((await running).finalState['n']).toBe(VISITS);
    };
    await run();

    // Its creation, the first node, the first of the branches, the other branches, the last node with the outcome; and the holder.
    const costs = [await meter.of(run), await meter.of(run), await meter.of(run)];
    expect(Math.min(...costs.map(({ commits }) => commits))).toBeLessThanOrEqual(6);
  });
});
