import { fail, failure, rejected } from '../../test/utils/pipelines.js';
import { AbortScope } from '../core/cancellation/index.js';
import { standaloneServices } from '../core/execution/index.js';
import { delay, VirtualClock, type Duration } from '../core/time/index.js';
import {
  conditional,
  ConditionalStep,
  FunctionStep,
  parallel,
  ParallelStep,
  Pipeline,
  PipelineContext,
  PipelineStep,
  step,
} from './index.js';

/** Runs on a clock of its own, as far as it is told. */
function onClock() {
  const clock = new VirtualClock();
  const services = { ...standaloneServices(), clock };
  const run = async (pipeline: Pipeline, passing: Duration, signal?: AbortSignal) => {
    const outcome = pipeline.executeWith(services, signal === undefined ? {} : { signal }).then(
      (context) => ({ context, error: undefined }),
      (error: unknown) => ({ context: undefined, error }),
    );
    await clock.advance(passing);
    return outcome;
  };
  return { clock, run };
}

describe('The semantics of pipelines, in combination', () => {
  it('a parallel step in a conditional step in a parallel step gives its results by path, in the order of declaration', async () => {
    const inner = parallel('inner', [step('x', async () => 1), step('y', () => 2)]);
    const pipeline = new Pipeline('p', [
      parallel('outer', [
        conditional('route', () => true, inner),
        step('beside', () => 3),
        conditional('never', () => false, step('z', fail)),
      ]),
    ]);

    const context = await pipeline.execute();

    expect(context.getStepResult('outer')).toEqual([[1, 2], 3, null]);
    expect(context.getStepResult('outer/route/inner/y')).toBe(2);
    expect(context.successfulSteps.map(({ stepName }) => stepName)).toEqual(['outer']);
    expect(context.stepsInside('outer').map(({ stepName, status }) => `${stepName} ${status}`)).toEqual([
      'outer/route completed',
      'outer/route/inner completed',
      'outer/route/inner/x completed',
      'outer/route/inner/y completed',
      'outer/beside completed',
      'outer/never completed',
    ]);
  });

  it('an error deep inside fails every step around it, and the pipeline under the name of the outermost', async () => {
    const pipeline = new Pipeline('p', [
      parallel('outer', [
        conditional(
          'route',
          () => false,
          step('a', () => 1),
          step('b', fail),
        ),
      ]),
    ]);

    const error = await rejected(pipeline);

    expect(error).toMatchObject({ stepName: 'outer', cause: failure });
    expect(error?.context.failedSteps).toEqual([{ stepName: 'outer', status: 'failed', error: failure }]);
    expect(error?.context.stepsInside('outer/route')).toEqual([
      { stepName: 'outer/route/b', status: 'failed', error: failure },
    ]);
  });

  it('a step around a failing one may recover; the pipeline has then completed', async () => {
    class Forgiving extends ConditionalStep {
      override onError(_: PipelineContext, error: Error) {
        return `made good for ${error.name}`;
      }
    }
    const pipeline = new Pipeline('p', [new Forgiving('route', () => true, step('a', fail))]);

    const context = await pipeline.execute();

    expect(context.getStepResult('route')).toBe('made good for TypeError');
    expect(context.getStepStatus('route')).toBe('completed');
    expect([context.hasFailed(), context.failedSteps]).toEqual([false, []]);
    expect(PipelineContext.from(context.toJSON()).hasFailed()).toBe(false);
    expect(context.getStepStatus('route/a')).toBe('failed');
  });

  it('both branches of a conditional step may have a step of the same name, since only one of them runs', async () => {
    const pipeline = new Pipeline('p', [
      conditional(
        'route',
        () => false,
        step('send', () => 'letter'),
        step('send', () => 'mail'),
      ),
    ]);

    expect((await pipeline.execute()).getStepResult('route/send')).toBe('mail');
  });

  it('names that would meet in the journal are refused', () => {
    const skippable = new FunctionStep('a', () => 1, { skipCondition: () => false });

    expect(() => new Pipeline('p', [skippable, step('a:shouldSkip', () => 1)])).toThrow(
      /Two steps of pipeline "p" are known as "a:shouldSkip"/,
    );
    expect(() => new Pipeline('p', [parallel('a', [step('b', () => 1)]), step('a/b', () => 1)])).toThrow(
      /known as "a\/b"/,
    );
  });

  it('a step may recover with undefined', async () => {
    const pipeline = new Pipeline('p', [
      new FunctionStep('a', fail, { errorHandler: () => undefined }),
      step('b', (context) => context.getStepStatus('a'), ['a']),
    ]);

    expect((await pipeline.execute()).getStepResult('b')).toBe('completed');
  });

  it('an error in shouldSkip fails the step without asking onError, and the step is cleaned up', async () => {
    const calls: string[] = [];
    const pipeline = new Pipeline('p', [
      new FunctionStep('a', () => calls.push('execute'), {
        skipCondition: fail,
        errorHandler: () => calls.push('onError'),
        cleanupFunc: () => calls.push('cleanup'),
      }),
    ]);

    expect(await rejected(pipeline)).toMatchObject({ stepName: 'a', cause: failure });
    expect(calls).toEqual(['cleanup']);
  });

  it('what onError throws is the error, and the step is cleaned up', async () => {
    const worse = new RangeError('worse');
    const calls: string[] = [];
    const pipeline = new Pipeline('p', [
      new FunctionStep('a', fail, {
        errorHandler: () => {
          throw worse;
        },
        cleanupFunc: () => calls.push('cleanup'),
      }),
    ]);

    expect(await rejected(pipeline)).toMatchObject({ cause: worse });
    expect(calls).toEqual(['cleanup']);
  });

  it.each<[string, () => unknown]>([
    ['completes', () => 1],
    ['throws', fail],
    ['rejects', () => Promise.reject(failure)],
    ['takes too long', () => new Promise(() => undefined)],
  ])(
    'a step that %s is cleaned up once, after its outcome is known and before a dependent begins',
    async (_, execute) => {
      const seen: string[] = [];
      const pipeline: Pipeline = new Pipeline('p', [
        new FunctionStep('a', execute, {
          timeout: 0.01,
          cleanupFunc: (context) => seen.push(context.getStepStatus('a')),
        }),
        step('b', () => seen.push('b'), ['a']),
      ]);

      const { error } = await onClock().run(pipeline, '10ms');

      expect(seen).toEqual(error === undefined ? ['completed', 'b'] : ['failed']);
    },
  );

  it('a step that nobody came to is not cleaned up', async () => {
    const seen: string[] = [];
    const cleaned = (name: string, dependencies: string[] = []) =>
      new FunctionStep(name, () => 1, { dependencies, cleanupFunc: () => seen.push(name) });

    await rejected(new Pipeline('p', [step('a', fail), cleaned('b', ['a']), cleaned('c')]), { failFast: false });

    expect(seen).toEqual(['c']);
  });

  it('a cancelled step is cleaned up as well', async () => {
    const seen: string[] = [];
    const scope = new AbortScope();
    const pipeline: Pipeline = new Pipeline('p', [
      new FunctionStep('a', () => new Promise(() => undefined), { cleanupFunc: () => seen.push('cleanup') }),
      step('b', () => seen.push('b')),
    ]);
    const { clock, run } = onClock();
    clock.schedule(10, () => {
      scope.abort('enough');
    });

    expect(await run(pipeline, '1m', scope.signal)).toMatchObject({ error: { code: 'WORKFLOW_CANCELLED' } });
    expect(seen).toEqual(['cleanup']);
  });

  it('the time-out of a step holds for its execute, with the policy around it, and not for its other methods', async () => {
    const { clock, run } = onClock();
    const slowly = async <T>(value: T) => delay(clock, 30).then(() => value);
    const pipeline: Pipeline = new Pipeline('p', [
      new FunctionStep('a', fail, {
        timeout: '10ms',
        skipCondition: () => slowly(false),
        errorHandler: () => slowly('recovered'),
        cleanupFunc: () => slowly(undefined),
      }),
      new FunctionStep('b', () => 1, {
        timeout: '10ms',
        resilience: { execute: async (fn) => slowly(await fn()) },
        errorHandler: (_, error) => error.name,
      }),
    ]);

    const { context } = await run(pipeline, '1s');

    expect(context?.getStepResult('a')).toBe('recovered');
    expect(context?.getStepResult('b')).toBe('StepTimeoutError');
    expect(context?.duration).toBeCloseTo(0.1);
  });

  it('the time-out of a conditional step holds for its condition and for its step, that of a parallel one for each', async () => {
    const never = () => new Promise<never>(() => undefined);
    const timedOut = { cause: { code: 'STEP_TIMEOUT' } };
    const asking = conditional(
      'c',
      never,
      step('a', () => 1),
      { timeout: 0.01 },
    );
    const running = conditional('c', () => true, step('a', never), undefined, [], 0.01);
    const together = new ParallelStep('c', [step('a', () => 1), step('b', never)], [], { timeout: '10ms' });

    for (const each of [asking, running, together])
      expect((await onClock().run(new Pipeline('p', [each as PipelineStep]), '10ms')).error).toMatchObject(timedOut);
  });

  it('a failing parallel step that fails fast begins nothing more; one that does not runs all, and fails all the same', async () => {
    const seen: string[] = [];
    const run = (failFast: boolean) =>
      rejected(
        new Pipeline('p', [
          parallel('both', [step('a', fail), step('b', () => seen.push('b'))], { failFast }),
          step('c', () => seen.push('c')),
        ]),
      );

    expect(await run(false)).toMatchObject({ stepName: 'both' });
    expect(seen).toEqual(['b']);
    expect(await run(true)).toMatchObject({ stepName: 'both', cause: failure });
  });

  it('without failFast the dependents of a failed step are skipped with the reason, whatever else they depend on', async () => {
    const pipeline = new Pipeline('p', [
      step('ok', () => 1),
      step('bad', fail),
      step('after', () => 2, ['ok', 'bad']),
      step('later', () => 3, ['after']),
      step('beside', () => 4, ['ok']),
    ]);

    const error = await rejected(pipeline, undefined, false);

    expect(error?.context.skippedSteps).toEqual([
      { stepName: 'after', status: 'skipped', skipReason: 'a step it depends on failed' },
      { stepName: 'later', status: 'skipped', skipReason: 'a step it depends on failed' },
    ]);
    expect(error?.context.successfulSteps.map(({ stepName }) => stepName)).toEqual(['ok', 'beside']);
  });

  it('a function step is executed alone within its time-out, a subclass of it may ask its base', async () => {
    class Louder extends FunctionStep<string> {
      override shouldSkip(context: PipelineContext) {
        return !context.getMetadata<boolean>('loud') || super.shouldSkip(context);
      }
    }
    const slow = new FunctionStep('slow', () => new Promise<string>(() => undefined), { timeout: 0.01 });
    const louder = new Louder('louder', () => 'hey', { skipCondition: () => false });

    await expect(slow.execute(new PipelineContext())).rejects.toMatchObject({ code: 'STEP_TIMEOUT' });
    const quiet = await new Pipeline('p', [louder]).execute();
    const given = new PipelineContext();
    given.addMetadata('loud', true);

    expect(quiet.getStepStatus('louder')).toBe('skipped');
    expect((await new Pipeline('p', [louder]).execute(given)).getStepResult('louder')).toBe('hey');
  });

  it('a step of parts that is executed alone inside another one leaves its results in the context', async () => {
    const parts = parallel('parts', [step('x', (context) => context.getStepResult<number>('first') + 1)]);
    const pipeline = new Pipeline('p', [
      step('first', () => 1),
      step('second', async (context) => [await parts.execute(context), context.getStepStatus('first')]),
    ]);

    const context = await pipeline.execute();

    expect(context.getStepResult('second')).toEqual([[2], 'completed']);
    expect(context.getStepResult('parts/x')).toBe(2);
  });
});
