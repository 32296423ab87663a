import type { ParentClosePolicy } from '../../../lib/core/records/index.js';
import type { ReferenceWorkflow } from './reference-workflow.js';
import { staged } from './stage.js';

interface FamilyInput {
  readonly children: number;
  readonly failing: number;
  readonly close: ParentClosePolicy;
  readonly leaves: 'at once' | 'after one' | 'never';
  readonly grandchildren: boolean;
}

interface ChildInput {
  readonly steps: number;
  readonly fails: boolean;
  readonly grandchild: boolean;
}

/** A parent and its children: awaited, left alone, failing, undone, closed. */
export const family: ReferenceWorkflow = {
  name: 'family',
  isRepeatable: true,
  statuses: ['completed', 'failed', 'cancelled', 'compensation_failed'],
  definitions: (process) => [
    staged('family', async (stage, input: FamilyInput) => {
      const { ctx } = stage;
      await stage.reversible('before');
      const started = await Promise.all(
        Array.from({ length: input.children }, (_, index) =>
          ctx.startChild(
            'child',
            { steps: 1 + (index % 3), fails: index === input.failing, grandchild: input.grandchildren && index === 0 },
            { parentClose: input.close },
          ),
        ),
      );
      if (input.leaves === 'at once') return 'left';
      const [first] = started;
      const one = await first?.result().catch((error: unknown) => (error as Error).name);
      if (input.leaves === 'after one') return one;
      const executed = await ctx.executeChild(
        'child',
        { steps: 2, fails: false, grandchild: false },
        { name: 'careful', compensate: stage.undoOf('careful') },
      );
      const results = await Promise.all(started.map((child) => child.result()));
      await stage.reversible('after', { failures: input.failing === -2 ? 9 : 0 }, {}, { retry: 1 });
      return [one, executed, results];
    })(process),
    staged('child', async (stage, input: ChildInput) => {
      const results: unknown[] = [];
      for (let index = 0; index < input.steps; index++) results.push(await stage.reversible(`k${index}`));
      if (input.grandchild)
        results.push(await stage.ctx.executeChild('child', { steps: 1, fails: false, grandchild: false }));
      if (input.fails) stage.ctx.fail('this child was to fail');
      return results;
    })(process),
  ],
  input: (random): FamilyInput => ({
    children: random.int(1, 3),
    failing: random.pick([-1, -1, -2, 0, 1]),
    close: random.pick(['cancel', 'cancel', 'terminate', 'abandon']),
    leaves: random.pick(['at once', 'after one', 'never', 'never']),
    grandchildren: random.chance(0.3),
  }),
  drive: (driver, workflowId, _input, random) => {
    if (random.chance(0.35)) driver.cancel(random.int(0, 8_000), workflowId);
  },
};

/** Generations: each begins anew, with the signals that are left. */
export const generations: ReferenceWorkflow = {
  name: 'generations',
  definitions: (process) => [
    staged('generations', async (stage, input: { left: number; taken: string[] }) => {
      const { ctx } = stage;
      await stage.step('work');
      const letter = await ctx.waitForSignal<string>('letter', 'letter', { timeout: '2s' });
      const taken = letter === null ? input.taken : [...input.taken, letter];
      if (input.left > 0) ctx.continueAsNew({ left: input.left - 1, taken });
      return [...taken, ctx.generation];
    })(process),
  ],
  input: (random) => ({ left: random.int(1, 4), taken: [] }),
  drive: (driver, workflowId, input: { left: number }, random) => {
    const letters = random.int(0, input.left + 1);
    for (let index = 0; index < letters; index++)
      driver.signal(random.int(0, 6_000), { workflowId, name: 'letter', payload: JSON.stringify(`g${index}`) });
  },
  verify: ({ world, record }) => {
    const output = JSON.parse(record.output ?? '[]') as unknown[];
    const keys = new Set(world.ledger.of(record.id).map((effect) => `${effect.generation} ${effect.key}`));
    const unique = new Set(world.ledger.of(record.id).map((effect) => effect.key));
    return [
      ...(output.at(-1) === record.generation ? [] : [`generation ${String(output.at(-1))} is ${record.generation}`]),
      ...(new Set(output).size === output.length ? [] : ['a letter was taken twice']),
      ...(keys.size === unique.size && unique.size === record.generation ? [] : ['generations share idempotency keys']),
    ];
  },
};

/** Two instances of a key at a time, of three keys' instances. */
export const limited: ReferenceWorkflow = {
  name: 'limited',
  definitions: (process) => [
    staged(
      'limited',
      async (stage) => {
        await stage.step('one');
        await stage.ctx.sleep('rest', 800);
        return stage.step('two');
      },
      { concurrency: { limit: 1, key: (input: { key: string }) => input.key } },
    )(process),
  ],
  input: (random) => ({ key: random.pick(['x', 'x', 'y']) }),
};
