import { Test, type TestingModule } from '@nestjs/testing';
import { GraphService, WorkflowModule } from 'nestjs-workflow';
import {
  GraphExecutionError,
  type GraphOutcome,
  type GraphOutput,
  type GraphResult,
  type GraphValues,
} from 'nestjs-workflow/graph';
import { decodeName } from '../../lib/core/records/index.js';
import { Cluster, scaled, sweep } from './cluster.js';
import { askingGraph, randomGraph } from './graphs/random-graph.js';
import { play } from './workflows/stage.js';

/** What is compared of a run: how it ended, where, after how many visits, and what it left. */
interface Ending {
  readonly status: string;
  readonly terminatedAt: string | null;
  readonly iterations: number;
  readonly state: string;
}

function endingOf({ status, terminatedAt, iterations, finalState }: GraphOutcome): Ending {
  return { status, terminatedAt, iterations, state: textOf(finalState) };
}

/** What the nodes left, whatever the order of its keys. */
function textOf(state: object): string {
  const values = Object.entries(state).filter(([key]) => !key.startsWith('_'));
  return JSON.stringify(Object.fromEntries(values.sort(([one], [other]) => (one < other ? -1 : 1))));
}

/** How a run ends, also where it makes too many visits. */
async function ended(run: Promise<GraphOutcome>): Promise<Ending> {
  try {
    return endingOf(await run);
  } catch (error) {
    if (error instanceof GraphExecutionError && error.result !== undefined) return endingOf(error.result);
    throw error;
  }
}

/** The nodes of a graph write down their visits; one of them fails once where it is told to. */
class Notebook {
  readonly visits: string[] = [];
  private failing: string | undefined;

  readonly work = async ({ step }: { readonly step: string }, turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    if (this.failing === step) {
      this.failing = undefined;
      throw new Error('once');
    }
    // Called again with an answer, it is still the same visit.
    this.visits.push(step.replace(/\/\d+$/, ''));
  };

  failAt(visit: string): void {
    this.failing = visit;
    this.visits.length = 0;
  }

  take(): string[] {
    return this.visits.splice(0).sort();
  }
}

