import { AT_ONCE, fail, failure, rejected } from '../../test/utils/sagas.js';
import {
  isSagaError,
  saga,
  Saga,
  SagaError,
  SagaStep,
  sagaStep,
  SagaStepError,
  type SagaContext,
  type SagaStepOptions,
} from './index.js';

/** Steps that write down what they do. */
function tracer() {
  const seen: string[] = [];
  const trace = (name: string, options: SagaStepOptions = AT_ONCE) =>
    new SagaStep(
      name,
      () => {
        seen.push(name);
        return `${name}!`;
      },
      (result) => void seen.push(`undo ${result}`),
      options,
    );
  return { seen, trace };
}

describe('SagaStep', () => {
  it('is tried once more after a second, and its undo is safe to try again, unless it says otherwise', () => {
    expect(new SagaStep('a', fail)).toMatchObject({ maxRetries: 1, retryDelay: 1, idempotent: true });
  });

  it('takes the documented arguments by position, in one object, or both', () => {
    const undo = () => undefined;
    const expected = { name: 'a', compensation: undo, maxRetries: 4, retryDelay: '2s', idempotent: false };

    expect(new SagaStep('a', fail, undo, 4, '2s', false)).toMatchObject(expected);
    expect(
      new SagaStep('a', fail, { compensation: undo, maxRetries: 4, retryDelay: '2s', idempotent: false }),
    ).toMatchObject(expected);
    expect(new SagaStep('a', fail, undo, { maxRetries: 4, retryDelay: '2s', idempotent: false })).toMatchObject(
      expected,
    );
  });

  it.each<[string, () => unknown, RegExp]>([
    ['no name', () => new SagaStep('', fail), /no name/],
    ['no action', () => new SagaStep('a', undefined as never), /action of step "a" is no function/],
    ['an undo that is none', () => new SagaStep('a', fail, 'x' as never), /compensation of step "a" is no function/],
    ['half a retry', () => new SagaStep('a', fail, { maxRetries: 0.5 }), /maxRetries of step "a"/],
    ['a delay before now', () => new SagaStep('a', fail, { retryDelay: -1 }), /retryDelay of step "a"/],
    ['no time at all', () => new SagaStep('a', fail, { timeout: 0 }), /timeout of step "a".*longer than nothing/],
    ['two ways to retry', () => new SagaStep('a', fail, { maxRetries: 1, retry: 2 }), /Keep one of them/],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  it('made by sagaStep is named after its function, or as it is told', () => {
    async function reserve() {
      return 'r';
    }
    const undo = () => undefined;

    expect(sagaStep()(reserve)).toMatchObject({ name: 'reserve', action: reserve, compensation: undefined });
    expect(sagaStep({ compensation: undo })(reserve)).toMatchObject({ name: 'reserve', compensation: undo });
    expect(sagaStep('hold', { compensation: undo, maxRetries: 3 })(reserve)).toMatchObject({
      name: 'hold',
      compensation: undo,
      maxRetries: 3,
    });
  });
});

describe('Saga', () => {
  it('answers plain objects, in which every name is free', async () => {
    const seen: unknown[] = [];
    const results = await saga('plain')
      .step('__proto__', () => 1)
      .step('toString', ({ results: before }) => seen.push(Object.getPrototypeOf(before)))
      .build()
      .execute();

    expect(Object.getPrototypeOf(results)).toBe(Object.prototype);
    expect(seen).toEqual([Object.prototype]);
    expect(Object.entries(results)).toEqual([
      ['__proto__', 1],
      ['toString', 1],
    ]);
  });

  it('runs its steps in their order, hands results on by reference, and answers them', async () => {
    const map = new Map([['x', 1]]);
    const orders = saga<{ readonly id: string }>('orders')
      .step('now', ({ input }) => ({ map, id: input.id }))
      .step('later', async ({ results }, { idempotencyKey }) => [results.now.map.get('x'), typeof idempotencyKey])
      .build();

    const results = await orders.execute({ id: 'o-1' });

    expect(results.now.map).toBe(map);
    expect(results.now.id).toBe('o-1');
    expect(results.later).toEqual([1, 'string']);
  });

  it('undoes what had completed, the last first, with its result; neither the failing step nor what did not run', async () => {
    const { seen, trace } = tracer();
    const steps = [trace('a'), trace('b'), new SagaStep('c', fail, () => seen.push('undo c'), AT_ONCE), trace('d')];

    const error = await rejected(new Saga('s', steps).execute());

    expect(seen).toEqual(['a', 'b', 'undo b!', 'undo a!']);
    expect(error).toBeInstanceOf(SagaError);
    expect(error).toMatchObject({ stepName: 'c', cause: failure, message: 'Step "c" of the saga failed: no' });
    expect(error?.compensationErrors).toEqual([]);
  });

  it('passes over completed steps that have no undo', async () => {
    const { seen, trace } = tracer();
    const steps = [trace('a'), new SagaStep('b', () => seen.push('b')), new SagaStep('c', fail, AT_ONCE)];

    await rejected(new Saga('s', steps).execute());

    expect(seen).toEqual(['a', 'b', 'undo a!']);
  });

  it('uses up the retries of a step before anything is undone', async () => {
    const { seen, trace } = tracer();
    const flaky = new SagaStep(
      'b',
      (_, { attempt }) => {
        seen.push(`try ${attempt}`);
        throw failure;
      },
      { maxRetries: 2, retryDelay: 0 },
    );

    await rejected(new Saga('s', [trace('a'), flaky]).execute());

    expect(seen).toEqual(['a', 'try 1', 'try 2', 'try 3', 'undo a!']);
  });

  it('takes a step that answers after a retry for completed', async () => {
    const step = new SagaStep('a', (_, { attempt }) => (attempt === 1 ? fail() : attempt), AT_ONCE);

    expect(await new Saga('s', [step]).execute()).toEqual({ a: 2 });
  });

  it('limits an attempt by its time-out, in seconds', async () => {
    const step = new SagaStep('slow', () => new Promise(() => undefined), { timeout: 0.01, maxRetries: 0 });

    expect(await rejected(new Saga('s', [step]).execute())).toMatchObject({
      stepName: 'slow',
      cause: { code: 'STEP_TIMEOUT', timeoutMs: 10 },
    });
  });

  it('reports the undos that fail, and undoes the others', async () => {
    const { seen, trace } = tracer();
    const stuck = new SagaStep('b', () => 1, fail, AT_ONCE);

    const error = await rejected(new Saga('s', [trace('a'), stuck, new SagaStep('c', fail, AT_ONCE)]).execute());

    expect(seen).toEqual(['a', 'undo a!']);
    expect(error).toMatchObject({ name: 'SagaError', stepName: 'c', cause: failure });
    expect(error?.compensationErrors).toEqual([new SagaStepError('no')]);
    expect(error?.compensationErrors[0]?.stepName).toBe('b');
  });

  it('stops undoing at the first undo that fails where it is told to', async () => {
    const { seen, trace } = tracer();
    const steps = [trace('a'), new SagaStep('b', () => 1, fail, AT_ONCE), new SagaStep('c', fail, AT_ONCE)];

    await rejected(new Saga('s', steps, { onUndoFailure: 'stop' }).execute());

    expect(seen).toEqual(['a']);
  });

  it.each([
    [true, 3],
    [false, 1],
  ])('tries an undo whose idempotent is %s %d times', async (idempotent, times) => {
    let tries = 0;
    const undo = () => {
      tries += 1;
      throw failure;
    };
    const steps = [
      new SagaStep('a', () => 1, undo, { maxRetries: 2, retryDelay: 0, idempotent }),
      new SagaStep('b', fail, AT_ONCE),
    ];

    await rejected(new Saga('s', steps).execute());

    expect(tries).toBe(times);
  });

  it('is undone when it is cancelled, and begins nothing more', async () => {
    const { seen, trace } = tracer();
    const controller = new AbortController();
    const cancelling = new SagaStep('b', () => controller.abort('enough'), AT_ONCE);

    const error = await rejected(
      new Saga('s', [trace('a'), cancelling, trace('c')]).execute(undefined, { signal: controller.signal }),
    );

    expect(seen).toEqual(['a', 'undo a!']);
    expect(error).toMatchObject({ name: 'WorkflowCancelledError', reason: 'enough' });
  });

  it('refuses a name given twice', () => {
    expect(() => saga('s').step('a', fail).step('a', fail).build()).toThrow(/"a" is given to two steps of saga "s"/);
  });

  it('hands input and results to an undo, and why it is called', async () => {
    const told: unknown[] = [];
    const orders = saga<number>('s')
      .step('a', ({ input }) => input + 1)
      .step(
        'b',
        ({ results }) => results.a + 1,
        (result, { input, results }, { reason, uncertain }) =>
          void told.push([result, input, results.a, reason, uncertain]),
      )
      .step('c', fail, null, AT_ONCE)
      .build();

    const error = await rejected(orders.execute(1));

    expect(told).toEqual([[3, 1, 2, expect.objectContaining({ stepName: 'c' }), false]]);
    expect(isSagaError(error)).toBe(true);
  });

  it('has room for steps of any name', async () => {
    const steps = ['__proto__', 'constructor', 'a/b#1'].map((name) => new SagaStep(name, () => name));

    expect(Object.entries(await new Saga('s', steps).execute())).toEqual(steps.map(({ name }) => [name, name]));
  });

  it('is drawn in DOT and in Mermaid, with what undoes its steps', () => {
    const drawn = saga('s').step('a', fail, fail).step('b', fail).build();

    expect(drawn.toDot()).toContain('"a" -> "b";');
    expect(drawn.toDot()).toContain('"a" -> "$compensate:a" [label="undone by"];');
    expect(drawn.toMermaid()).toContain('n0 --> n1');
  });

  it('of steps that name their context fits where its input is given', async () => {
    const step = new SagaStep('a', ({ input }: SagaContext<string>) => input.length);

    expect(await new Saga<string, { a: number }>('s', [step]).execute('four')).toEqual({ a: 4 });
  });
});

describe('SagaStepError', () => {
  it('has a message unless it is given one', () => {
    expect(new SagaStepError().message).toBe('Saga step error');
    expect(new SagaStepError('out of stock', { stepName: 'a', cause: failure })).toMatchObject({
      message: 'out of stock',
      stepName: 'a',
      cause: failure,
    });
  });
});
