import { runInNewContext } from 'node:vm';
import {
  NonRetryableStepError,
  StepFailedError,
  WORKFLOW_ERROR_CODES,
  WorkflowError,
  WorkflowOptionsError,
  isStepFailedError,
  isWorkflowError,
} from '../errors/index.js';
import { NON_ERROR_NAME, toErrorRecord, type ErrorRecord } from './error-record.js';
import { fromErrorRecord } from './restored-error.js';

/** What a store does with a record. */
function throughStore(thrown: unknown): Error {
  return fromErrorRecord(JSON.parse(JSON.stringify(toErrorRecord(thrown))) as ErrorRecord);
}

describe('an error that went through the store', () => {
  it('keeps name, message and stack', () => {
    const original = new RangeError('out of stock');

    const restored = throughStore(original);

    expect(restored).toBeInstanceOf(RangeError);
    expect(restored.message).toBe('out of stock');
    expect(restored.stack).toBe(original.stack);
  });

  it('keeps class, code, fields and cause when it is one of ours', () => {
    const original = new StepFailedError({ step: 'charge', attempts: 3, cause: new TypeError('declined') });

    const restored = throughStore(original);

    expect(isStepFailedError(restored)).toBe(true);
    expect(restored).toBeInstanceOf(StepFailedError);
    expect(restored).toBeInstanceOf(WorkflowError);
    expect(restored).toMatchObject({
      name: 'StepFailedError',
      code: 'STEP_FAILED',
      httpStatus: 500,
      step: 'charge',
      attempts: 3,
    });
    expect(restored.message).toBe(original.message);
    expect(restored.cause).toBeInstanceOf(TypeError);
    expect(Object.keys(restored).sort()).toEqual(Object.keys(original).sort());
  });

  it.each(Object.keys(WORKFLOW_ERROR_CODES) as (keyof typeof WORKFLOW_ERROR_CODES)[])(
    'is recognised by its code %s',
    (code) => {
      expect(isWorkflowError(throughStore(new WorkflowError(code, 'x')), code)).toBe(true);
    },
  );

  it('keeps its own HTTP status and details', () => {
    const original = new WorkflowError('WORKFLOW_STATE', 'x', {
      httpStatus: 410,
      details: { since: new Date(0), bad: 1n },
    });

    expect(throughStore(original)).toMatchObject({ httpStatus: 410, details: { since: '1970-01-01T00:00:00.000Z' } });
  });

  it('keeps the name that a user gave to a subclass of ours', () => {
    class CardDeclined extends NonRetryableStepError {
      override get name(): string {
        return 'CardDeclined';
      }
    }

    const restored = throughStore(new CardDeclined('no'));

    expect(restored.name).toBe('CardDeclined');
    expect(isWorkflowError(restored, 'STEP_NON_RETRYABLE')).toBe(true);
  });

  it('keeps name, code and data of a class it does not know', () => {
    const original = Object.assign(new Error('duplicate key'), {
      code: '23505',
      table: 'orders',
      query: { parameters: [1, 'x'] },
      socket: new Map(),
      retry: () => 1,
      missing: undefined,
    });
    Object.defineProperty(original, 'name', { value: 'QueryFailedError' });

    const restored = throughStore(original);

    expect(restored.name).toBe('QueryFailedError');
    expect({ ...restored }).toEqual({ code: '23505', table: 'orders', query: { parameters: [1, 'x'] } });
    expect(isWorkflowError(restored)).toBe(false);
  });

  it('does not become one of ours by using one of our codes', () => {
    expect(isWorkflowError(throughStore(Object.assign(new Error('x'), { code: 'STEP_FAILED' })))).toBe(false);
  });

  it('keeps an error of another realm', () => {
    const restored = throughStore(runInNewContext(`new TypeError('elsewhere')`));

    expect(restored).toBeInstanceOf(TypeError);
    expect(restored.message).toBe('elsewhere');
  });

  it('keeps the members of an aggregate', () => {
    const restored = throughStore(new AggregateError([new TypeError('a'), 'b'], 'both failed')) as AggregateError;

    expect(restored.name).toBe('AggregateError');
    expect(restored.errors).toHaveLength(2);
    expect(restored.errors[0]).toBeInstanceOf(TypeError);
    expect(restored.errors[1]).toMatchObject({ message: 'b' });
  });

  it.each([
    ['a text', 'a text'],
    [undefined, 'Thrown was undefined.'],
    [null, 'Thrown was null.'],
    [42, 'Thrown was 42.'],
    [{ reason: 'no' }, 'Thrown was an object.'],
    [10n, 'Thrown was 10n.'],
  ])('survives when %p was thrown instead of an error', (thrown, message) => {
    const restored = throughStore(thrown);

    expect(restored).toBeInstanceOf(Error);
    expect(restored.name).toBe(NON_ERROR_NAME);
    expect(restored.message).toBe(message);
    expect((restored as { thrown?: unknown }).thrown).toEqual(typeof thrown === 'bigint' ? undefined : thrown);
  });

  it('does not let stored data replace what an error is', () => {
    const restored = fromErrorRecord(
      JSON.parse(
        '{"name":"Error","message":"x","data":{"__proto__":{"evil":1},"message":"y","stack":"z","a":1}}',
      ) as ErrorRecord,
    );

    expect(restored).toBeInstanceOf(Error);
    expect(restored.message).toBe('x');
    expect(restored.stack).toBe('Error: x');
    expect((restored as { evil?: unknown }).evil).toBeUndefined();
    expect((restored as { a?: unknown }).a).toBe(1);
  });
});

describe('toErrorRecord', () => {
  it('replaces what no database keeps', () => {
    const record = toErrorRecord(new Error('a\0b\ud800c😀'));

    expect(record.message).toBe('a\ufffdb\ufffdc😀');
    expect(record.stack).not.toMatch(/[\ud800](?![\udc00-\udfff])/);
  });

  it('leaves out a value without a JSON form, not the error', () => {
    const record = toErrorRecord(new WorkflowOptionsError({ option: 'a', value: new Map(), expected: 'b' }));

    expect(record.data).toMatchObject({ option: 'a', expected: 'b' });
    expect(record.data).not.toHaveProperty('value');
  });

  it('ends a cyclic chain of causes', () => {
    const error = new Error('loop');
    error.cause = error;

    let depth = 0;
    for (let record: ErrorRecord | undefined = toErrorRecord(error); record !== undefined; record = record.cause)
      depth++;

    expect(depth).toBe(7);
  });

  it('stays small, whatever it is given', () => {
    let error = new Error('x'.repeat(1_000_000));
    for (let level = 0; level < 50; level++) {
      error = Object.assign(new Error('y'.repeat(1_000_000), { cause: error }), {
        dump: 'z'.repeat(1_000_000),
        small: 1,
      });
      error.stack = 's'.repeat(1_000_000);
    }

    const record = toErrorRecord(error);

    expect(JSON.stringify(record).length).toBeLessThan(100_000);
    expect(record.data).toEqual({ small: 1 });
  });

  it('never throws', () => {
    const hostile = new Proxy(new Error('x'), {
      get() {
        throw new Error('trap');
      },
    });
    const touchy = Object.defineProperty(new Error('kept'), 'data', {
      enumerable: true,
      get() {
        throw new Error('getter');
      },
    });

    expect(toErrorRecord(hostile)).toMatchObject({ name: NON_ERROR_NAME });
    expect(toErrorRecord(touchy)).toMatchObject({ name: 'Error', message: 'kept' });
    expect(toErrorRecord({ name: 5, message: 'x' })).toMatchObject({ name: NON_ERROR_NAME });
  });
});
