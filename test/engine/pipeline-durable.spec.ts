import { Injectable } from '@nestjs/common';
import { CqrsModule, EventBus } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import {
  PipelineService,
  SagaService,
  Workflow,
  WorkflowClient,
  WorkflowLifecycleEvent,
  WorkflowModule,
  type CompensationContext,
  type StepContext,
  type WorkflowRunner,
  type WorkflowContext,
} from 'nestjs-workflow';
import {
  child,
  Compensate,
  conditional,
  FunctionStep,
  parallel,
  Pipeline,
  PipelineContext,
  PipelineExecutionError,
  PipelineWorkflow,
  step,
  Step,
} from 'nestjs-workflow/pipeline';
import { createTestEngine } from 'nestjs-workflow/testing';
import { Saga, SagaStep } from 'nestjs-workflow/saga';
import { MemoryStore } from '../../lib/memory/index.js';
import { VirtualClock } from '../../lib/core/time/index.js';

const failure = new TypeError('no');
const fail = () => {
  throw failure;
};

async function application(providers: (new (...args: never[]) => object)[] = [], pipelines: readonly object[] = []) {
  const testing = await Test.createTestingModule({
    imports: [CqrsModule.forRoot(), WorkflowModule.stub()],
    providers,
  }).compile();
  const app = testing.createNestApplication({ logger: false });
  for (const pipeline of pipelines) app.get(PipelineService).register(pipeline as Pipeline);
  const events: WorkflowLifecycleEvent[] = [];
  app.get(EventBus).subscribe((event) => {
    if (event instanceof WorkflowLifecycleEvent) events.push(event);
  });
  await app.init();
  return { app, events, pipelines: app.get(PipelineService), client: app.get(WorkflowClient) };
}

const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as PipelineExecutionError,
  );

