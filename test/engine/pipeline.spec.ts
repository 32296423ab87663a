import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CqrsModule } from '@nestjs/cqrs';
import { PipelineService, WorkflowModule, WorkflowClient } from 'nestjs-workflow';
import {
  conditional,
  parallel,
  Pipeline,
  PipelineContext,
  PipelineWorkflow,
  Step,
  step,
} from 'nestjs-workflow/pipeline';

@Injectable()
class Catalogue {
  priceOf(sku: string): number {
    return sku.length * 10;
  }
}

@PipelineWorkflow('pricing')
class PricingPipeline {
  constructor(private readonly catalogue: Catalogue) {}

  @Step()
  validate(context: PipelineContext) {
    return (context.input as string[]).filter((sku) => sku !== '');
  }

  @Step({ dependencies: ['validate'], timeout: '5s', retry: 2 })
  async price(context: PipelineContext) {
    return context.getStepResult<string[]>('validate').map((sku) => this.catalogue.priceOf(sku));
  }
}

async function application(providers: (new (...args: never[]) => object)[] = [], pipelines: Pipeline[] = []) {
  const testing = await Test.createTestingModule({
    imports: [CqrsModule.forRoot(), WorkflowModule.stub()],
    providers,
  }).compile();
  const app = testing.createNestApplication({ logger: false });
  for (const pipeline of pipelines) app.get(PipelineService).register(pipeline);
  await app.init();
  return { app, pipelines: app.get(PipelineService), client: app.get(WorkflowClient) };
}

describe('A pipeline in an application', () => {
  it('is a class whose decorated methods are steps, with what it injects, in memory and durably', async () => {
    const { app, pipelines } = await application([Catalogue, PricingPipeline]);

    const inMemory = await pipelines.execute(PricingPipeline, ['ab', '']);
    const durable = await pipelines.execute('pricing', ['ab', ''], { id: 'p-1' });

    expect(inMemory.getStepResult('price')).toEqual([20]);
    expect(durable.getStepResult('price')).toEqual([20]);
    expect(durable.successfulSteps.map(({ stepName }) => stepName)).toEqual(['validate', 'price']);
    expect(pipelines.get('pricing').name).toBe('pricing');
    expect(pipelines.diagram('pricing')).toContain('n0 --> n1');
    await app.close();
  });

  it('without a step is refused when the application starts', async () => {
    @PipelineWorkflow('empty')
    class EmptyPipeline {}

    await expect(application([EmptyPipeline])).rejects.toThrow(
      /class EmptyPipeline carries @PipelineWorkflow but has no step/,
    );
  });

  it('started with an id records each step under its name, those inside others below theirs', async () => {
    const pipeline = new Pipeline('nested', [
      step('first', (context) => {
        context.addMetadata('seen', true);
      }),
      conditional(
        'route',
        (context) => context.getMetadata<boolean>('seen'),
        step('yes', () => 'Y'),
      ),
      parallel('both', [step('x', () => 1), step('y', () => 2)]),
    ]);
    const { app, pipelines, client } = await application([], [pipeline]);

    const handle = await pipelines.start(pipeline, { any: 'input' }, { id: 'n-1' });
    const output = await handle.result();
    const names = (await client.getJournal('n-1')).map(({ name }) => name);

    expect(names).toEqual(['first', '$hook:route:condition', 'route/yes', 'both/x', 'both/y']);
    expect(output).toMatchObject({
      input: { any: 'input' },
      results: { route: 'Y', 'route/yes': 'Y', both: [1, 2] },
      metadata: { seen: true },
    });
    await app.close();
  });

  it('that failed durably rejects with the step, and goes on from there when it is executed with its id again', async () => {
    const calls: string[] = [];
    let isBroken = true;
    const pipeline = new Pipeline('resumable', [
      step('a', () => void calls.push('a')),
      step('b', () => {
        calls.push('b');
        if (isBroken) throw new TypeError('no');
        return 'B';
      }),
    ]);
    const { app, pipelines } = await application([], [pipeline]);

    await expect(pipelines.execute(pipeline, 1, { id: 'r-1' })).rejects.toMatchObject({
      name: 'PipelineExecutionError',
      stepName: 'b',
      cause: { name: 'TypeError', message: 'no' },
    });
    isBroken = false;
    const context = await pipelines.execute(pipeline, 1, { id: 'r-1' });

    expect(calls).toEqual(['a', 'b', 'b']);
    expect(context.getStepResult('b')).toBe('B');
    await app.close();
  });

  it('of another version refuses to go on with an id, unless it says that it can', async () => {
    const first = new Pipeline('versioned', [step('a', () => 1)]);
    const second = new Pipeline('versioned', [step('a', () => 1)], { version: 2 });
    const { app, pipelines } = await application([], [first, second]);
    await pipelines.execute(first as Pipeline, 1, { id: 'v-1' });

    await expect(pipelines.execute(second, 1, { id: 'v-1' })).rejects.toMatchObject({
      name: 'WorkflowVersionMismatchError',
      expectedVersion: 1,
      actualVersion: 2,
    });
    await app.close();
  });

  it('given to forFeature as it is runs durably, by itself and by its name', async () => {
    const onboarding = new Pipeline('onboarding', [step('welcome', () => 'hello')]);
    const testing = await Test.createTestingModule({
      imports: [CqrsModule.forRoot(), WorkflowModule.stub(), WorkflowModule.forFeature([onboarding as Pipeline])],
    }).compile();
    const app = await testing.createNestApplication({ logger: false }).init();
    const pipelines = app.get(PipelineService);

    const byItself = await pipelines.execute(onboarding, 1, { id: 'f-1' });
    const byName = await pipelines.execute('onboarding', 1, { id: 'f-2' });

    expect([byItself, byName].map((context) => context.getStepResult('welcome'))).toEqual(['hello', 'hello']);
    expect(pipelines.get('onboarding')).toBe(onboarding);
    await app.close();
  });

  it('that nobody registered is refused a durable run, which nobody would go on with after a restart', async () => {
    const { app, pipelines } = await application();

    await expect(pipelines.start(new Pipeline('late', [step('a', () => 1)]))).rejects.toThrow(
      /"late" is not registered/,
    );
    await app.close();
  });

  it('that is registered long after the application started runs as any other', async () => {
    const { app, pipelines, client } = await application();
    const late = new Pipeline('late', [step('a', () => 'A')]);
    await app.listen(0, '127.0.0.1');

    pipelines.register(late as Pipeline);
    const context = await pipelines.execute(late, 1, { id: 'l-1' });
    const started = await client.startAndWait('late', 1, { id: 'l-2' });

    expect(context.getStepResult('a')).toBe('A');
    expect(started).toMatchObject({ results: { a: 'A' } });
    await app.close();
  });

  it('with a checkpoint store is not started durably', async () => {
    const pipeline = new Pipeline('both', [step('a', () => 1)], new Map<string, unknown>());
    const { app, pipelines } = await application([], [pipeline]);

    await expect(pipelines.execute(pipeline, 1, { id: 'c-1' })).rejects.toThrow(/failed/);
    await app.close();
  });
});
