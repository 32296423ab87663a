import { Test } from '@nestjs/testing';
import { PipelineService, WorkflowClient, WorkflowModule, type WorkflowDefinition } from 'nestjs-workflow';
import {
  child,
  conditional,
  ConditionalStep,
  FunctionStep,
  parallel,
  Pipeline,
  step,
  type PipelineStep,
} from 'nestjs-workflow/pipeline';
import { saga } from 'nestjs-workflow/saga';
import { eventually } from '../utils/eventually.js';

/** Steps that say that they run, and fail while they are named. */
function setUp() {
  const seen: string[] = [];
  const broken = new Set<string>();
  const does = (name: string) => () => {
    seen.push(name);
    if (broken.has(name)) throw new TypeError(name);
    return name.toUpperCase();
  };
  return { seen, broken, does };
}

async function application(definitions: Parameters<typeof WorkflowModule.forFeature>[0]) {
  const testing = await Test.createTestingModule({
    imports: [WorkflowModule.stub(), WorkflowModule.forFeature(definitions)],
  }).compile();
  const app = await testing.createNestApplication({ logger: false }).init();
  return { app, pipelines: app.get(PipelineService), client: app.get(WorkflowClient) };
}

const rejection = (promise: Promise<unknown>) => promise.then(String, (error: unknown) => error);

describe('A pipeline that failed because of a workflow that ran as a step of it', () => {
  it('goes on in that workflow, however deep, when it is executed with its id again', async () => {
    const { seen, broken, does } = setUp();
    const inner = new Pipeline('inner', [step('i1', does('i1')), step('i2', does('i2'))]);
    const middle = new Pipeline('middle', [
      step('m1', does('m1')),
      parallel('both', [child('inner', inner, 1)], ['m1']),
    ]);
    const outer = new Pipeline('outer', [
      step('o1', does('o1')),
      child('middle', middle, 1),
      step('o2', does('o2'), ['middle']),
    ]);
    const { app, pipelines } = await application([inner, middle, outer]);
    broken.add('i2');
    expect(await rejection(pipelines.execute(outer, 1, { id: 'o' }))).toMatchObject({ stepName: 'middle' });
    seen.length = 0;
    expect(await rejection(pipelines.execute(outer, 1, { id: 'o' }))).toMatchObject({ stepName: 'middle' });
    broken.clear();

    const context = await pipelines.execute(outer, 1, { id: 'o' });

    expect(seen).toEqual(['i2', 'i2', 'o2']);
    expect(context.getStepResult('middle')).toMatchObject({
      results: { m1: 'M1', 'both/inner': { results: { i2: 'I2' } } },
    });
    await app.close();
  });

  it('has a saga begin anew that was undone', async () => {
    const { seen, broken, does } = setUp();
    const payment = saga('payment')
      .step('reserve', does('reserve'), () => seen.push('release'))
      .step('charge', does('charge'), null, { maxRetries: 0 })
      .build();
    const order = new Pipeline('order', [step('price', does('price')), child('pay', payment, 1)]);
    const { app, pipelines } = await application([payment, order]);
    broken.add('charge');
    await rejection(pipelines.execute(order, 1, { id: 'o' }));
    broken.clear();

    const context = await pipelines.execute(order, 1, { id: 'o' });

    expect(seen).toEqual(['price', 'reserve', 'charge', 'release', 'reserve', 'charge']);
    expect(context.getStepResult('pay')).toEqual({ reserve: 'RESERVE', charge: 'CHARGE' });
    await app.close();
  });

  it('takes what the workflow has done meanwhile, and goes on without it where it was deleted', async () => {
    const { seen, broken, does } = setUp();
    const inner = new Pipeline('inner', [step('i1', does('i1'))]);
    const outer = new Pipeline('outer', [child('inner', inner, 1), step('o1', does('o1'), ['inner'])]);
    const { app, pipelines, client } = await application([inner, outer]);
    broken.add('i1');
    for (const id of ['mended', 'deleted']) await rejection(pipelines.execute(outer, 1, { id }));
    broken.clear();
    seen.length = 0;
    await client.retry('mended/inner');
    await client.result('mended/inner');
    await client.delete('deleted/inner');

    expect((await pipelines.execute(outer, 1, { id: 'mended' })).getStepResult('o1')).toBe('O1');
    expect(seen).toEqual(['i1', 'o1']);
    expect(await rejection(pipelines.execute(outer, 1, { id: 'deleted' }))).toMatchObject({ stepName: 'inner' });
    await app.close();
  });

  it('is waited for no longer than its caller wants', async () => {
    const { broken, does } = setUp();
    const waiting = new AbortController();
    const hangs = () => new Promise(() => queueMicrotask(() => waiting.abort(new RangeError('enough'))));
    const inner = new Pipeline('inner', [step('i1', () => (broken.has('i1') ? does('i1')() : hangs()))]);
    const outer = new Pipeline('outer', [child('inner', inner, 1)]);
    const { app, pipelines, client } = await application([inner, outer]);
    broken.add('i1');
    await rejection(pipelines.execute(outer, 1, { id: 'o' }));
    broken.clear();

    const error = await rejection(pipelines.execute(outer, 1, { id: 'o', signal: waiting.signal }));

    expect(error).toMatchObject({ message: 'enough' });
    await client.terminate('o/inner');
    await app.close();
  });
});

