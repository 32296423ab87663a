import type { WorkflowContext } from '../definition/index.js';
import { executeInMemory } from './execute-in-memory.js';
import { standaloneServices } from './memory-services.js';

describe('An undo that must not run twice', () => {
  let tries = 0;
  const compensate = () => {
    tries += 1;
    throw new Error('stuck');
  };
  const execute = (more: object) =>
    executeInMemory(
      {
        name: 'w',
        version: 1,
        model: 'workflow',
        run: async (ctx: WorkflowContext) => {
          await ctx.step('a', () => 'a', { compensate, compensateAtMostOnce: true, ...more });
          ctx.fail('enough');
        },
      },
      undefined,
      standaloneServices(),
    );

  it('is tried once', async () => {
    await expect(execute({})).rejects.toThrow(/1 step could not be undone/);
    expect(tries).toBe(1);
  });

  it('is not told how often to be tried', async () => {
    await expect(execute({ compensateRetry: 2 })).rejects.toThrow(/at most once cannot be retried/);
  });
});