describe('Graphs of every shape, by seeds', () => {
  let module: TestingModule;
  let graphs: GraphService;

  beforeAll(async () => {
    module = await Test.createTestingModule({ imports: [WorkflowModule.stub()] }).compile();
    await module.init();
    graphs = module.get(GraphService);
  });
  afterAll(() => module.close());

  it('end alike in memory, durably, from every fork, and after a failure of any visit, which alone is made again', async () => {
    const tried = { forks: 0, failures: 0, cycles: 0 };
    for (let seed = 1; seed <= scaled(400); seed += 1) {
      const notebook = new Notebook();
      const graph = randomGraph(`random-${seed}`, seed, notebook.work);
      graphs.register(graph);
      const ending = await ended(graph.execute('x'));
      const visits = notebook.take();
      const says = (what: string, found: unknown) => ({ seed, what, found });
      const same = (what: string) => says(what, { ending, visits });
      if (ending.status === 'failed') tried.cycles += 1;

      const durable = await ended(graphs.execute(graph, 'x', { id: `run-${seed}` }));
      expect(says('durably', { ending: durable, visits: notebook.take() })).toEqual(same('durably'));

      const history = await graphs.history(`run-${seed}`);
      for (const { visit } of history.filter((each) => !each.visit.includes('/')).slice(0, 8)) {
        tried.forks += 1;
        const fork = await graphs.fork(`run-${seed}`, { before: visit });
        await fork.result().catch(() => undefined);
        expect(says(visit, endingOf(await graphs.result(fork.id)))).toEqual(says(visit, ending));
      }

      for (const visit of visits.slice(0, 8)) {
        tried.failures += 1;
        notebook.failAt(visit);
        const failed = await graph.execute('x').catch((error: unknown) => error as GraphExecutionError);
        // A graph within has its failure stored, and the graph goes on.
        if (!(failed instanceof GraphExecutionError) || failed.name !== 'NodeExecutionError') continue;
        const state = JSON.parse(JSON.stringify(failed.result?.finalState)) as object;
        const resumed = await ended(graph.resume({ ...state }));
        expect(says(visit, { ending: resumed, visits: notebook.take() })).toEqual(same(visit));

        notebook.failAt(visit);
        const id = `failing-${seed}-${visit.replaceAll(/[/#]/g, ':')}`;
        await graphs.execute(graph, 'x', { id }).catch(() => undefined);
        const retried = await ended(graphs.execute(graph, 'x', { id }));
        expect(says(visit, { ending: retried, visits: notebook.take() })).toEqual(same(visit));
      }
    }

    // Otherwise nothing was tried.
    expect(Math.min(tried.forks, tried.failures, tried.cycles)).toBeGreaterThan(0);
  }, 120_000);

  it('ask the same questions in memory and durably, one after the other, and end alike', async () => {
    let questions = 0;
    for (let seed = 1; seed <= scaled(300); seed += 1) {
      const notebook = new Notebook();
      const graph = askingGraph(`asking-${seed}`, seed, notebook.work);
      graphs.register(graph);
      const talk = async (
        begin: () => Promise<GraphResult>,
        answer: (paused: GraphResult, text: string) => Promise<GraphResult>,
      ) => {
        const asked: string[] = [];
        const run = async (): Promise<GraphResult> => {
          let result = await begin();
          while (result.wait !== undefined) {
            asked.push(`${result.wait.node}: ${result.wait.prompt}`);
            result = await answer(result, `to ${result.wait.prompt}`);
          }
          return result;
        };
        return { ending: await ended(run()), asked, visits: notebook.take() };
      };
      const id = `asking-${seed}`;
      const inMemory = await talk(
        () => graph.execute('x'),
        ({ finalState }, text) => graph.resume(JSON.parse(JSON.stringify(finalState)) as GraphValues, text),
      );
      const durable = await talk(
        () => graphs.execute(graph, 'x', { id }),
        (_, text) => graphs.resume(id, text),
      );

      expect({ seed, ...durable }).toEqual({ seed, ...inMemory });
      questions += inMemory.asked.length;
    }

    expect(questions).toBeGreaterThan(10);
  }, 120_000);

  it('end alike where their process is killed at any place, and make only those visits again that were under way', async () => {
    let places = 0;
    for (let seed = 1; seed <= scaled(60); seed += 1) {
      const ending = await ended(randomGraph('random', seed, () => undefined).execute({}));
      if (ending.status === 'failed') continue;
      const begin = async () => {
        const cluster = new Cluster({
          definitions: [
            (process) =>
              randomGraph('random', seed, (step, turns) =>
                play(process, 1, step, 'step', { takesMs: turns + 1 }, new Map()),
              ),
          ],
        });
        cluster.process('a');
        cluster.process('b');
        await cluster.create('random', 'r');
        return cluster;
      };
      places += await sweep(
        begin,
        (cluster) => {
          const { workerId } = cluster.record('r');
          const { alive } = cluster.world;
          (alive.find(({ options }) => options.workerId === workerId) ?? alive[0])?.crash();
          cluster.process('c');
        },
        async (cluster) => {
          await cluster.finish();
          const { state, terminatedAt, iterations } = cluster.output('r') as GraphOutput;
          expect({ seed, ...ending }).toEqual({
            seed,
            status: 'completed',
            terminatedAt,
            iterations,
            state: textOf(state),
          });
          for (const visit of cluster.journal('r').filter((name) => !name.startsWith('$')))
            expect(cluster.begun(decodeName(visit))).toBeLessThanOrEqual(2);
        },
        scaled(100) < 100 ? 11 : 1,
      );
    }

    expect(places).toBeGreaterThan(10);
  }, 120_000);
});