it('A pipeline that failed may be executed again by several at once: it goes on once, for all of them', async () => {
  const { seen, broken, does } = setUp();
  const pipeline = new Pipeline('p', [step('a', does('a')), step('b', does('b'))]);
  const { app, pipelines } = await application([pipeline]);
  broken.add('b');
  await rejection(pipelines.execute(pipeline, 1, { id: 'p' }));
  broken.clear();

  const contexts = await Promise.all([1, 2, 3].map(() => pipelines.execute(pipeline, 1, { id: 'p' })));

  expect(contexts.map((context) => context.getStepResult('b'))).toEqual(['B', 'B', 'B']);
  expect(seen).toEqual(['a', 'b', 'b']);
  await app.close();
});

const patient: WorkflowDefinition<unknown, unknown> = {
  name: 'patient',
  version: 1,
  model: 'workflow',
  run: (ctx) => ctx.waitForSignal('wait', 'paid'),
};
const sleepy: WorkflowDefinition<unknown, unknown> = { ...patient, name: 'sleepy', run: (ctx) => ctx.sleep('z', '1h') };

describe.each<[string, string, (...steps: PipelineStep[]) => Pipeline]>([
  ['a parallel step', 'both/', (...steps) => new Pipeline('p', [parallel('both', steps)])],
  ['a pipeline', '', (...steps) => new Pipeline('p', steps, { parallelism: 2 })],
])('A workflow that runs beside a failing step of %s', (_, path, beside) => {
  it('is not waited for, in memory', async () => {
    const { broken, does } = setUp();
    broken.add('fails');

    const error = await rejection(beside(child('c', sleepy, 1), step('fails', does('fails'))).execute());

    expect(error).toMatchObject({ name: 'PipelineExecutionError', cause: { message: 'fails' } });
  });

  it('is cancelled with the run, and runs anew when that goes on', async () => {
    const { seen, broken, does } = setUp();
    const pipeline = beside(child('c', patient, 1), step('fails', does('fails')));
    const { app, pipelines, client } = await application([pipeline, patient]);
    broken.add('fails');
    expect(await rejection(pipelines.execute(pipeline, 1, { id: 'p' }))).toMatchObject({ cause: { message: 'fails' } });
    const childId = `p/${path.replace('/', '%2F')}c`;
    expect(await client.getStatus(childId)).toMatchObject({ status: 'cancelled' });
    broken.clear();

    const again = pipelines.execute(pipeline, 1, { id: 'p' });
    await eventually(async () => (await client.getStatus(childId)).status !== 'cancelled');
    await client.signalInstance(childId, 'paid', 7);

    const context = await again;
    expect(context.getStepResult(`${path}c`)).toBe(7);
    expect(seen).toEqual(['fails', 'fails']);
    await app.close();
  });
});

it('A workflow below a step that was recovered is left alone when the pipeline goes on', async () => {
  const { seen, broken, does } = setUp();
  const inner = new Pipeline('inner', [step('i1', does('i1'))]);
  class Saved extends ConditionalStep {
    override onError(): string {
      return 'saved';
    }
  }
  const outer = new Pipeline('outer', [
    new Saved('try', () => true, child('inner', inner, 1)),
    step('last', does('last')),
  ]);
  const { app, pipelines } = await application([inner, outer]);
  for (const name of ['i1', 'last']) broken.add(name);
  await rejection(pipelines.execute(outer, 1, { id: 'o' }));
  broken.delete('last');

  const context = await pipelines.execute(outer, 1, { id: 'o' });

  expect(context.getStepResult('try')).toBe('saved');
  expect(seen).toEqual(['i1', 'last', 'last']);
  await app.close();
});

