import { HumanInputRequiredError, WorkflowBuilder } from 'nestjs-workflow/graph';
import { child, Pipeline } from 'nestjs-workflow/pipeline';
import { saga } from 'nestjs-workflow/saga';
import { rejection } from '../utils/failures.js';

const asking = new WorkflowBuilder('asking')
  .addNode('ask', { humanPrompt: 'Fine?' })
  .addNode('send', () => ({ output: 'sent' }))
  .addEdge('ask', 'send')
  .setEntry('ask')
  .setTerminal('send')
  .build();

const within = new WorkflowBuilder('within')
  .addNode('in', { subworkflow: asking })
  .setEntry('in')
  .setTerminal('in')
  .build();

const own = new WorkflowBuilder('own')
  .addNode('ask', () => {
    throw new HumanInputRequiredError('Fine?', { node: 'ask' });
  })
  .setEntry('ask')
  .setTerminal('ask')
  .build();

describe('A graph that comes to a question below a run in memory', () => {
  it.each([
    ['of a node for people', asking, 'ask'],
    ['of a graph within', within, 'in/ask'],
    ['of a node of its own', own, 'ask'],
  ])('fails it, because nobody could answer: %s', async (_, graph, node) => {
    const pipeline = new Pipeline('p', [child('c', graph, 1)]);
    const order = saga('s')
      .child('c', graph, () => 1)
      .build();

    const errors = [await rejection(pipeline.execute()), await rejection(order.execute(1))];

    for (const error of errors) {
      const text = String((error?.cause as Error | undefined)?.cause ?? error?.cause);
      expect(text).toContain(
        `The node "${node}" of the graph "${graph.name}" was called in a run that is kept in memory`,
      );
    }
  });
});
