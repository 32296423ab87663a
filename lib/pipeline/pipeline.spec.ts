import { fail, failure, rejected } from '../../test/utils/pipelines.js';
import {
  FunctionStep,
  Pipeline,
  PipelineContext,
  PipelineStep,
  PipelineStepError,
  pipelineStep,
  step,
  WorkflowDefinition,
  WorkflowInstance,
} from './index.js';

/** Steps that write down when they run. */
function tracer() {
  const seen: string[] = [];
  const trace = (name: string, dependencies?: string[]) => step(name, () => void seen.push(name), dependencies);
  return { seen, trace };
}

describe('WorkflowDefinition and WorkflowInstance', () => {
  it('a definition is immutable, of version 1 and without steps unless it says otherwise', () => {
    const definition = new WorkflowDefinition('orders');

    expect(definition).toMatchObject({ name: 'orders', version: 1, steps: [] });
    expect(Object.isFrozen(definition) && Object.isFrozen(definition.steps)).toBe(true);
  });

  it('an instance is stamped with the version and has an id of its own', () => {
    const definition = new WorkflowDefinition('orders', [], 3);
    const [one, other] = [WorkflowInstance.create(definition), WorkflowInstance.create(definition)];

    expect(one).toMatchObject({ workflowName: 'orders', definitionVersion: 3 });
    expect(one.instanceId).not.toBe(other.instanceId);
  });

  it.each([2, 4])('an instance of version 3 refuses a definition of version %d', (version) => {
    const instance = new WorkflowInstance('i', 'orders', 3);

    expect(() => instance.validateDefinitionVersion(new WorkflowDefinition('orders', [], 3))).not.toThrow();
    expect(() => instance.validateDefinitionVersion(new WorkflowDefinition('orders', [], version))).toThrow(
      expect.objectContaining({ expectedVersion: 3, actualVersion: version }) as Error,
    );
  });
});