describe('A durable pipeline', () => {
  it('is not read from the journal of something else', async () => {
    const [pipeline, other] = [new Pipeline('p', [step('a', () => 1)]), new Pipeline('other', [step('b', () => 1)])];
    const saga = new Saga('s', [new SagaStep('c', () => 1)]);
    const { app, pipelines } = await application([], [pipeline, other]);
    app.get(SagaService).register(saga);
    await app.get(SagaService).execute(saga, undefined, { id: 's-1' });
    await pipelines.execute(other, undefined, { id: 'o-1' });

    await expect(pipelines.getContext(pipeline, 's-1')).rejects.toThrow(
      'one of the workflow "s", not of the pipeline "p"',
    );
    await expect(pipelines.getContext(pipeline, 'o-1')).rejects.toThrow('one of the workflow "other", not of');
    await app.close();
  });

  it('goes on also where it is asked with another failFast: that of the first call holds', async () => {
    let isBroken = true;
    const pipeline = new Pipeline('p', [step('a', () => (isBroken ? fail() : 'A'))]);
    const { app, pipelines } = await application([], [pipeline]);
    await rejection(pipelines.execute(pipeline, 5, { id: 'p-1' }));
    await rejection(pipelines.execute(pipeline, 5, { id: 'p-2', failFast: false }));
    isBroken = false;

    const contexts = [
      await pipelines.execute(pipeline, 5, { id: 'p-1', failFast: false }),
      await pipelines.execute(pipeline, 5, { id: 'p-2' }),
    ];

    expect(contexts.map((context) => context.getStepResult('a'))).toEqual(['A', 'A']);
    await expect(pipelines.execute(pipeline, 6, { id: 'p-1' })).rejects.toMatchObject({ code: 'WORKFLOW_ID_CONFLICT' });
    await app.close();
  });

  it.each([undefined, null, {}, 'x', class {}, new Saga('s', [new SagaStep('a', () => 1)])])(
    'is registered only when it is one: %p is not',
    async (given) => {
      const { app, pipelines } = await application();

      expect(() => pipelines.register(given as never)).toThrow(/PipelineService.register was given .* no pipeline/);
      await app.close();
    },
  );

  it('is not drawn in a format that there is not', async () => {
    const { app, pipelines } = await application();

    expect(() => pipelines.diagram(new Pipeline('p'), 'svg' as never)).toThrow(/format of diagram/);
    await app.close();
  });

  it('of which a step could not be undone rejects with the step that failed, and tells what could not be undone', async () => {
    const stuck = () => {
      throw new RangeError('stuck');
    };
    const pipeline = new Pipeline('p', [step('reserve', () => 1, { compensate: stuck }), step('ship', fail)]);
    const { app, pipelines } = await application([], [pipeline]);

    const error = await rejection(pipelines.execute(pipeline, undefined, { id: 'p-1' }));

    expect(error).toMatchObject({ name: 'PipelineExecutionError', stepName: 'ship', cause: { message: 'no' } });
    expect(error?.context?.getStepResult('reserve')).toBe(1);
    expect(error?.compensationErrors).toMatchObject([{ stepName: 'reserve', reason: 'stuck' }]);
    await app.close();
  });

  it('that is cancelled stops its running step, cleans it up, and undoes what completed, the last first', async () => {
    const seen: unknown[] = [];
    const keys: string[] = [];
    const answer = (result: string) => (_: PipelineContext, undoable: StepContext) => {
      keys.push(undoable.idempotencyKey);
      return result;
    };
    let began: (() => void) | undefined;
    const beginning = new Promise<void>((resolve) => (began = resolve));
    const compensate = (result: string, context: PipelineContext, undo: CompensationContext) =>
      seen.push(['undo', result, context.getStepResult('a'), undo.reason.name, undo.stepIdempotencyKey]);
    const pipeline = new Pipeline('cancelled', [
      new FunctionStep('a', answer('A'), { compensate }),
      parallel('both', [new FunctionStep('b', answer('B'), { compensate })], ['a']),
      new FunctionStep(
        'c',
        (_, { signal }) =>
          new Promise((_resolve, reject) => {
            began?.();
            signal.addEventListener('abort', () => {
              seen.push('aborted');
              reject(signal.reason as Error);
            });
          }),
        { dependencies: ['both'], cleanupFunc: () => seen.push('cleanup') },
      ),
      step('d', () => seen.push('d'), ['c']),
    ]);
    const { app, pipelines, client } = await application([], [pipeline]);
    const handle = await pipelines.start(pipeline, 1, { id: 'c-1' });
    await beginning;

    await client.cancel('c-1', 'enough');

    expect(await rejection(handle.result())).toMatchObject({ code: 'WORKFLOW_CANCELLED', reason: 'enough' });
    expect(seen.filter((each) => Array.isArray(each))).toEqual([
      ['undo', 'B', 'A', 'WorkflowCancelledError', keys[1]],
      ['undo', 'A', 'A', 'WorkflowCancelledError', keys[0]],
    ]);
    expect(seen).toContain('aborted');
    expect(seen).toContain('cleanup');
    expect(seen).not.toContain('d');
    await app.close();
  });

  it.each([true, false])(
    'that fails, failFast %s, carries what was done in its error, and getContext reads the same from the journal',
    async (failFast) => {
      const pipeline = new Pipeline('partial', [
        step('a', (context) => {
          context.addMetadata('m', 1);
          return 'A';
        }),
        conditional(
          'route',
          () => true,
          step('yes', () => 'Y'),
        ),
        new FunctionStep('skipped', () => 1, { skipCondition: () => true }),
        new FunctionStep('recovered', fail, { errorHandler: () => 'R' }),
        step('nothing', () => undefined),
        step('over', (context) => {
          for (const name of ['a', 'nothing', 'route', 'route/yes', 'recovered', 'over', 'own', 'none'])
            context.setStepResult(name, `over ${name}`);
        }),
        step('own', () => 'O'),
        parallel('both', [step('x', () => 1), step('y', fail)]),
        step('after', () => 1, ['both', 'a']),
        step('later', () => 1, ['after']),
        step('never', () => 1),
      ]);
      const { app, pipelines } = await application([], [pipeline]);

      const inMemory = await rejection(pipelines.execute(pipeline, { in: 1 }, { failFast }));
      const durable = await rejection(pipelines.execute(pipeline, { in: 1 }, { id: 'f-1', failFast }));
      const read = await pipelines.getContext(pipeline, 'f-1');

      const facts = (context: PipelineContext | undefined) => ({
        ...context?.toJSON(),
        duration: 0,
        failed: context?.failedSteps.map(({ stepName, error }) => [stepName, (error as Error).name]),
      });
      expect(durable).toBeInstanceOf(PipelineExecutionError);
      expect(facts(durable?.context)).toEqual(facts(inMemory?.context));
      expect(facts(read as PipelineContext)).toEqual(facts(inMemory?.context));
      expect(read.toJSON().results).toMatchObject({
        a: 'over a',
        nothing: 'over nothing',
        own: 'O',
        none: 'over none',
      });
      expect(read.getStepStatus('never')).toBe(failFast ? 'pending' : 'completed');
      expect(read.skippedSteps.map(({ stepName }) => stepName)).toEqual(['skipped', 'after', 'later']);
      await app.close();
    },
  );

  it('goes on with the step itself, and not with its handler, when the handler has failed as well', async () => {
    const calls: string[] = [];
    let isBroken = true;
    const pipeline = new Pipeline('handled', [
      new FunctionStep(
        'a',
        () => {
          calls.push('execute');
          return isBroken ? fail() : 'A';
        },
        {
          errorHandler: () => {
            calls.push('onError');
            throw new RangeError('worse');
          },
        },
      ),
    ]);
    const { app, pipelines } = await application([], [pipeline]);
    expect(await rejection(pipelines.execute(pipeline, 1, { id: 'h-1' }))).toMatchObject({
      cause: { name: 'RangeError' },
    });
    isBroken = false;

    const context = await pipelines.execute(pipeline, 1, { id: 'h-1' });

    expect(context.getStepResult('a')).toBe('A');
    expect(calls).toEqual(['execute', 'onError', 'execute']);
    await app.close();
  });

  it('whose steps were undone begins again when it is executed with its id again', async () => {
    const calls: string[] = [];
    let isBroken = true;
    const pipeline = new Pipeline('undone', [
      new FunctionStep('a', () => calls.push('a'), { compensate: () => calls.push('undo a') }),
      step('b', () => (isBroken ? fail() : 'B')),
    ]);
    const { app, pipelines } = await application([], [pipeline]);
    await rejection(pipelines.execute(pipeline, 1, { id: 'u-1' }));
    isBroken = false;

    await pipelines.execute(pipeline, 1, { id: 'u-1' });

    expect(calls).toEqual(['a', 'undo a', 'a']);
    await app.close();
  });

  it('without failFast skips the dependents, also durably, and an input that looks like its options is an input', async () => {
    const seen: string[] = [];
    const pipeline = new Pipeline('keeps-on', [
      step('a', fail),
      step('b', () => seen.push('b'), ['a']),
      step('c', (context) => seen.push(JSON.stringify(context.input))),
    ]);
    const { app, pipelines } = await application([], [pipeline]);

    const slow = await rejection(pipelines.execute(pipeline, { failFast: 'x' }, { id: 'k-1', failFast: false }));
    const fast = await rejection(pipelines.execute(pipeline, { failFast: false }, { id: 'k-2' }));

    expect(slow).toMatchObject({ stepName: 'a' });
    expect(fast).toMatchObject({ stepName: 'a' });
    expect(seen).toEqual(['{"failFast":"x"}']);
    await app.close();
  });

  it.each([
    ['a Map', () => new Map([['a', 1]])],
    ['a bigint', () => 1n],
    ['NaN deep inside', () => ({ list: [1, Number.NaN] })],
    ['a function', () => fail],
  ])('refuses a result that is %s, which its journal would lose, naming the step', async (_, give) => {
    const pipeline = new Pipeline('hostile', [step('a', give as () => unknown)]);
    const { app, pipelines } = await application([], [pipeline]);

    expect(await rejection(pipelines.execute(pipeline, 1, { id: 'j-1' }))).toMatchObject({
      stepName: 'a',
      cause: { code: 'WORKFLOW_PAYLOAD', message: expect.stringContaining('"a"') as string },
    });
    expect((await pipelines.execute(pipeline, 1)).getStepStatus('a')).toBe('completed');
    await app.close();
  });

  it('lets a body read the duration and the state of the other steps', async () => {
    const pipeline = new Pipeline('reads', [
      step('a', () => 1),
      step('b', (context) => [
        typeof context.duration,
        context.getStepStatus('a'),
        context.hasFailed(),
        context.successfulSteps.map(({ stepName }) => stepName),
      ]),
    ]);
    const { app, pipelines } = await application([], [pipeline]);

    expect((await pipelines.execute(pipeline, 1, { id: 'd-1' })).getStepResult('b')).toEqual([
      'number',
      'completed',
      false,
      ['a'],
    ]);
    await app.close();
  });

  it('and one in memory tell of their lives on the event bus', async () => {
    const pipeline = new Pipeline('told', [step('a', () => 1)]);
    const broken = new Pipeline('broken', [step('a', fail)]);
    const { app, pipelines, events } = await application([], [pipeline, broken]);

    await pipelines.execute(pipeline);
    await rejection(pipelines.execute(broken));
    await pipelines.execute(pipeline, 1, { id: 't-1' });

    expect(events.map((event) => [event.constructor.name, event.workflowName, event.inMemory])).toEqual([
      ['WorkflowStartedEvent', 'told', true],
      ['WorkflowCompletedEvent', 'told', true],
      ['WorkflowStartedEvent', 'broken', true],
      ['WorkflowFailedEvent', 'broken', true],
      ['WorkflowStartedEvent', 'told', false],
      ['WorkflowCompletedEvent', 'told', false],
    ]);
    await app.close();
  });

  it('of another version leaves a stored instance waiting; one that says it can goes on with it', async () => {
    const clock = new VirtualClock();
    const store = new MemoryStore({ clock });
    const seen: string[] = [];
    const versioned = (version: number, isCompatibleWith?: (other: number) => boolean) =>
      new Pipeline(
        'v',
        [
          step('begin', () => seen.push(`begin ${version}`)),
          new FunctionStep('late', () => (version === 1 ? fail() : seen.push(`late ${version}`)), {
            dependencies: ['begin'],
            retry: { attempts: 2, backoff: { delay: '1h' } },
          }),
        ],
        { version, ...(isCompatibleWith && { isCompatibleWith }) },
      ).define();
    const run = async (definition: object) => {
      const engine = await createTestEngine({ definitions: [definition], clock, store });
      if (seen.length === 0) await engine.client.start('v', 1, { id: 'v-1' });
      await engine.advance(seen.length === 0 ? '1m' : '2h');
      const { status, version } = await engine.client.getStatus('v-1');
      await engine.close();
      return [status, version];
    };

    expect(await run(versioned(1))).toEqual(['suspended', 1]);
    expect(await run(versioned(2))).toEqual(['suspended', 1]);
    expect(await run(versioned(3, (other) => other < 3))).toEqual(['completed', 1]);
    expect(seen).toEqual(['begin 1', 'late 3']);
  });
});

