import type { ReferenceWorkflow } from './reference-workflow.js';
import { staged } from './stage.js';

interface SagaInput {
  readonly failAt: number;
  readonly undoFailures: number;
  readonly parallel: boolean;
  readonly commitAt: number;
}

/** Five steps that can be undone; one fails, or somebody cancels. */
export const saga: ReferenceWorkflow = {
  name: 'saga',
  isRepeatable: true,
  statuses: ['completed', 'failed', 'cancelled', 'compensation_failed'],
  definitions: (process) => [
    staged('saga', async (stage, input: SagaInput) => {
      const make = (index: number): Promise<string> =>
        stage.reversible(
          `t${index}`,
          { failures: index === input.failAt ? 9 : 0 },
          { failures: index === 1 ? input.undoFailures : 0 },
          { retry: 2, compensateRetry: { attempts: 4, backoff: { delay: 700, factor: 2 }, inProcessBelow: 1_000 } },
        );
      if (input.parallel) await Promise.all([0, 1, 2].map(make));
      else for (const index of [0, 1, 2]) await make(index);
      if (input.commitAt === 3) await stage.ctx.commit('no-return');
      await make(3);
      await make(4);
      return 'done';
    })(process),
  ],
  input: (random) => ({
    failAt: random.pick([4, 4, 4, 2, 9]),
    undoFailures: random.pick([0, 0, 1, 3, 9]),
    parallel: random.chance(0.5),
    commitAt: random.pick([0, 0, 0, 3]),
  }),
  drive: (driver, workflowId, _input, random) => {
    if (random.chance(0.4)) driver.cancel(random.int(0, 8_000), workflowId);
  },
};

/** Steps that commit with the caller's rows. */
export const ledgered: ReferenceWorkflow = {
  name: 'ledgered',
  isRepeatable: true,
  statuses: ['completed', 'failed', 'cancelled'],
  definitions: (process) => [
    staged('ledgered', async (stage, input: { failures: number; parallel: boolean }) => {
      const first = await stage.step('first');
      if (input.parallel) {
        const results = await Promise.all([
          stage.transaction('t1', { failures: input.failures }),
          stage.transaction('t2'),
          stage.step('beside'),
        ]);
        return [first, ...results];
      }
      const one = await stage.transaction('t1', { failures: input.failures });
      const two = await stage.transaction('t2');
      return [first, one, two];
    })(process),
  ],
  input: (random) => ({ failures: random.int(0, 3), parallel: random.chance(0.5) }),
  drive: (driver, workflowId, _input, random) => {
    if (random.chance(0.2)) driver.cancel(random.int(0, 5_000), workflowId);
  },
};
