import { VirtualClock } from '../core/time/index.js';
import {
  WorkflowBuilder,
  WorkflowCheckpoint,
  WorkflowRunner,
  WorkflowState,
  type GraphUpdate,
  type GraphValues,
} from './index.js';

/** A graph whose second node fails the first times. */
function flaky(failures: number, options: object = {}) {
  const seen: string[] = [];
  let left = failures;
  const engine = new WorkflowBuilder('g')
    .addNode('a', () => {
      seen.push('a');
      return {};
    })
    .addNode('b', () => {
      seen.push('b');
      if (left-- > 0) throw new Error('no');
      return { output: 'done' };
    })
    .addEdge('a', 'b')
    .setEntry('a')
    .setTerminal('b')
    .configure(options)
    .build();
  return { seen, engine };
}

const asking = () =>
  new WorkflowBuilder('g').addNode('ask', { humanPrompt: 'Well?' }).setEntry('ask').setTerminal('ask').build();

describe('WorkflowRunner', () => {
  it('makes one attempt where nothing is said', async () => {
    const { seen, engine } = flaky(1);

    await expect(new WorkflowRunner(engine).run('x')).rejects.toThrow(/"b" failed/);
    expect(seen).toEqual(['a', 'b']);
  });

  it('makes maxRetries more attempts from the beginning, a second apart', async () => {
    const clock = new VirtualClock();
    const { seen, engine } = flaky(2);
    const running = new WorkflowRunner(engine, { maxRetries: 2, clock }).run('x');
    await clock.advance(999);
    const early = [...seen];
    await clock.advance(1_001);

    expect((await running).output).toBe('done');
    expect(early).toEqual(['a', 'b']);
    expect(seen).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });

  it('rejects with the last failure when the attempts are used up', async () => {
    const { seen, engine } = flaky(9);

    await expect(new WorkflowRunner(engine, { maxRetries: 1, retryDelay: 0 }).run('x')).rejects.toMatchObject({
      node: 'b',
    });
    expect(seen).toEqual(['a', 'b', 'a', 'b']);
  });

  it('goes on at the node that failed where checkpoints are enabled', async () => {
    const { seen, engine } = flaky(1, { checkpointEnabled: true });
    await new WorkflowRunner(engine, { maxRetries: 1, retryDelay: 0 }).run('x');

    expect(seen).toEqual(['a', 'b', 'b']);
  });

  it('takes a configuration for one run and for one answer, which holds for all of their attempts', async () => {
    const { seen, engine } = flaky(1);
    const runner = new WorkflowRunner(engine, { maxRetries: 1, retryDelay: 0 });
    const stopped = runner.run('x', { config: { maxIterations: 1 } });

    await expect(stopped).rejects.toMatchObject({ name: 'CycleDetectedError', iterations: 1 });
    await runner.run('x', { config: { checkpointEnabled: true } });
    expect(seen).toEqual(['a', 'a', 'a', 'b', 'b']);

    const round = new WorkflowBuilder('g', { config: { maxIterations: 1 } })
      .addNode('ask', { humanPrompt: 'Well?' })
      .addNode('b', () => ({ output: 'done' }))
      .addEdge('ask', 'b')
      .setEntry('ask')
      .setTerminal('b')
      .build();
    const answering = new WorkflowRunner(round);
    const { finalState: state } = await answering.run('x');

    expect(await answering.resume('yes', { state, config: { maxIterations: 2 } })).toMatchObject({ output: 'done' });
    await expect(answering.resume('yes', { state })).rejects.toMatchObject({ name: 'CycleDetectedError' });
    await expect(runner.run('x', { config: { maxIteration: 2 } as never })).rejects.toMatchObject({
      name: 'WorkflowOptionsError',
    });
  });

  it('keeps the state of a pause under the name of the node, and goes on from it', async () => {
    const checkpoint = new WorkflowCheckpoint();
    const runner = new WorkflowRunner(asking(), { checkpoint, maxRetries: 3 });
    const paused = await runner.run('x', { state: { before: 1 } });
    const state = checkpoint.load('ask') as GraphValues;
    const result = await runner.resume('fine', { state });

    expect(paused).toMatchObject({ status: 'suspended', wait: { checkpointId: 'ask' } });
    expect(result.finalState).toMatchObject({ before: 1, human_response: 'fine', output: 'fine' });
  });

  it.each<[string, (finished: GraphUpdate) => GraphUpdate, string]>([
    ['that has ended', (finished) => finished, 'GraphExecutionError'],
    [
      'that has ended, stored as JSON',
      (finished) => JSON.parse(JSON.stringify(finished)) as GraphUpdate,
      'GraphExecutionError',
    ],
    ['that is a list', () => [] as never, 'WorkflowOptionsError'],
  ])('does not go on from a state %s', async (_, of, name) => {
    const { seen, engine } = flaky(0);
    const { finalState } = await engine.execute('x');
    const state = of(finalState);

    await expect(engine.resume(state, 'fine')).rejects.toMatchObject({ name });
    await expect(new WorkflowRunner(engine).resume('fine', { state })).rejects.toMatchObject({ name });
    expect(seen).toEqual(['a', 'b']);
  });

  it('puts the answer where it is told to as well', async () => {
    const runner = new WorkflowRunner(asking());
    const { finalState } = await runner.run('x');
    const result = await runner.resume('fine', { state: finalState, responseKey: 'note' });

    expect(result.finalState).toMatchObject({ note: 'fine', human_response: 'fine' });
  });
});

describe('WorkflowCheckpoint', () => {
  it('keeps and hands out copies', () => {
    const checkpoint = new WorkflowCheckpoint();
    const state = new WorkflowState('x', { initial: { list: [1] } });
    checkpoint.save('a', state);
    (state['list'] as number[]).push(2);
    (checkpoint.load('a')?.['list'] as number[]).push(3);

    expect(checkpoint.load('a')).toMatchObject({ input: 'x', list: [1] });
    expect(checkpoint.load('none')).toBeNull();
  });

  it('lets the oldest go for a new one, and none for one that is there', () => {
    const checkpoint = new WorkflowCheckpoint(2);
    for (const id of ['a', 'b', 'a', 'c']) checkpoint.save(id, {});

    expect([checkpoint.size, checkpoint.has('a'), checkpoint.has('b'), checkpoint.has('c')]).toEqual([
      2,
      false,
      true,
      true,
    ]);
  });

  it('keeps 512, or all where it is told 0', () => {
    const [few, all] = [new WorkflowCheckpoint(), new WorkflowCheckpoint({ maxSize: 0 })];
    for (let each = 0; each < 600; each++) for (const checkpoint of [few, all]) checkpoint.save(`${each}`, {});

    expect([few.size, all.length]).toEqual([512, 600]);
  });

  it('says whether there was one to remove', () => {
    const checkpoint = new WorkflowCheckpoint();
    checkpoint.save('a', {});

    expect([checkpoint.delete('a'), checkpoint.delete('a'), checkpoint.size]).toEqual([true, false, 0]);
  });

  it('keeps values that cannot be copied as they are', () => {
    const checkpoint = new WorkflowCheckpoint();
    const work = () => 1;
    checkpoint.save('a', { work });

    expect(checkpoint.load('a')).toEqual({ work });
  });
});
