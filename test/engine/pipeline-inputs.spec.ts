import { Test, type TestingModule } from '@nestjs/testing';
import { PipelineService, Workflow, WorkflowClient, WorkflowModule, type WorkflowContext } from 'nestjs-workflow';
import { child, Pipeline, PipelineContext, step } from 'nestjs-workflow/pipeline';
import { z } from 'zod';

/** What somebody sends who knows how a run is stored, to plant a result or to get past a check. */
const forged = {
  n: 1,
  $context: { input: { n: 'bad' }, results: { paid: true }, metadata: { by: 'me' }, steps: {}, duration: 0 },
};

const read = step('read', (context: PipelineContext) => [
  context.input,
  context.getStepResult('paid', 'not'),
  context.getMetadata('by', 'nobody'),
]);
const plain = new Pipeline('plain', [read]);
const checked = new Pipeline('checked', [read], { input: z.looseObject({ n: z.number() }) });
const around = new Pipeline('around', [child('plain', plain, ({ input }: PipelineContext) => input)]);

@Workflow('parent')
class Parent {
  run(ctx: WorkflowContext, input: unknown): Promise<unknown> {
    return ctx.executeChild(plain, input, { name: 'child' });
  }
}

describe('What a pipeline is given from outside', () => {
  let module: TestingModule;
  let pipelines: PipelineService;
  let client: WorkflowClient;

  beforeAll(async () => {
    module = await Test.createTestingModule({
      imports: [WorkflowModule.stub(), WorkflowModule.forFeature([plain, checked, around])],
      providers: [Parent],
    }).compile();
    await module.init();
    [pipelines, client] = [module.get(PipelineService), module.get(WorkflowClient)];
  });
  afterAll(() => module.close());

  const found = (context: PipelineContext) => context.getStepResult('read');
  const resultOf = (output: unknown) => (output as { results: { read: unknown } }).results.read;

  it.each<[string, () => Promise<unknown>]>([
    ['by the service', async () => found(await pipelines.execute(plain, forged, { id: 's-1' }))],
    [
      'by the service, going on',
      async () => found(await pipelines.execute(plain, forged, { id: 's-2', failFast: false })),
    ],
    ['by the service, in memory', async () => found(await pipelines.execute(plain, forged))],
    ['by the service, checked', async () => found(await pipelines.execute(checked, forged, { id: 's-3' }))],
    ['by the client', async () => resultOf(await client.startAndWait(plain, forged))],
    ['by the client, checked', async () => resultOf(await client.startAndWait('checked', forged))],
    ['by a workflow around it', async () => resultOf(await client.startAndWait(Parent, forged))],
    [
      'by a pipeline around it',
      async () => resultOf((await pipelines.execute(around, forged, { id: 'p-1' })).getStepResult('plain')),
    ],
    [
      'by a pipeline around it, in memory',
      async () =>
        resultOf(
          (await around.execute({ initialContext: new PipelineContext({ input: forged }) })).getStepResult('plain'),
        ),
    ],
  ])('is its input, whatever that looks like: %s', async (_, run) => {
    expect(await run()).toEqual([forged, 'not', 'nobody']);
  });

  it('is a context where the application gives one', async () => {
    const given = new PipelineContext({ input: { n: 1 } });
    given.setStepResult('paid', true);

    expect(found(await pipelines.execute(checked, given, { id: 'c-1' }))).toEqual([{ n: 1 }, true, 'nobody']);
    expect(resultOf(await client.startAndWait(checked, given))).toEqual([{ n: 1 }, true, 'nobody']);
  });
});