@Injectable()
class Notes {
  readonly seen: unknown[] = [];
}

@PipelineWorkflow('decorated')
class DecoratedPipeline {
  constructor(private readonly notes: Notes) {}

  isEmpty(context: PipelineContext) {
    return (context.input as string[]).length === 0;
  }

  estimate(_context: PipelineContext, error: Error) {
    return `estimated after ${error.message}`;
  }

  close(context: PipelineContext) {
    this.notes.seen.push(`closed: ${context.getStepStatus('price')}`);
  }

  @Step({ shouldSkip: 'isEmpty' })
  reserve() {
    return 'reserved';
  }

  @Step({ name: 'price', onError: 'estimate', cleanup: 'close', retry: { attempts: 2, backoff: { delay: 0 } } })
  priceIt(): unknown {
    throw new Error('no price');
  }

  @Step({ dependencies: ['price'] })
  ship(context: PipelineContext) {
    if (context.getStepResult('reserve') === 'reserved') throw new Error('no ship');
  }

  @Compensate('reserve')
  release(result: string) {
    this.notes.seen.push(`released: ${result}`);
  }
}

describe('The steps of a decorated pipeline', () => {
  it.each([undefined, 'dec-1'])(
    'may be skipped, recovered, cleaned up and undone by methods of the class; id %s',
    async (id) => {
      const { app, pipelines } = await application([Notes, DecoratedPipeline]);
      const options = id === undefined ? {} : { id };
      const { seen } = app.get(Notes);

      const error = await rejection(pipelines.execute(DecoratedPipeline, ['a'], options));
      expect(error).toMatchObject({ stepName: 'ship' });
      expect(error?.context?.getStepResult('price')).toBe('estimated after no price');
      expect(seen).toEqual(['closed: completed', 'released: reserved']);

      const context = await pipelines.execute(DecoratedPipeline, [], id === undefined ? {} : { id: `${id}-empty` });
      expect(context.getStepStatus('reserve')).toBe('skipped');
      await app.close();
    },
  );

  it.each<[string, () => new () => object, RegExp]>([
    [
      'a method that is not there',
      () => {
        @PipelineWorkflow('wrong')
        class Wrong {
          @Step({ cleanup: 'close' } as object)
          a() {}
        }
        return Wrong;
      },
      /class Wrong\.a\(\) names "close" as its cleanup, and the class has no such method/,
    ],
    [
      'a misspelt option',
      () => {
        @PipelineWorkflow('wrong')
        class Wrong {
          @Step({ tiemout: '1s' } as object)
          a() {}
        }
        return Wrong;
      },
      /"tiemout of class Wrong\.a\(\)".*Did you mean "timeout"/,
    ],
    [
      'an undo of a step that is not there',
      () => {
        @PipelineWorkflow('wrong')
        class Wrong {
          @Step()
          a() {}
          @Compensate('b')
          undo() {}
        }
        return Wrong;
      },
      /Wrong\.undo\(\) undoes "b", and there is no such step/,
    ],
  ])('are refused at the start when they name %s', async (_, make, message) => {
    await expect(application([make()])).rejects.toThrow(message);
  });
});