describe('A pipeline that went on beside a failure', () => {
  it.each([1, 2, 3])('runs nothing again that has completed, %s at one time', async (parallelism) => {
    const { seen, broken, does } = setUp();
    const pipeline = new Pipeline(
      'p',
      [
        step('a', does('a')),
        step('after a', does('after a'), ['a']),
        step('b', does('b')),
        step('after b', does('after b'), ['b']),
        new FunctionStep('saved', does('saved'), { errorHandler: does('save'), cleanupFunc: does('clean') }),
        parallel('both', [step('x', does('x')), step('y', does('y'))], ['b'], { failFast: false }),
        parallel('none', [], ['after b']),
        step('last', does('last'), ['none', 'saved']),
      ],
      { parallelism },
    );
    const { app, pipelines, client } = await application([pipeline]);
    for (const name of ['a', 'saved', 'x']) broken.add(name);
    expect(await rejection(pipelines.execute(pipeline, 1, { id: 'p', failFast: false }))).toMatchObject({
      stepName: 'a',
    });
    expect([...seen].sort()).toEqual(['a', 'after b', 'b', 'clean', 'last', 'save', 'saved', 'x', 'y']);
    seen.length = 0;
    await client.retry('p');
    expect(await rejection(client.result('p'))).toMatchObject({ code: 'WORKFLOW_FAILED' });
    expect([...seen].sort()).toEqual(['a', 'x']);
    seen.length = 0;
    broken.clear();

    const context = await pipelines.execute(pipeline, 1, { id: 'p' });

    expect([...seen].sort()).toEqual(['a', 'after a', 'x']);
    expect(context.getStepResult('last')).toBe('LAST');
    expect(context.getStepResult('both')).toEqual(['X', 'Y']);
    await app.close();
  });

  it('runs each step once that can be done, whatever depends on what and fails how often', async () => {
    const { seen, broken, does } = setUp();
    const random = seeded(7);
    const upTo = (count: number) => Math.floor(random() * count);
    const pipelines = Array.from({ length: 40 }, (_, round) => {
      const steps = Array.from({ length: 2 + upTo(9) }, (_each, at) => {
        const before = Array.from({ length: at }, (_one, other) => `${round}.${other}`);
        const dependencies = before.filter(() => random() < 0.25);
        const name = `${round}.${at}`;
        const body = (own: string, inside = own) => {
          if (random() < 0.3) broken.add(own);
          return step(inside, async () => Promise.resolve(does(own)()), inside === own ? dependencies : []);
        };
        const kind = random();
        if (kind < 0.2)
          return parallel(name, [body(`${name}/x`, 'x'), body(`${name}/y`, 'y')], dependencies, { failFast: false });
        if (kind < 0.3) return conditional(name, () => true, body(`${name}/x`, 'x'), { dependencies });
        if (kind > 0.9) broken.add(`recovered ${name}`);
        if (kind > 0.9)
          return new FunctionStep(name, does(`recovered ${name}`), { dependencies, errorHandler: does(name) });
        return body(name);
      });
      return new Pipeline(`p-${round}`, steps, { parallelism: 1 + upTo(4) });
    });
    const { app, pipelines: service } = await application(pipelines);

    const once = new Set<string>();
    for (const pipeline of pipelines) {
      const failing = [...broken].filter((name) => name.startsWith(`${pipeline.name.slice(2)}.`));
      const mended = new Set<string>();
      const execute = () => service.execute(pipeline, 1, { id: pipeline.name, failFast: false });
      while (failing.length > 0) {
        expect(await rejection(execute())).toMatchObject({ name: 'PipelineExecutionError' });
        for (const name of failing.splice(0, 1 + upTo(2))) {
          broken.delete(name);
          mended.add(name);
        }
      }
      const context = await execute();
      expect(context.failedSteps).toEqual([]);
      for (const name of seen.splice(0)) {
        if (mended.has(name)) continue;
        expect(once).not.toContain(name);
        once.add(name);
      }
    }
    expect(once.size).toBeGreaterThan(100);
    await app.close();
  });
});

/** A generator of numbers from 0 to 1 that are the same each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
