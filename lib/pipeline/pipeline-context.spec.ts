import { fail, rejected } from '../../test/utils/pipelines.js';
import { parallel, Pipeline, PipelineContext, step, WorkflowDefinition } from './index.js';

describe('What goes through a pipeline', () => {
  it('a result may be undefined, null or false, and is not mistaken for a missing one', async () => {
    const context = await new Pipeline('p', [
      step('u', () => undefined),
      step('n', () => null),
      step('f', () => false),
    ]).execute();

    const of = (name: string) => context.getStepResult<unknown>(name, 'default');
    expect([of('u'), of('n'), of('f'), of('?')]).toEqual([undefined, null, false, 'default']);
    context.setStepResult('u', 7);
    expect(of('u')).toBe(7);
  });

  it('a context can be used again: what became of the steps begins anew, and the results stay', async () => {
    const context = new PipelineContext();
    context.setStepResult('given', 1);
    await new Pipeline('p', [step('a', () => 'A')]).execute(context);

    await new Pipeline('q', [step('b', (given) => [given.getStepResult('a'), given.getStepResult('given')])]).execute(
      context,
    );

    expect(context.getStepResult('b')).toEqual(['A', 1]);
    expect(context.successfulSteps.map(({ stepName }) => stepName)).toEqual(['b']);
  });

  it('two runs of one pipeline at one time never meet', async () => {
    const pipeline = new Pipeline('p', [
      step('a', async (context) => context.input),
      step('b', (context) => context.getStepResult('a'), ['a']),
    ]);

    const contexts = await Promise.all(
      Array.from({ length: 50 }, (_, input) => pipeline.execute(new PipelineContext({ input }))),
    );

    expect(contexts.map((context) => context.getStepResult<unknown>('b'))).toEqual(
      Array.from({ length: 50 }, (_, at) => at),
    );
  });

  it('an empty pipeline completes', async () => {
    expect((await new Pipeline('p', []).execute()).successfulSteps).toEqual([]);
    expect((await new Pipeline('p').execute()).hasFailed()).toBe(false);
  });

  describe('with a checkpoint store', () => {
    it('that drops undefined, as JSON does, a step without a result is not run again', async () => {
      const texts = new Map<string, string>();
      const store = {
        get: async (key: string) => JSON.parse(texts.get(key) ?? 'null') as unknown,
        set: async (key: string, value: unknown) => void texts.set(key, JSON.stringify(value)),
        del: async (key: string) => void texts.delete(key),
      };
      const seen: string[] = [];
      let isBroken = true;
      const pipeline = new Pipeline(
        'p',
        [step('a', () => void seen.push('a')), step('b', () => (isBroken ? fail() : seen.push('b')))],
        store,
      );
      await rejected(pipeline, new PipelineContext({ runId: 'r' }));
      isBroken = false;

      await pipeline.execute(new PipelineContext({ runId: 'r' }));

      expect(seen).toEqual(['a', 'b']);
      expect(texts.size).toBe(0);
    });

    it('the steps inside others are remembered one by one', async () => {
      const seen: string[] = [];
      let isBroken = true;
      const pipeline: Pipeline = new Pipeline(
        'p',
        [parallel('both', [step('x', () => seen.push('x')), step('y', () => (isBroken ? fail() : 'Y'))])],
        new Map<string, unknown>(),
      );
      await rejected(pipeline, new PipelineContext({ runId: 'r' }));
      isBroken = false;

      const context = await pipeline.execute(new PipelineContext({ runId: 'r' }));

      expect(seen).toEqual(['x']);
      expect(context.getStepResult('both')).toEqual([1, 'Y']);
    });

    it('that fails, the pipeline runs all the same', async () => {
      const broken = { get: fail, set: fail, delete: fail };

      expect((await new Pipeline('p', [step('a', () => 1)], broken).execute()).getStepResult('a')).toBe(1);
    });
  });
});

describe('WorkflowDefinition', () => {
  it('refuses a version that is no positive integer', () => {
    for (const version of [0, -1, 1.5, Number.NaN])
      expect(() => new WorkflowDefinition('orders', [], version)).toThrow(/version/);
  });

  it('takes its optional parameters in one object as well', () => {
    expect(new WorkflowDefinition('orders', { steps: ['a'], version: 3 })).toMatchObject({ steps: ['a'], version: 3 });
    expect(new WorkflowDefinition('orders', ['a'], { version: 2 })).toMatchObject({ steps: ['a'], version: 2 });
  });
});
