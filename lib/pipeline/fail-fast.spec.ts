import { failure, rejected } from '../../test/utils/pipelines.js';
import { standaloneServices } from '../core/execution/index.js';
import { VirtualClock } from '../core/time/index.js';
import { FunctionStep, parallel, Pipeline, step, type PipelineStep } from './index.js';

const fails = async () => {
  await Promise.resolve();
  throw failure;
};

/** Where steps stand beside each other. */
const places: readonly [string, (failFast: boolean, ...steps: PipelineStep[]) => Pipeline][] = [
  ['a parallel step', (failFast, ...steps) => new Pipeline('p', [parallel('both', steps, { failFast })])],
  ['a pipeline', (_, ...steps) => new Pipeline('p', steps, { parallelism: 3 })],
];

describe.each(places)('What runs beside a failing step of %s', (_, beside) => {
  it('is told by its signal', async () => {
    const reasons: unknown[] = [];
    const listens = step('listens', (__, { signal }) => {
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason);
          reject(signal.reason as Error);
        });
      });
    });
    const limited = step('limited', listens.func, { timeout: '1h' });

    const error = await rejected(beside(true, step('fails', fails), listens, limited));

    expect(error).toMatchObject({ cause: failure });
    expect(reasons).toEqual([failure, failure]);
  });

  it('is not asked how to recover, and cleaned up', async () => {
    const seen: string[] = [];
    const listens = new FunctionStep(
      'listens',
      (__, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new RangeError('stopped')))),
      { errorHandler: () => seen.push('onError'), cleanupFunc: () => seen.push('cleanup') },
    );

    const error = await rejected(beside(true, step('fails', fails), listens));

    expect(error).toMatchObject({ cause: failure });
    expect(seen).toEqual(['cleanup']);
  });

  it('is not tried again, however long it would wait', async () => {
    const clock = new VirtualClock();
    let attempts = 0;
    const retries = step(
      'retries',
      () => {
        attempts += 1;
        throw new RangeError('later');
      },
      { retry: { attempts: 5, backoff: { delay: '1d' } } },
    );

    const outcome = beside(true, retries, step('fails', fails)).executeWith({ ...standaloneServices(), clock }, {});

    await expect(outcome).rejects.toMatchObject({ name: 'PipelineExecutionError', cause: failure });
    expect(attempts).toBe(1);
  });
});

it('Without failFast a parallel step lets its steps go on', async () => {
  let wasAborted: boolean | undefined;
  const goesOn = step('goes on', async (_, { signal }) => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    wasAborted = signal.aborted;
  });

  const error = await rejected(
    new Pipeline('p', [parallel('both', [step('fails', fails), goesOn], { failFast: false })]),
  );

  expect(error).toMatchObject({ cause: failure });
  expect(wasAborted).toBe(false);
});
