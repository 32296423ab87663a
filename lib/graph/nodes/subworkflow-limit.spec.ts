import { WorkflowBuilder } from '../graph.builder.js';

/** A graph that never ends, in another one that gives it a tenth of a second. */
function within(nested: WorkflowBuilder) {
  return new WorkflowBuilder('outer')
    .addNode('inner', { subworkflow: nested.build(), outputKey: 'inner', timeout: '100ms' })
    .addNode('after', ({ inner }) => ({ output: `after: ${String(inner)}` }))
    .addEdge('inner', 'after')
    .setEntry('inner')
    .setTerminal('after')
    .build();
}

describe('The time limit of a node that is a graph', () => {
  it('ends the visit that is under way, also two graphs below, and is stored like any failure', async () => {
    const never = new WorkflowBuilder('never')
      .addNode('hang', () => new Promise<object>(() => undefined))
      .setEntry('hang')
      .setTerminal('hang')
      .configure({ nodeTimeout: 0 });
    const between = new WorkflowBuilder('between')
      .addNode('never', { subworkflow: never.build(), timeout: 0 })
      .setEntry('never')
      .setTerminal('never');

    const outer = within(between);
    const { output, nodeResults, succeeded } = await outer.execute('x');

    expect(output).toMatch(/^after: Subworkflow error: .*timeout/);
    expect(nodeResults[0]?.error).toMatch(/timeout/);
    expect(succeeded).toBe(false);
  });
});
