import { Test, type TestingModule } from '@nestjs/testing';
import { BulkService, GraphService, WorkflowModule, type WorkflowDefinition } from 'nestjs-workflow';
import { bulk } from 'nestjs-workflow/bulk';
import { WorkflowBuilder } from 'nestjs-workflow/graph';
import { rejection } from '../utils/graphs.js';

/** Goes round until it is stopped. */
const round = new WorkflowBuilder('round')
  .addNode('a', () => ({}))
  .addEdge('a', 'a')
  .setEntry('a')
  .setTerminal('a', () => false)
  .build();

const around = new WorkflowBuilder('around')
  .addNode('within', { subworkflow: round })
  .setEntry('within')
  .setTerminal('within')
  .build();

const below = new WorkflowBuilder('below')
  .addNode('child', { subworkflow: 'round' })
  .setEntry('child')
  .setTerminal('child')
  .build();

const letters = bulk('letters', {
  source: () => ['a', 'b', 'c', 'd'],
  process: (items: readonly string[]) => items.map((item) => item.toUpperCase()),
});

async function application(maxIterations: number, batchSize: number): Promise<TestingModule> {
  const definitions = [round, around, below, letters] as WorkflowDefinition[];
  const module = await Test.createTestingModule({
    imports: [
      WorkflowModule.stub({ graph: { maxIterations }, bulk: { batchSize } }),
      WorkflowModule.forFeature(definitions),
    ],
  }).compile();
  return module.init();
}

describe('What two modules of one process say for one definition', () => {
  let first: TestingModule;
  let second: TestingModule;

  beforeAll(async () => {
    first = await application(3, 4);
    second = await application(7, 1);
  });
  afterAll(async () => {
    await first.close();
    await second.close();
  });

  it.each([undefined, 'run-1'])(
    'holds in its own application: a graph, one within and one below, with the id %s',
    async (id) => {
      const visitsIn = async (app: TestingModule): Promise<unknown[]> => {
        const graphs = app.get(GraphService);
        const of = (name: string) => ({ ...(id !== undefined && { id: `${name}-${id}` }) });
        const { iterations } = (await rejection(graphs.execute(round, '', of('round')))) as unknown as {
          iterations: number;
        };
        const [within, child] = [
          await graphs.execute(around, '', of('around')),
          await graphs.execute(below, '', of('below')),
        ];
        return [iterations, ...[within, child].map(({ output }) => /after (\d+) visits/.exec(String(output))?.[1])];
      };

      expect(await visitsIn(first)).toEqual([3, '3', '3']);
      expect(await visitsIn(second)).toEqual([7, '7', '7']);
    },
  );

  it.each([undefined, 'run-1'])('holds in its own application: a bulk with the id %s', async (id) => {
    const batchesIn = async (app: TestingModule): Promise<number> =>
      (await app.get(BulkService).execute(letters, undefined, { ...(id !== undefined && { id }) })).totalBatches;

    expect(await batchesIn(first)).toBe(1);
    expect(await batchesIn(second)).toBe(4);
  });
});
