import { fail, failure, rejected } from '../../test/utils/pipelines.js';
import {
  conditional,
  ConditionalStep,
  FunctionStep,
  parallel,
  ParallelStep,
  Pipeline,
  PipelineContext,
  step,
  type PipelineStep,
} from './index.js';

describe('In a pipeline', () => {
  describe('a conditional step', () => {
    const route = (holds: boolean, otherwise?: PipelineStep) =>
      new Pipeline('p', [
        conditional(
          'route',
          async () => holds,
          step('yes', () => 'Y'),
          otherwise,
        ),
      ]);

    it.each<[boolean, PipelineStep | undefined, unknown]>([
      [true, undefined, 'Y'],
      [false, step('no', () => 'N'), 'N'],
      [false, undefined, null],
    ])('on %s runs its step and has its result', async (holds, otherwise, expected) => {
      expect((await route(holds, otherwise).execute()).getStepResult('route')).toBe(expected);
    });

    it('lets the result of the step inside be found by its path', async () => {
      expect((await route(true).execute()).getStepResult('route/yes')).toBe('Y');
    });

    it('fails with what its step or its condition throws, under its own name', async () => {
      const inside = new ConditionalStep('route', () => true, step('yes', fail));
      const asking = new ConditionalStep(
        'route',
        fail,
        step('yes', () => 1),
      );

      expect(await rejected(new Pipeline('p', [inside]))).toMatchObject({ stepName: 'route', cause: failure });
      expect(await rejected(new Pipeline('p', [asking]))).toMatchObject({ stepName: 'route', cause: failure });
    });

    it('can be executed alone', async () => {
      expect(
        await new ConditionalStep(
          'route',
          () => true,
          step('yes', () => 'Y'),
        ).execute(new PipelineContext()),
      ).toBe('Y');
    });
  });

  describe('a parallel step', () => {
    it('runs its steps together and answers their results in the order of declaration', async () => {
      const order: string[] = [];
      let release: (() => void) | undefined;
      const waits = step('waits', async () => {
        await new Promise<void>((resolve) => (release = resolve));
        order.push('waits');
        return 1;
      });
      const goes = step('goes', async () => {
        release?.();
        order.push('goes');
        return 2;
      });

      const context = await new Pipeline('p', [parallel('both', [waits, goes])]).execute();

      expect(context.getStepResult('both')).toEqual([1, 2]);
      expect(order).toEqual(['goes', 'waits']);
      expect(context.getStepResult('both/goes')).toBe(2);
    });

    it.each([true, false])('with failFast %s fails with the first failure', async (failFast) => {
      const both = new ParallelStep('both', [step('a', fail), step('b', () => 1)], [], { failFast });

      expect(await rejected(new Pipeline('p', [both]))).toMatchObject({ stepName: 'both', cause: failure });
    });
  });

  it('runs as many steps at one time as its parallelism says', async () => {
    let running = 0;
    let most = 0;
    const busy = (name: string) =>
      step(name, async () => {
        most = Math.max(most, ++running);
        await Promise.resolve();
        running--;
      });
    const steps = ['a', 'b', 'c', 'd'].map(busy);

    await new Pipeline('p', steps).execute();
    expect(most).toBe(1);
    await new Pipeline('p', steps, { parallelism: 3 }).execute();
    expect(most).toBe(3);
  });

  it('tells that a step runs from its first line on', async () => {
    const seen: string[] = [];
    const looks = step('a', (context) => seen.push(context.getStepStatus('a')));

    const context = await new Pipeline('p', [looks]).execute();

    expect([...seen, context.getStepStatus('a')]).toEqual(['running', 'completed']);
  });

  it('hands an error to the handler of a step, whatever was thrown', async () => {
    const seen: Error[] = [];
    const throws = () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what is no error is what this is about
      throw 'text';
    };

    await new Pipeline('p', [
      new FunctionStep('a', throws, { errorHandler: (_, error) => seen.push(error) }),
    ]).execute();

    expect(seen[0]).toBeInstanceOf(Error);
    expect(seen[0]).toMatchObject({ cause: 'text' });
  });

  it('is cancelled by a signal', async () => {
    const error = await rejected(new Pipeline('p', [step('a', fail)]), { signal: AbortSignal.abort('enough') });

    expect(error).toMatchObject({ code: 'WORKFLOW_CANCELLED', reason: 'enough' });
  });

  describe('with a checkpoint store', () => {
    function setUp() {
      const store = new Map<string, unknown>();
      const calls: string[] = [];
      let isBroken = true;
      const pipeline = new Pipeline(
        'p',
        [
          step('a', (context) => {
            calls.push('a');
            context.addMetadata('m', 1);
            return { a: 1 };
          }),
          step(
            'b',
            (context) => {
              calls.push('b');
              return isBroken ? fail() : [context.getStepResult('a'), context.getMetadata('m')];
            },
            ['a'],
          ),
        ],
        store,
      );
      return { store, calls, pipeline, mend: () => (isBroken = false) };
    }

    it('goes on where a failed run with the same id stopped, and clears the checkpoint after success', async () => {
      const { store, calls, pipeline, mend } = setUp();
      await rejected(pipeline, new PipelineContext({ runId: 'r1' }));
      mend();

      const context = await pipeline.execute(new PipelineContext({ runId: 'r1' }));

      expect(calls).toEqual(['a', 'b', 'b']);
      expect(context.getStepResult('b')).toEqual([{ a: 1 }, 1]);
      expect(context.skippedSteps).toEqual([
        { stepName: 'a', status: 'skipped', skipReason: 'resumed: an earlier run completed it' },
      ]);
      expect(store.size).toBe(0);
    });

    it('never shares a checkpoint between two runs', async () => {
      const { store, calls, pipeline } = setUp();

      await rejected(pipeline);
      await rejected(pipeline);
      await rejected(pipeline, new PipelineContext({ runId: 'r1' }));

      expect(calls).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
      expect(store.size).toBe(3);
    });

    it('goes on from the context that the error carries', async () => {
      const { calls, pipeline, mend } = setUp();
      const error = await rejected(pipeline);
      mend();

      await pipeline.execute(error?.context);

      expect(calls).toEqual(['a', 'b', 'b']);
    });
  });
});
