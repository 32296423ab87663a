import { Test } from '@nestjs/testing';
import {
  PipelineService,
  WorkflowEvents,
  WorkflowModule,
  WorkflowStepCompletedEvent,
  WorkflowStepFailedEvent,
} from 'nestjs-workflow';
import { conditional, FunctionStep, Pipeline, step } from 'nestjs-workflow/pipeline';

const fail = () => {
  throw new TypeError('no');
};

describe('The step events of a pipeline', () => {
  it.each([
    ['in memory', {}],
    ['durably', { id: 'p-1' }],
  ])(
    'are of its steps alone, %s: not of what decides whether they run, recovers them or cleans up',
    async (_, options) => {
      const pipeline = new Pipeline('p', [
        new FunctionStep('careful', () => 1, { skipCondition: () => false, cleanupFunc: () => undefined }),
        new FunctionStep('skipped', () => 1, { skipCondition: () => true }),
        new FunctionStep('saved', fail, { errorHandler: () => 'good' }),
        conditional(
          'route',
          () => true,
          step('yes', () => 1),
          { timeout: '1m' },
        ),
      ]);
      const testing = await Test.createTestingModule({
        imports: [WorkflowModule.stub({ events: { steps: true } }), WorkflowModule.forFeature([pipeline])],
      }).compile();
      const app = await testing.createNestApplication({ logger: false }).init();
      const told: string[] = [];
      app.get(WorkflowEvents).events$.subscribe((event) => {
        if (event instanceof WorkflowStepCompletedEvent) told.push(`${event.step} completed`);
        if (event instanceof WorkflowStepFailedEvent) told.push(`${event.step} failed`);
      });

      await app.get(PipelineService).execute(pipeline, null, options);

      expect(told).toEqual(['careful completed', 'saved failed', 'route/yes completed']);
      await app.close();
    },
  );
});
