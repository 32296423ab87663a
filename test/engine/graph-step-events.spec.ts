import { Test } from '@nestjs/testing';
import { GraphService, WorkflowEvents, WorkflowModule, WorkflowStepCompletedEvent } from 'nestjs-workflow';
import { WorkflowBuilder } from 'nestjs-workflow/graph';
import { z } from 'zod';

describe('The step events of a graph', () => {
  it.each([
    ['in memory', {}],
    ['durably', { id: 'g-1' }],
  ])('are of its nodes alone, %s: not of the check of an answer that the state brings along', async (_, options) => {
    const graph = new WorkflowBuilder('g')
      .addNode('ask', { humanPrompt: 'Sure?', task: { schema: z.string() } })
      .addNode('send', () => ({ output: 'sent' }))
      .addEdge('ask', 'send')
      .setEntry('ask')
      .setTerminal('send')
      .build();
    const testing = await Test.createTestingModule({
      imports: [WorkflowModule.stub({ events: { steps: true } }), WorkflowModule.forFeature([graph])],
    }).compile();
    const app = await testing.createNestApplication({ logger: false }).init();
    const told: string[] = [];
    app.get(WorkflowEvents).events$.subscribe((event) => {
      if (event instanceof WorkflowStepCompletedEvent) told.push(event.step);
    });

    await app.get(GraphService).execute(graph, 'x', { ...options, state: { human_response: 'yes' } });

    expect(told).toEqual(['send#1']);
    await app.close();
  });
});
