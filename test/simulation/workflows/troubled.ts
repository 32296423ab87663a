import type { WorkflowDefinition } from '../../../lib/core/definition/index.js';
import type { SimProcess } from '../engine/sim-process.js';
import type { ReferenceWorkflow } from './reference-workflow.js';
import { staged } from './stage.js';

/** Steps that must not run twice, whatever happens. */
export const once: ReferenceWorkflow = {
  name: 'once',
  statuses: ['completed', 'failed'],
  definitions: (process) => [
    staged('once', async (stage, input: { failures: number }) => {
      const first = await stage.step('o1', {}, { atMostOnce: true });
      const second = await stage
        .step('o2', { failures: input.failures }, { atMostOnce: true })
        .catch((error: unknown) => (error as Error).name);
      return [first, second];
    })(process),
  ],
  input: (random) => ({ failures: random.int(0, 1) }),
};

/** A run that has a limit of time, waits included, and undoes what it did. */
export const deadline: ReferenceWorkflow = {
  name: 'deadline',
  isRepeatable: true,
  statuses: ['completed', 'failed'],
  definitions: (process) => [
    staged(
      'deadline',
      async (stage, input: { napMs: number }) => {
        await stage.reversible('d1');
        await Promise.all([stage.ctx.sleep('nap', input.napMs), stage.reversible('d2')]);
        return stage.reversible('d3');
      },
      { timeoutMs: 5_000 },
    )(process),
  ],
  input: (random) => ({ napMs: random.pick([100, 2_000, 4_900, 20_000]) }),
};

/** Bodies that take too long, or say nothing for too long. */
export const timed: ReferenceWorkflow = {
  name: 'timed',
  isRepeatable: true,
  definitions: (process) => [
    staged('timed', async (stage, input: { takesMs: number }) => {
      const outcome = (work: Promise<string>): Promise<string> =>
        work.then(
          () => 'done',
          (error: unknown) => (error as Error).name,
        );
      return [
        await outcome(stage.step('limit', { takesMs: input.takesMs }, { timeout: '1s', retry: 2 })),
        await outcome(stage.step('silent', { takesMs: input.takesMs }, { heartbeatTimeout: '1s', retry: 1 })),
        await outcome(stage.step('deaf', { takesMs: 3_000, isDeaf: true }, { timeout: '500ms', retry: 1 })),
      ];
    })(process),
  ],
  input: (random) => ({ takesMs: random.pick([100, 900, 1_100, 4_000]) }),
};

/** Takes its process down each time that it is tried. */
export const poison: ReferenceWorkflow = {
  name: 'poison',
  statuses: ['quarantined'],
  definitions: (process) => [
    staged('poison', async (stage) => {
      await stage.step('harmless');
      return stage.step('poison', { instead: (victim) => victim.world.poisoned(victim) });
    })(process),
  ],
  input: () => ({}),
};

/** The definitions of a reference workflow, for a cluster whose processes differ in their builds. */
export function troubledBuilds(workflow: ReferenceWorkflow): ((process: SimProcess) => WorkflowDefinition)[] {
  return [(process) => workflow.definitions(process)[0] as WorkflowDefinition];
}

/** Code that is changed while instances run: `patched` keeps both ways apart. */
export const changing: ReferenceWorkflow = {
  name: 'changing',
  definitions: (process) => [
    staged('changing', async (stage) => {
      const { ctx } = stage;
      const first = await stage.step('first');
      await ctx.sleep('pause', '1s');
      const isNew = process.options.buildId === 'v2' && ctx.patched('another way');
      const second = isNew ? await stage.step('new way') : await stage.step('old way');
      await ctx.sleep('rest', '1s');
      return [first, second, await stage.step('last')];
    })(process),
  ],
  input: () => ({}),
};
