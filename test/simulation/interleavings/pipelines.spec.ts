import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster, scaled, sweep } from '../cluster.js';
import type { SimProcess } from '../engine/sim-process.js';
import { stagedPipeline, type StagedTask } from '../workflows/staged-pipeline.js';

/** Every place with `SIMULATION_SCALE=1`, every seventh one in the ordinary test run. */
const STRIDE = scaled(100) < 100 ? 7 : 1;
const QUICK = { takesMs: 1 };

/** Whoever has the pipeline, or had it last. */
function executing(cluster: Cluster): SimProcess {
  const { workerId } = cluster.record('p');
  const { alive } = cluster.world;
  return alive.find(({ options }) => options.workerId === workerId) ?? (alive[0] as SimProcess);
}

async function begin(tasks: readonly StagedTask[], parallelism: number, onBegin?: (task: StagedTask) => void) {
  const cluster = new Cluster({ definitions: [stagedPipeline('pipe', tasks, parallelism, onBegin)] });
  cluster.process('a');
  cluster.process('b');
  await cluster.create('pipe', 'p');
  return cluster;
}

const DIAMOND: readonly StagedTask[] = [
  { name: 'a', behaviour: QUICK, undo: QUICK },
  { name: 'b', dependencies: ['a'], behaviour: QUICK, undo: QUICK },
  { name: 'c', dependencies: ['a'], behaviour: QUICK, undo: QUICK },
  { name: 'd', dependencies: ['b', 'c'], behaviour: QUICK, undo: QUICK },
];

describe('A durable pipeline, its process killed at every place', () => {
  it.each([1, 2])('goes on elsewhere, and records each step once; parallelism %d', async (parallelism) => {
    const places = await sweep(
      () => begin(DIAMOND, parallelism),
      (cluster) => {
        executing(cluster).crash();
        cluster.process('c');
      },
      async (cluster) => {
        await cluster.finish();
        expect(cluster.record('p').status).toBe('completed');
        const steps = cluster.journal('p').filter((name) => !name.startsWith('$'));
        expect([...steps].sort()).toEqual(['a', 'b', 'c', 'd']);
        // Once, and once more where it was under way when its process died.
        for (const { name } of DIAMOND) expect(cluster.begun(name)).toBeLessThanOrEqual(2);
      },
      STRIDE,
    );

    expect(places).toBeGreaterThan(10);
  });

  it('undoes elsewhere what had completed when a step of it fails', async () => {
    const failing: StagedTask = { name: 'd', dependencies: ['b', 'c'], behaviour: { ...QUICK, failures: 9 } };
    await sweep(
      () => begin([...DIAMOND.slice(0, 3), failing], 1),
      (cluster) => {
        executing(cluster).crash();
        cluster.process('c');
      },
      async (cluster) => {
        await cluster.finish();
        expect(cluster.record('p').status).toBe('failed');
        expect(cluster.journal('p').filter((name) => name.startsWith('$compensate:'))).toEqual([
          '$compensate:c',
          '$compensate:b',
          '$compensate:a',
        ]);
      },
      STRIDE,
    );
  });

  it('stops elsewhere what stood beside the step that fails, and undoes what was done or may have been', async () => {
    const tasks: readonly StagedTask[] = [
      { name: 'done', behaviour: QUICK, undo: QUICK },
      { name: 'fails', behaviour: { takesMs: 20, failures: 9 } },
      { name: 'waits', behaviour: { takesMs: 60_000 }, undo: QUICK },
      { name: 'deaf', behaviour: { takesMs: 40, isDeaf: true }, undo: QUICK },
      { name: 'never', dependencies: ['fails'], behaviour: QUICK },
    ];
    const ends = new Set<string>();
    await sweep(
      () => begin(tasks, 4),
      (cluster) => {
        executing(cluster).crash();
        cluster.process('c');
      },
      async (cluster) => {
        await cluster.finish();
        expect(cluster.record('p').status).toBe('failed');
        const end = new Map(
          cluster.entries('p').map(({ name, status, data }) => [name, `${status} ${data?.uncertain ?? ''}`]),
        );
        for (const name of ['fails', 'waits', 'deaf', 'done']) ends.add(`${name} ${end.get(name)}`);
        expect([end.has('never'), end.get('fails')]).toEqual([false, 'failed ']);
        expect(cluster.begun('never')).toBe(0);
      },
      // There are few places between the failure's record and the ends of those beside it.
      1,
    );

    expect([...ends]).toEqual(expect.arrayContaining(['waits cancelled ', 'deaf completed ']));
    // Begun by the process that died, and stopped by the next one: it may have been done.
    expect([...ends].join()).toMatch(/(waits|deaf) cancelled true/);
  });
});