describe('Pipeline', () => {
  it('runs its steps by dependencies, and by declaration where these leave a choice', async () => {
    const { seen, trace } = tracer();

    await new Pipeline('p', [trace('d', ['b']), trace('c'), trace('a'), trace('b', ['a'])]).execute();

    expect(seen).toEqual(['c', 'a', 'b', 'd']);
  });

  it('gathers results by reference, typed by name, at once or later', async () => {
    const map = new Map([['x', 1]]);
    const pipeline = new Pipeline('p', [
      step('now', () => map),
      step('later', async (context) => context.getStepResult<Map<string, number>>('now').get('x'), ['now']),
    ]);

    const context = await pipeline.execute();
    const now: Map<string, number> = context.getStepResult('now');
    const later: number | undefined = context.getStepResult('later');

    expect(now).toBe(map);
    expect(later).toBe(1);
  });

  it('hands its context on, with metadata, defaults and the input', async () => {
    const given = new PipelineContext({ input: 'in' });
    given.addMetadata('user', 'ada');
    const pipeline = new Pipeline('p', [
      step('a', (context) => `${String(context.input)}:${context.getMetadata<string>('user')}`),
    ]);

    const context = await pipeline.execute(given);

    expect(context).toBe(given);
    expect(context.getStepResult('a')).toBe('in:ada');
    expect([context.getStepResult('none', 7), context.getMetadata('none', 8), context.hasFailed()]).toEqual([
      7,
      8,
      false,
    ]);
    expect(context.duration).toBeGreaterThanOrEqual(0);
    expect(context.successfulSteps).toEqual([{ stepName: 'a', status: 'completed', result: 'in:ada' }]);
  });

  it.each<[string, PipelineStep[], RegExp]>([
    ['a name given twice', [step('a', fail), step('a', fail)], /"a" is given to two steps/],
    ['a dependency that is not there', [step('a', fail, ['b'])], /depends on "b", and there is no such step/],
    ['a circle', [step('a', fail, ['b']), step('b', fail, ['a'])], /circular dependency: "a" → "b" → "a"/],
  ])('refuses %s', (_, steps, message) => {
    expect(() => new Pipeline('p', steps)).toThrow(message);
  });

  it('checks a step that is added, and stays as it was when it refuses one', async () => {
    const { seen, trace } = tracer();
    const pipeline: Pipeline = new Pipeline('p', [trace('a')]);

    expect(() => pipeline.addStep(trace('a'))).toThrow(/two steps/);
    expect(() => pipeline.addStep(trace('b', ['x']))).toThrow(/no such step/);
    pipeline.addStep(trace('b', ['a']));
    await pipeline.execute();

    expect(seen).toEqual(['a', 'b']);
  });

  it('is drawn in DOT and in Mermaid', () => {
    const pipeline = new Pipeline('p', [step('a', fail), step('b "q"', fail, ['a'])]);

    expect(pipeline.toDot()).toContain('"a" -> "b \\"q\\"";');
    expect(pipeline.toMermaid()).toContain('n0 --> n1');
  });

  describe('when a step fails', () => {
    it('rejects with the name of the step, its error and what was done, and begins nothing more', async () => {
      const { seen, trace } = tracer();
      const error = await rejected(new Pipeline('p', [trace('a'), step('b', fail), trace('c')]));

      expect(error).toMatchObject({ name: 'PipelineExecutionError', stepName: 'b', cause: failure });
      expect(seen).toEqual(['a']);
      expect(error?.context.failedSteps).toEqual([{ stepName: 'b', status: 'failed', error: failure }]);
      expect(error?.context.hasFailed()).toBe(true);
    });

    it('without failFast goes on with what does not depend on it, and still rejects with the first failure', async () => {
      const { seen, trace } = tracer();
      const pipeline = new Pipeline('p', [step('a', fail), trace('b', ['a']), trace('c', ['b']), trace('d')]);

      for (const args of [[undefined, false], [{ failFast: false }]] as const) {
        seen.length = 0;
        const error = await rejected(pipeline, ...(args as [undefined, boolean]));

        expect(seen).toEqual(['d']);
        expect(error?.stepName).toBe('a');
        expect(error?.context.skippedSteps.map(({ stepName }) => stepName)).toEqual(['b', 'c']);
      }
    });
  });

  describe('a step', () => {
    class Careful extends PipelineStep<string> {
      calls: string[] = [];
      constructor(private readonly acts: { skip?: unknown; execute?: unknown; onError?: unknown; cleanup?: unknown }) {
        super('careful');
      }
      execute() {
        return this.act('execute') as string;
      }
      override shouldSkip() {
        return this.act('skip') === true;
      }
      override onError(_context: PipelineContext, error: Error) {
        if (!('onError' in this.acts)) throw error;
        return this.act('onError');
      }
      override cleanup() {
        return this.act('cleanup');
      }
      private act(name: 'skip' | 'execute' | 'onError' | 'cleanup'): unknown {
        this.calls.push(name);
        const act = this.acts[name];
        if (act instanceof Error) throw act;
        return act;
      }
    }

    it('that is a class of its own is asked, executed and cleaned up', async () => {
      const careful = new Careful({ execute: 'done' });

      const context = await new Pipeline('p', [careful]).execute();

      expect(careful.calls).toEqual(['skip', 'execute', 'cleanup']);
      expect(context.getStepResult('careful')).toBe('done');
    });

    it('that is skipped has no result, and what depends on it runs', async () => {
      const { seen, trace } = tracer();
      const careful = new Careful({ skip: true });

      const context = await new Pipeline('p', [careful, trace('next', ['careful'])]).execute();

      expect(careful.calls).toEqual(['skip', 'cleanup']);
      expect(context.getStepResult('careful', 'none')).toBe('none');
      expect(context.getStepStatus('careful')).toBe('skipped');
      expect(seen).toEqual(['next']);
    });

    it('whose question throws has failed', async () => {
      expect(await rejected(new Pipeline('p', [new Careful({ skip: failure })]))).toMatchObject({ cause: failure });
    });

    it('recovers with what onError answers, and is cleaned up', async () => {
      const careful = new Careful({ execute: failure, onError: 'recovered' });

      const context = await new Pipeline('p', [careful]).execute();

      expect(context.getStepResult('careful')).toBe('recovered');
      expect(careful.calls).toEqual(['skip', 'execute', 'onError', 'cleanup']);
      expect(context.hasFailed()).toBe(false);
    });

    it('is cleaned up when it fails, and a failing cleanup changes nothing', async () => {
      const careful = new Careful({ execute: failure, cleanup: new Error('dirty') });

      expect(await rejected(new Pipeline('p', [careful]))).toMatchObject({ cause: failure });
      expect(careful.calls).toEqual(['skip', 'execute', 'cleanup']);
      await new Pipeline('p', [new Careful({ execute: 1, cleanup: failure })]).execute();
    });

    it('that takes longer than its time-out, in seconds, has failed; its other methods are not limited', async () => {
      const slow = new FunctionStep(
        'slow',
        () => new Promise(() => undefined),
        [],
        undefined,
        undefined,
        undefined,
        0.01,
      );
      const recovering = new FunctionStep('slow', () => new Promise(() => undefined), {
        timeout: '10ms',
        errorHandler: (_, error) => (error as Error & { code: string }).code,
      });

      expect(await rejected(new Pipeline('p', [slow]))).toMatchObject({
        cause: { code: 'STEP_TIMEOUT', timeoutMs: 10 },
      });
      expect((await new Pipeline('p', [recovering]).execute()).getStepResult('slow')).toBe('STEP_TIMEOUT');
    });

    it('is executed by its resilience, and tried again under its retry', async () => {
      const calls: string[] = [];
      const resilience = {
        execute: async <T>(fn: () => T | PromiseLike<T>) => {
          calls.push('policy');
          return fn();
        },
      };
      const flaky = new FunctionStep(
        'flaky',
        (_, { attempt }) => {
          calls.push(`try ${attempt}`);
          return attempt < 2 ? fail() : attempt;
        },
        { resilience, retry: { attempts: 2, backoff: { delay: 0 } } },
      );

      const context = await new Pipeline('p', [flaky]).execute();

      expect(calls).toEqual(['policy', 'try 1', 'policy', 'try 2']);
      expect(context.getStepResult('flaky')).toBe(2);
    });

    it('takes the documented arguments by position: skip condition, error handler, cleanup', async () => {
      const seen: string[] = [];
      const positional = new FunctionStep(
        'a',
        fail,
        [],
        () => false,
        (_, error) => error.message,
        () => seen.push('cleanup'),
      );

      expect((await new Pipeline('p', [positional]).execute()).getStepResult('a')).toBe('no');
      expect(seen).toEqual(['cleanup']);
    });

    it('made by pipelineStep is named after its function', async () => {
      async function greet() {
        return 'hello';
      }
      const made = pipelineStep(['first'])(greet);

      expect(made).toMatchObject({ name: 'greet', dependencies: ['first'] });
      expect((await new Pipeline('p', [step('first', () => 1), made]).execute()).getStepResult('greet')).toBe('hello');
    });

    it('is undone, the last first, when the pipeline fails later', async () => {
      const undone: unknown[] = [];
      const compensate = (result: string, context: PipelineContext) =>
        undone.push([result, context.getStepResult('a')]);
      const undoable = (name: string) => new FunctionStep(name, () => name, { compensate });

      await rejected(new Pipeline('p', [undoable('a'), undoable('b'), step('c', fail)]));

      expect(undone).toEqual([
        ['b', 'a'],
        ['a', 'a'],
      ]);
    });
  });
});

describe('PipelineStepError', () => {
  it('has the documented message unless it says otherwise', () => {
    expect(new PipelineStepError().message).toBe('Pipeline step error');
    expect(new PipelineStepError('out of stock').message).toBe('out of stock');
  });
});
