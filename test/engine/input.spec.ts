import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { IsInt, IsString, Min } from 'class-validator';
import { PipelineService, SagaService, WorkflowClient, WorkflowModule } from 'nestjs-workflow';
import { Pipeline, PipelineContext, PipelineWorkflow, step } from 'nestjs-workflow/pipeline';
import { AbstractSaga, saga, SagaStep, SagaWorkflow, Step, type SagaContext } from 'nestjs-workflow/saga';
import { z } from 'zod';

class Order {
  @IsString()
  id!: string;

  @IsInt()
  @Min(1)
  count!: number;
}

/** What the bodies of steps were given. */
@Injectable()
class Seen {
  readonly inputs: unknown[] = [];
}

@SagaWorkflow('order-saga', { input: Order })
class OrderSaga {
  constructor(private readonly seen: Seen) {}

  @Step()
  reserve({ input }: SagaContext<Order>) {
    this.seen.inputs.push(input);
  }
}

@SagaWorkflow('object-saga', { input: Order })
class ObjectSaga extends AbstractSaga<Order> {
  constructor(seen: Seen) {
    super();
    this.addStep(new SagaStep('reserve', ({ input }) => void seen.inputs.push(input)));
  }

  override getId() {
    return 'o';
  }
}
Reflect.defineMetadata('design:paramtypes', [Seen], ObjectSaga);

@PipelineWorkflow('order-pipeline', { input: Order })
class OrderPipeline {
  constructor(private readonly seen: Seen) {}

  @Step()
  reserve({ input }: PipelineContext) {
    this.seen.inputs.push(input);
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- nothing narrower accepts every class
type ProviderClass = new (...args: any[]) => object;

let running: { close(): Promise<void> } | undefined;

afterEach(async () => {
  await running?.close();
  running = undefined;
});

async function application(providers: ProviderClass[] = [OrderSaga, ObjectSaga, OrderPipeline]) {
  const testing = await Test.createTestingModule({
    imports: [CqrsModule.forRoot(), WorkflowModule.stub()],
    providers: [Seen, ...providers],
  }).compile();
  const app = testing.createNestApplication({ logger: false });
  running = app;
  await app.init();
  const { inputs } = app.get(Seen);
  return { inputs, sagas: app.get(SagaService), pipelines: app.get(PipelineService), client: app.get(WorkflowClient) };
}

type Application = Awaited<ReturnType<typeof application>>;
type Run = (app: Application, input: unknown, id?: string) => Promise<unknown>;

const MODELS: [string, Run][] = [
  ['A decorated saga', ({ sagas }, input, id) => sagas.execute('order-saga', input, id === undefined ? {} : { id })],
  ['An AbstractSaga', ({ sagas }, input, id) => sagas.execute('object-saga', input, id === undefined ? {} : { id })],
  [
    'A decorated pipeline',
    ({ pipelines }, input, id) => pipelines.execute(OrderPipeline, input, id === undefined ? {} : { id }),
  ],
  [
    'A pipeline that goes on after failures',
    ({ pipelines }, input, id) =>
      pipelines.execute(OrderPipeline, input, { failFast: false, ...(id !== undefined && { id }) }),
  ],
  [
    'A pipeline that begins with a context',
    ({ pipelines }, input, id) =>
      pipelines.execute(OrderPipeline, new PipelineContext({ input }), id === undefined ? {} : { id }),
  ],
];

describe.each(MODELS)('%s with an input class', (_, run) => {
  it.each([
    ['in memory', undefined],
    ['durably', 'w-1'],
  ])('gives its steps what the class declares, %s', async (_where, id) => {
    const app = await application();

    await run(app, { id: 'a', count: 2, admin: true }, id);

    expect(app.inputs).toEqual([{ id: 'a', count: 2 }]);
  });

  it.each([
    ['in memory', undefined],
    ['durably', 'w-1'],
  ])('refuses anything else before something runs, %s', async (_where, id) => {
    const app = await application();

    await expect(run(app, { id: 'a', count: 0 }, id)).rejects.toMatchObject({
      code: 'WORKFLOW_INPUT',
      issues: [{ path: 'count', message: 'count must not be less than 1' }],
    });
    expect(app.inputs).toEqual([]);
    if (id !== undefined) await expect(app.client.getStatus(id)).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
  });
});

describe('An input that is neither a class nor a schema', () => {
  it('is refused when the application starts, by the name of the class', async () => {
    @SagaWorkflow('wrong', { input: 7 as never })
    class WrongSaga extends OrderSaga {}
    @PipelineWorkflow('wrong', { input: 7 as never })
    class WrongPipeline extends OrderPipeline {}

    await expect(application([WrongSaga])).rejects.toThrow(/"input" of class WrongSaga is neither/);
    await expect(application([WrongPipeline])).rejects.toThrow(/"input" of class WrongPipeline is neither/);
  });

  it('is refused when an object is made', () => {
    expect(() => saga('s', { input: 7 as never }).build()).toThrow(/"input" of saga "s" is neither/);
    expect(() => new Pipeline('p', [], { input: 7 as never })).toThrow(/"input" of pipeline "p" is neither/);
  });
});

describe('An object with an input option', () => {
  const seconds = z.object({ seconds: z.string().transform(Number) });

  it('of a schema gives its steps what the schema makes of the input', async () => {
    const ofSaga = saga<unknown>('s', { input: seconds })
      .step('a', ({ input }) => input)
      .build();
    const ofPipeline = new Pipeline('p', [step('a', ({ input }) => input)], { input: seconds });
    const context = new PipelineContext({ input: { seconds: '7' } });

    expect(await ofSaga.execute({ seconds: '7' })).toEqual({ a: { seconds: 7 } });
    expect((await ofPipeline.execute(context)).getStepResult('a')).toEqual({ seconds: 7 });
    expect(context.input).toEqual({ seconds: 7 });
  });

  it('of a class refuses what the class does not accept', async () => {
    const ofSaga = saga<Order>('s', { input: Order })
      .step('a', ({ input }) => input)
      .build();
    const ofPipeline = new Pipeline('p', [step('a', ({ input }) => input)], { input: Order });

    await expect(ofSaga.execute({ id: 'a', count: 0 })).rejects.toMatchObject({ code: 'WORKFLOW_INPUT' });
    await expect(ofPipeline.execute()).rejects.toMatchObject({ code: 'WORKFLOW_INPUT' });
    expect(await ofSaga.execute({ id: 'a', count: 1 })).toEqual({ a: { id: 'a', count: 1 } });
  });

  it('is checked where it is registered, and as a child', async () => {
    const { pipelines, sagas } = await application([]);
    const inner = new Pipeline('inner', [step('a', ({ input }) => input)], { input: seconds });
    const outer = saga<unknown>('outer')
      .child('inner', inner, ({ input }) => input)
      .build();
    pipelines.register(inner);
    sagas.register(outer);

    for (const options of [{}, { id: 's-1' }])
      expect(await sagas.execute(outer, { seconds: '7' }, options)).toMatchObject({
        inner: { results: { a: { seconds: 7 } } },
      });
    await expect(pipelines.start(inner, { seconds: 7 })).rejects.toMatchObject({ code: 'WORKFLOW_INPUT' });
  });
});
