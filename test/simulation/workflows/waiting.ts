import type { ReferenceWorkflow } from './reference-workflow.js';
import { staged } from './stage.js';

/** A person decides, or the time runs out. */
export const human: ReferenceWorkflow = {
  name: 'human',
  isRepeatable: true,
  definitions: (process) => [
    staged('human', async (stage, input: { timeoutMs: number }) => {
      const { ctx } = stage;
      const asked = await stage.step('ask');
      const decision = await ctx.waitForSignal<string>('decision', 'decide', { timeout: input.timeoutMs });
      const done = await stage.step(decision === null ? 'escalate' : 'carry-out');
      return [asked, decision, done];
    })(process),
  ],
  input: (random) => ({ timeoutMs: random.int(1, 12_000) }),
  drive: (driver, workflowId, _input, random) => {
    const count = random.int(0, 2);
    for (let index = 0; index < count; index++)
      driver.signal(random.int(0, 14_000), { workflowId, name: 'decide', payload: JSON.stringify(`d${index}`) });
  },
};

/** Takes signals in a loop, one at a time. */
export const mailbox: ReferenceWorkflow = {
  name: 'mailbox',
  definitions: (process) => [
    staged('mailbox', async (stage, input: { count: number }) => {
      const { ctx } = stage;
      const taken: unknown[] = [];
      for (let index = 0; index < input.count; index++) {
        taken.push(await ctx.waitForSignal('w' + index, 'letter'));
        if (index % 3 === 2) await stage.step(`s${index}`);
      }
      return taken;
    })(process),
  ],
  input: (random) => ({ count: random.int(1, 6) }),
  drive: (driver, workflowId, input: { count: number }, random) => {
    const letters = input.count + random.int(0, 2);
    for (let index = 0; index < letters; index++) {
      const how = random.pick(['alone', 'again', index < input.count ? 'committed' : 'perhaps'] as const);
      const delayMs = random.int(0, 6_000);
      if (how === 'again') driver.signalAgain(delayMs, workflowId, 'letter', `l${index}`);
      else driver.signal(delayMs, { workflowId, name: 'letter', payload: JSON.stringify(`l${index}`) }, how);
    }
  },
  verify: ({ record }) => {
    const taken = JSON.parse(record.output ?? '[]') as string[];
    return new Set(taken).size === taken.length ? [] : [`one letter was taken twice: ${taken.join(', ')}`];
  },
};

/** Topic signals under a key, and a race of signals with timers. */
export const topics: ReferenceWorkflow = {
  name: 'topics',
  isRepeatable: true,
  definitions: (process) => [
    staged('topics', async (stage, input: { key: string }) => {
      const { ctx } = stage;
      const won = await ctx.waitForAny('either', {
        news: ctx.signalWait('news', { key: input.key }),
        any: ctx.signalWait('flash'),
        time: ctx.timer('5s'),
      });
      await stage.step('between');
      const second = await ctx.waitForSignal('second', 'news', { key: input.key, timeout: '3s' });
      return [won.key, won.value, second];
    })(process),
  ],
  input: (random) => ({ key: random.pick(['a', 'b']) }),
  drive: (driver, workflowId, _input, random) => {
    driver.signal(random.int(0, 8_000), { name: 'news', key: random.pick(['a', 'b']), payload: '"n"' });
    if (random.chance(0.5)) driver.signal(random.int(0, 8_000), { workflowId, name: 'flash', payload: '"f"' });
  },
};

/** Sleeps, and retries that wait in the store. */
export const sleeper: ReferenceWorkflow = {
  name: 'sleeper',
  isRepeatable: true,
  definitions: (process) => [
    staged('sleeper', async (stage, input: { napMs: number; failures: number }) => {
      const { ctx } = stage;
      await ctx.sleep('nap', input.napMs);
      const stubborn = await stage.step(
        'stubborn',
        { failures: input.failures },
        { retry: { attempts: 5, backoff: { delay: 900, factor: 2 }, inProcessBelow: 1_000 } },
      );
      await Promise.all([ctx.sleep('one', input.napMs), ctx.sleep('two', 10), stage.step('meanwhile')]);
      return stubborn;
    })(process),
  ],
  input: (random) => ({ napMs: random.int(1, 6_000), failures: random.int(0, 4) }),
};