@Injectable()
@Workflow('shipping')
class ShippingWorkflow implements WorkflowRunner<{ parcel: string }, string> {
  async run(ctx: WorkflowContext, { parcel }: { parcel: string }) {
    return ctx.step('ship', () => `shipped ${parcel}`);
  }
}

@Injectable()
@Workflow('ordering')
class OrderingWorkflow implements WorkflowRunner<number, unknown> {
  async run(ctx: WorkflowContext, input: number) {
    const { results } = (await ctx.executeChild('with-child', input)) as { results: Record<string, unknown> };
    return results;
  }
}

describe('Models inside each other', () => {
  const undone: unknown[] = [];
  const stock = new Saga('stock', [
    new SagaStep(
      'take',
      () => 'taken',
      () => undone.push('put back'),
    ),
  ]);
  const withChild = new Pipeline('with-child', [
    step('first', (context) => `p${String(context.input)}`),
    child('stock', stock, (context) => context.getStepResult('first'), {
      dependencies: ['first'],
      compensate: (result) => undone.push(['stock', result]),
    }),
    child('shipping', ShippingWorkflow, (context) => ({ parcel: context.getStepResult<string>('first') }), {
      dependencies: ['stock'],
    }),
    step('last', (context) => (context.input === 13 ? fail() : 'done'), ['shipping']),
  ]);

  it.each([undefined, 'm-1'])(
    'a saga and a code-first workflow in a pipeline in a code-first workflow; id %s',
    async (id) => {
      const { app, pipelines, client } = await application([ShippingWorkflow, OrderingWorkflow], [withChild]);
      app.get(SagaService).register(stock as never);

      const results =
        id === undefined
          ? (await pipelines.execute(withChild, 1)).toJSON().results
          : await client.startAndWait(OrderingWorkflow, 1, { id });

      expect(results).toMatchObject({ first: 'p1', stock: { take: 'taken' }, shipping: 'shipped p1', last: 'done' });
      await app.close();
    },
  );

  it.each([undefined, 'm-2'])('are undone together: what completed by what its parent says; id %s', async (id) => {
    undone.length = 0;
    const { app, pipelines } = await application([ShippingWorkflow], [withChild]);
    app.get(SagaService).register(stock as never);

    const error = await rejection(pipelines.execute(withChild, 13, id === undefined ? {} : { id }));

    expect(error).toMatchObject({ stepName: 'last', cause: { message: 'no' } });
    expect(undone).toEqual([['stock', { take: 'taken' }]]);
    await app.close();
  });

  it.each([undefined, 'm-3'])('a child that fails fails its step, with its own error as cause; id %s', async (id) => {
    const broken = new Pipeline('broken-child', [step('x', fail)]);
    const parent = new Pipeline('parent', [child('inner', broken, 1)]);
    const { app, pipelines } = await application([], [parent, broken]);

    expect(await rejection(pipelines.execute(parent, 1, id === undefined ? {} : { id }))).toMatchObject({
      stepName: 'inner',
      cause: { code: 'CHILD_WORKFLOW_FAILED', cause: { stepName: 'x' } },
    });
    await app.close();
  });

  it('are cancelled together: a running child undoes itself first', async () => {
    const seen: string[] = [];
    let began: (() => void) | undefined;
    const beginning = new Promise<void>((resolve) => (began = resolve));
    const inner = new Pipeline('inner', [
      new FunctionStep('a', () => 'a', { compensate: () => seen.push('undo inner') }),
      step('hangs', (_, { signal }) => {
        began?.();
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
      }),
    ]);
    const outer = new Pipeline('outer', [
      new FunctionStep('before', () => 1, { compensate: () => seen.push('undo outer') }),
      child('inner', inner, 1, { dependencies: ['before'] }),
    ]);
    const { app, pipelines, client } = await application([], [inner, outer]);
    const handle = await pipelines.start(outer, 1, { id: 'o-1' });
    await beginning;

    await client.cancel('o-1', 'enough');

    expect(await rejection(handle.result())).toMatchObject({ code: 'WORKFLOW_CANCELLED' });
    expect(seen).toEqual(['undo inner', 'undo outer']);
    await app.close();
  });
});
