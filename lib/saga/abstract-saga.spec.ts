import { AT_ONCE, failure, OrderSaga, OrderSaga2, rejected, Story } from '../../test/utils/sagas.js';
import { SagaError, SagaState, SagaStep } from './index.js';

describe('AbstractSaga', () => {
  it('begins as pending, is running while it runs, and has completed once every step has', async () => {
    const states: string[] = [];
    const order = new OrderSaga();
    order.addStep(new SagaStep('a', () => states.push(order.state)));

    states.push(order.state, String(order.isCompleted()));
    await order.execute();
    states.push(order.state, String(order.isCompleted()));

    expect(states).toEqual([SagaState.PENDING, 'false', SagaState.RUNNING, SagaState.COMPLETED, 'true']);
  });

  it('is compensating while it is undone, and has failed then', async () => {
    const states: string[] = [];
    const order = new OrderSaga();
    order.addStep(
      new SagaStep(
        'a',
        () => 1,
        () => states.push(order.state),
      ),
    );
    order.addStep(new SagaStep('b', () => Promise.reject(failure), AT_ONCE));

    const error = await rejected(order.execute());

    expect(states).toEqual([SagaState.COMPENSATING]);
    expect([order.state, order.isCompleted()]).toEqual([SagaState.FAILED, true]);
    expect(error).toBeInstanceOf(SagaError);
    expect(error).toMatchObject({ stepName: 'b', cause: failure });
  });

  it('undoes completed steps in reverse, knows which, and tells the same outcome when it is executed again', async () => {
    const story = new Story();
    const order = story.tell(new OrderSaga());
    story.failing.add('c');

    const error = await rejected(order.execute());
    const again = await rejected(order.execute());

    expect(story.seen).toEqual(['a', 'b', 'c', 'undo b', 'undo a']);
    expect(['a', 'b', 'c'].map((name) => order.wasCompensated(name))).toEqual([true, true, false]);
    expect(again).toBe(error);
  });

  it('goes on undoing when an undo fails, reports it, and does not take it for undone', async () => {
    const story = new Story();
    const order = story.tell(new OrderSaga());
    story.failing = new Set(['c', 'undo b']);

    const error = await rejected(order.execute());

    expect(story.seen).toEqual(['a', 'b', 'c', 'undo b', 'undo a']);
    expect([order.wasCompensated('b'), order.wasCompensated('a'), order.isCompleted()]).toEqual([false, true, false]);
    expect(error?.compensationErrors.map(({ stepName, message }) => [stepName, message])).toEqual([['b', 'no']]);
    expect(error?.compensationErrors[0]?.cause).toBe(failure);
  });

  it('undoes what is left when it is compensated later, and nothing twice', async () => {
    const story = new Story();
    const order = story.tell(new OrderSaga());
    story.failing = new Set(['c', 'undo b']);
    await rejected(order.execute());

    await expect(order.compensate()).rejects.toMatchObject({ stepName: 'c', compensationErrors: [{ stepName: 'b' }] });
    story.failing.clear();
    await order.compensate();
    await order.compensate();

    expect(story.seen.slice(5)).toEqual(['undo b', 'undo b']);
    expect([order.wasCompensated('b'), order.isCompleted()]).toEqual([true, true]);
  });

  it('that has completed is undone when somebody asks for it', async () => {
    const story = new Story();
    const order = story.tell(new OrderSaga());
    await order.execute();

    await order.compensate();

    expect(story.seen).toEqual(['a', 'b', 'c', 'undo c', 'undo b', 'undo a']);
    expect(order.state).toBe(SagaState.FAILED);
  });

  it('does not undo what somebody else has undone while it was running', async () => {
    const story = new Story();
    const order = story.tell(new OrderSaga(), ['a', 'b']);
    order.addStep(
      new SagaStep(
        'c',
        () => {
          order.markCompensated('a');
          throw failure;
        },
        null,
        0,
      ),
    );

    await rejected(order.execute());

    expect(story.seen).toEqual(['a', 'b', 'undo b']);
    expect([order.wasCompensated('a'), order.isCompleted()]).toEqual([true, true]);
  });

  it('does not undo what is marked as undone', async () => {
    const story = new Story();
    const order = story.tell(new OrderSaga());
    await order.execute();
    order.markCompensated('b');

    await order.compensate();

    expect(story.seen.slice(3)).toEqual(['undo c', 'undo a']);
    expect(order.wasCompensated('b')).toBe(true);
  });

  it('refuses to note a step that it does not have as undone', () => {
    const order = new Story().tell(new OrderSaga());

    expect(() => {
      order.markCompensated('typo');
    }).toThrow(/has no step "typo" .* Its steps: a, b, c\./);
  });

  it('that has done nothing is not undone, and may run', async () => {
    const story = new Story();
    const order = story.tell(new OrderSaga());

    await order.compensate();

    expect(order.state).toBe(SagaState.PENDING);
    await order.execute();
    expect(story.seen).toEqual(['a', 'b', 'c']);
  });

  it('hands its input to its steps, and is undone when it is cancelled', async () => {
    const controller = new AbortController();
    const inputs: unknown[] = [];
    const order = new OrderSaga();
    order.addStep(
      new SagaStep(
        'a',
        ({ input }) => inputs.push(input),
        (_, { input }) => inputs.push(input),
      ),
    );
    order.addStep(new SagaStep('b', () => controller.abort('enough'), AT_ONCE));
    order.addStep(new SagaStep('c', () => inputs.push('never')));

    const error = await rejected(order.execute({ input: 'in', signal: controller.signal }));

    expect(inputs).toEqual(['in', 'in']);
    expect(error).toMatchObject({ name: 'WorkflowCancelledError', reason: 'enough' });
    expect(order.state).toBe(SagaState.FAILED);
  });

  it('refuses a step whose name is taken, and to run twice at a time', async () => {
    const order = new Story().tell(new OrderSaga());

    expect(() => {
      order.addStep(new SagaStep('a', () => 1));
    }).toThrow(/"a" is given to two steps of the saga "OrderSaga"/);
    const running = order.execute();
    await expect(order.compensate()).rejects.toThrow(/is being executed/);
    await running;
  });

  it('has version 1 unless its class says otherwise, and fits with the same version only', () => {
    expect(new OrderSaga().getVersion()).toBe(1);
    const second = new OrderSaga2();
    expect([second.getVersion(), second.isCompatibleWith(1), second.isCompatibleWith(2)]).toEqual([2, false, true]);
  });
});