/** A graph of tasks as workflow management systems publish it. */
interface Graph {
  readonly name: string;
  readonly tasks: readonly { readonly id: string; readonly parents: readonly string[] }[];
}

interface WfInstance {
  readonly name: string;
  readonly workflow: { readonly specification: { readonly tasks: Graph['tasks'] } };
}

/** Shapes that scientific workflows have: independent lanes that are merged, neighbours compared pairwise, a scatter and a gather. */
function generated(): Graph[] {
  const many = (count: number) => Array.from({ length: count }, (_, at) => at);
  const lanes = many(6).flatMap((lane) =>
    many(6).map((stage) => ({ id: `l${lane}.${stage}`, parents: stage === 0 ? ['split'] : [`l${lane}.${stage - 1}`] })),
  );
  const pairs = many(11).map((at) => ({ id: `diff${at}`, parents: [`project${at}`, `project${at + 1}`] }));
  return [
    {
      name: 'lanes',
      tasks: [{ id: 'merge', parents: many(6).map((lane) => `l${lane}.5`) }, ...lanes, { id: 'split', parents: [] }],
    },
    {
      name: 'neighbours',
      tasks: [
        ...pairs,
        { id: 'fit', parents: pairs.map(({ id }) => id) },
        ...many(12).map((at) => ({ id: `project${at}`, parents: [] })),
        ...many(12).map((at) => ({ id: `background${at}`, parents: ['fit', `project${at}`] })),
        { id: 'add', parents: many(12).map((at) => `background${at}`) },
      ],
    },
    {
      name: 'scatter',
      tasks: [
        ...many(25).map((at) => ({ id: `call${at}`, parents: at < 5 ? [] : ['index', `call${at % 5}`] })),
        { id: 'index', parents: [] },
        { id: 'report', parents: ['index', ...many(25).map((at) => `call${at}`)] },
      ],
    },
  ];
}

function published(folder: string): Graph[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file !== 'MANIFEST.json')
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as WfInstance)
    .map(({ name, workflow }) => ({ name, tasks: workflow.specification.tasks }));
}

/** Runs a graph, kills the process when half of its tasks have begun, and looks at what begun when. */
async function runsHalfwayKilled({ tasks }: Graph, parallelism: number): Promise<void> {
  const begun: string[] = [];
  const staged = tasks.map(({ id, parents }): StagedTask => ({ name: id, dependencies: parents, behaviour: QUICK }));
  const cluster = await begin(staged, parallelism, ({ name }) => begun.push(name));
  await cluster.until(() => begun.length >= tasks.length / 2, 'its half');
  executing(cluster).crash();
  cluster.process('c');
  await cluster.finish();

  expect(cluster.record('p').status).toBe('completed');
  const recorded = cluster.journal('p').filter((name) => !name.startsWith('$'));
  expect([...recorded].sort()).toEqual(tasks.map(({ id }) => id).sort());
  const lastBegun = new Map(begun.map((name, order) => [name, order]));
  const position = new Map(recorded.map((name, at) => [name, at]));
  for (const { id, parents } of tasks)
    for (const parent of parents) {
      expect(position.get(parent)).toBeLessThan(position.get(id) as number);
      expect(begun.indexOf(parent)).toBeLessThan(lastBegun.get(id) as number);
    }
  // What was under way when the process died is begun again, and nothing else.
  expect(begun.length - tasks.length).toBeLessThanOrEqual(parallelism);
}

describe('Workflows of science, as durable pipelines', () => {
  it.each(generated())(
    'in the shape of $name respect every edge and run each task once, killed half-way',
    async (graph) => {
      await runsHalfwayKilled(graph, 1);
      await runsHalfwayKilled(graph, 4);
    },
  );

  const folder = process.env['WFINSTANCES_DIR'];
  const real = folder === undefined ? it.skip : it;
  real(
    folder === undefined
      ? 'as they were recorded: skipped, because WFINSTANCES_DIR names no folder of WfFormat files'
      : 'as they were recorded respect every edge and run each task once, killed half-way',
    async () => {
      const graphs = published(folder as string);
      expect(graphs.length).toBeGreaterThan(0);
      for (const graph of graphs) await runsHalfwayKilled(graph, 4);
    },
    120_000,
  );
});
