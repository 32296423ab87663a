import { Workflow } from '../code-first/index.js';
import type { StepContext, StepOptions, WorkflowContext, WorkflowDefinition } from '../core/definition/index.js';
import { systemClock } from '../core/time/index.js';
import { MemoryStore } from '../memory/index.js';
import { createTestEngine, type TestEngine } from './test-engine.js';

class Mailer {
  readonly sent: string[] = [];
  send(text: string): void {
    this.sent.push(text);
  }
}

@Workflow('reminders')
class ReminderWorkflow {
  constructor(private readonly mailer: Mailer) {}

  async run(ctx: WorkflowContext, { name }: { name: string }) {
    for (const day of [1, 2, 3]) {
      const answer = await ctx.waitForSignal(`answer ${day}`, 'answer', { timeout: '1d' });
      if (answer !== null) return answer;
      await ctx.step(`remind ${day}`, () => this.mailer.send(`${name}, day ${day}`));
      ctx.emit({ day });
    }
    return ctx.fail('No answer.');
  }
}

const definition = (run: WorkflowDefinition['run']): WorkflowDefinition => ({
  name: 'own',
  version: 1,
  model: 'workflow',
  run,
});

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

@Workflow('greetings')
class GreetingWorkflow {
  run(_ctx: WorkflowContext, name: string) {
    return `Hello ${name}`;
  }
}

let engine: TestEngine | undefined;

afterEach(async () => {
  await engine?.close();
  engine = undefined;
});

describe('TestEngine', () => {
  it('lets days pass, and workflows do what falls due meanwhile', async () => {
    const mailer = new Mailer();
    engine = await createTestEngine({ definitions: [new ReminderWorkflow(mailer)] });
    await engine.client.start(ReminderWorkflow, { name: 'Ada' }, { id: 'r' });

    await engine.advance('2d');
    expect(mailer.sent).toEqual(['Ada, day 1', 'Ada, day 2']);
    await engine.client.signalInstance('r', 'answer', 'yes');
    await engine.drain();

    expect(await engine.client.result('r')).toBe('yes');
    expect(engine.streamed.map(({ payload }) => payload)).toEqual([{ day: 1 }, { day: 2 }]);
    expect(engine.events.at(-1)).toMatchObject({ type: 'completed', workflowId: 'r' });
  });

  it('takes a decorated class as it is', async () => {
    engine = await createTestEngine({ definitions: [GreetingWorkflow] });

    expect(await engine.client.startAndWait(GreetingWorkflow, 'Ada')).toBe('Hello Ada');
  });

  it('asks for an instance of a class that injects something', async () => {
    await expect(createTestEngine({ definitions: [ReminderWorkflow] })).rejects.toThrow(
      'The class ReminderWorkflow takes an argument in its constructor. Give an instance made with what the test wants it to inject: new ReminderWorkflow(…).',
    );
  });

  it.each<[string, unknown, RegExp]>([
    ['a class that is no workflow', [Mailer], /class Mailer is not a workflow: put one of @Workflow/],
    ['a name', ['greetings'], /"greetings" is no workflow\. Give a decorated class/],
    ['nothing in the list', [undefined], /undefined is no workflow/],
    ['no list', GreetingWorkflow, /"definitions" has the value the function GreetingWorkflow\. It must be an array/],
    ['nothing', undefined, /"definitions" has the value undefined/],
  ])('refuses %s', async (_what, definitions, message) => {
    await expect(createTestEngine({ definitions } as never)).rejects.toThrow(message);
  });

  it('is not early by a millisecond', async () => {
    engine = await createTestEngine({ definitions: [definition((ctx) => ctx.sleep('nap', '1h'))] });
    await engine.client.start('own', undefined, { id: 's' });

    await engine.advance(3_600_000 - 1);
    expect(await engine.client.getStatus('s')).toMatchObject({ status: 'suspended' });
    await engine.advance(1);

    expect(await engine.client.getStatus('s')).toMatchObject({ status: 'completed' });
  });

  describe.each([
    ['ends with its signal', ({ signal }: StepContext) => abortOf(signal)],
    ['never ends', () => new Promise<never>(() => undefined)],
  ])('of a step whose body %s', (_what, body) => {
    it.each<[string, StepOptions, number]>([
      ['its timeout', { timeout: '1m', retry: { attempts: 2, backoff: { delay: '1s' } } }, 121_000],
      ['its heartbeatTimeout', { heartbeatTimeout: '1m', retry: false }, 60_000],
    ])('lets time pass to %s', async (_limit, options, tookMs) => {
      const run = definition(async (ctx) => {
        await ctx.step('held', body, options).catch(() => undefined);
        return ctx.now();
      });
      engine = await createTestEngine({ definitions: [run], patience: 0 });
      const beganAt = engine.clock.now();
      await engine.client.start('own', undefined, { id: 's' });

      await engine.advance('1h');

      expect(await engine.client.getStatus('s')).toMatchObject({ status: 'completed', output: beganAt + tookMs });
    });

    it('lets time pass to the deadline of the run, and until bodies must have ended', async () => {
      const run = definition((ctx) => ctx.step('held', body));
      engine = await createTestEngine({ definitions: [{ ...run, timeoutMs: 60_000 }], patience: 0 });
      await engine.client.start('own', undefined, { id: 's' });

      await engine.advance('1h');

      expect(await engine.client.getStatus('s')).toMatchObject({ error: { code: 'WORKFLOW_TIMEOUT' } });
    });
  });

  it('waits for a body that has a time limit and does something that takes no time of the clock', async () => {
    const turns = async (count: number, context: StepContext): Promise<void> => {
      for (let turn = 0; turn < count; turn += 1) {
        await new Promise<void>((resolve) => systemClock.macrotask(resolve));
        if (turn % 50 === 0) context.heartbeat();
      }
    };
    const run = definition((ctx) =>
      ctx.step('slow', (context) => turns(500, context), { timeout: '1s', retry: false }),
    );
    engine = await createTestEngine({ definitions: [run], patience: 0 });
    await engine.client.start('own', undefined, { id: 's' });

    await engine.advance('1h');

    expect(await engine.client.getStatus('s')).toMatchObject({ status: 'completed' });
  });

  it('goes on from the store of another engine', async () => {
    const attempts: number[] = [];
    const twice = definition(async (ctx) => {
      await ctx.step('first', () => attempts.push(1));
      await ctx.sleep('night', '8h');
      await ctx.step('second', () => attempts.push(2));
    });
    const before = await createTestEngine({ definitions: [twice] });
    await before.client.start('own', undefined, { id: 't' });
    await before.drain();
    await before.close();

    const { clock } = before;
    const store = new MemoryStore({ clock, sharedWith: before.store as MemoryStore });
    engine = await createTestEngine({ definitions: [twice], clock, store });
    await engine.advance('8h');

    expect(await engine.client.getStatus('t')).toMatchObject({ status: 'completed' });
    expect(attempts).toEqual([1, 2]);
  });

  it('names the mend for an object that is no workflow', async () => {
    await expect(createTestEngine({ definitions: [new Mailer()] })).rejects.toThrow(
      /class Mailer is not a workflow: put one of @Workflow/,
    );
  });
});