describe('An AbstractSaga refuses', () => {
  it.each<[string, unknown, RegExp]>([
    ['nothing', null, /step of the saga "OrderSaga" is none.*new SagaStep/],
    ['a literal', { name: 'a', action: () => 1 }, /step of the saga "OrderSaga" is none.*new SagaStep/],
  ])('%s for a step', (_what, given, message) => {
    expect(() => new OrderSaga().addStep(given as never)).toThrow(message);
  });

  it('a step that would never run: once it is executed, and when it has ended', async () => {
    const order = new OrderSaga();
    const late = () => order.addStep(new SagaStep('late', () => 1));
    let refused: unknown;
    order.addStep(new SagaStep('a', () => (refused = thrownBy(late))));

    await order.execute();

    expect(refused).toMatchObject({ code: 'WORKFLOW_CONTEXT_USAGE' });
    expect(late).toThrow(/"late" was added to the saga "OrderSaga", which is completed/);
    expect(order.steps).toHaveLength(1);
  });

  it('a store that keeps nothing or finds nothing again, and an option that there is not', async () => {
    const noStore = /store of the saga "OrderSaga".*save\(id, snapshot\)/;
    for (const store of [new Map(), { save: () => undefined }, { store: { save: () => undefined } }])
      expect(() => new OrderSaga(store as never)).toThrow(noStore);
    expect(() => new OrderSaga({ stores: 1 } as never)).toThrow(/mean "store"/);
    await expect(new OrderSaga().execute({ inputs: 'x' } as never)).rejects.toThrow(/mean "input"/);
  });
});

function thrownBy(act: () => void): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}
