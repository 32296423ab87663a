import { Test } from '@nestjs/testing';
import { PipelineService, WorkflowModule } from 'nestjs-workflow';
import { FunctionStep, Pipeline, step } from 'nestjs-workflow/pipeline';
import { VirtualClock } from 'nestjs-workflow/testing';

describe('The pipelineTimeout of the module', () => {
  it.each([
    ['in memory', {}],
    ['durable', { id: 'p-1' }],
  ])('ends a %s run that takes longer, after undoing what was done', async (_where, options) => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    let hangs: () => void = () => undefined;
    const isHanging = new Promise<void>((resolve) => (hangs = resolve));
    const hang = (_: unknown, { signal }: { readonly signal: AbortSignal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        hangs();
      });
    const pipeline = new Pipeline('slow', [
      new FunctionStep('first', () => 1, { compensate: () => seen.push('undone') }),
      step('second', hang, ['first']),
    ]);
    const testing = await Test.createTestingModule({
      imports: [WorkflowModule.stub({ clock, bulk: { pipelineTimeout: '1h' } }), WorkflowModule.forFeature([pipeline])],
    }).compile();
    const app = testing.createNestApplication({ logger: false });
    await app.init();

    const outcome = app
      .get(PipelineService)
      .execute(pipeline, null, options)
      .catch((error: unknown) => error);
    await isHanging;
    await clock.advance('61m');

    expect(await outcome).toMatchObject({ code: 'WORKFLOW_TIMEOUT', timeoutMs: 3_600_000 });
    expect(seen).toEqual(['undone']);
    await app.close();
  });
});
