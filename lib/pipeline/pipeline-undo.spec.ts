import { failure, fail } from '../../test/utils/pipelines.js';
import { rejection } from '../../test/utils/failures.js';
import { Pipeline, PipelineExecutionError, step } from './index.js';

const stuck = new RangeError('stuck');

function failing() {
  return new Pipeline('p', [
    step('reserve', () => 1, {
      compensate: () => {
        throw stuck;
      },
    }),
    step('ship', fail),
  ]);
}

describe('A pipeline of which a step could not be undone', () => {
  it('rejects with the step that failed, and tells what could not be undone beside it', async () => {
    const error = await rejection<PipelineExecutionError>(failing().execute());

    expect(error).toBeInstanceOf(PipelineExecutionError);
    expect(error).toMatchObject({ stepName: 'ship', cause: failure });
    expect(error?.context?.successfulSteps.map(({ stepName }) => stepName)).toEqual(['reserve']);
    expect(error?.compensationErrors).toMatchObject([{ stepName: 'reserve', reason: 'stuck' }]);
    expect(error?.compensationErrors[0]?.cause).toBe(stuck);
  });

  it('has none to tell where everything was undone, or nothing could be', async () => {
    const undone = new Pipeline('p', [step('reserve', () => 1, { compensate: () => 1 }), step('ship', fail)]);
    const errors = [undone, new Pipeline('p', [step('ship', fail)])].map((pipeline) =>
      rejection<PipelineExecutionError>(pipeline.execute()),
    );

    for (const error of await Promise.all(errors)) expect(error?.compensationErrors).toEqual([]);
  });
});
