import { systemClock } from '../core/time/index.js';
import { createMachine, fromPromise, setup } from 'xstate';
import { DefinitionRegistry, type WorkflowDefinition } from '../core/definition/index.js';
import { standaloneServices } from '../core/execution/index.js';
import { silentLogger } from '../core/lifecycle/index.js';
import { Action, Step } from '../discovery/index.js';
import { createMachineActor, runInMemory } from './machine-actor.js';
import { defineStateMachine } from './state-machine.definition.js';
import { stateMachineDefinitionFactory } from './state-machine.registrar.js';
import { workflowActor } from './workflow-actor.js';

const machine = setup({
  actors: { print: fromPromise<string, number>(() => Promise.reject(new Error('not by itself'))) },
}).createMachine({
  initial: 'printing',
  states: {
    printing: {
      invoke: { src: 'print', input: 7, onDone: 'printed', onError: 'jammed' },
    },
    printed: { type: 'final' },
    jammed: { type: 'final' },
  },
  output: ({ event }) => (event as unknown as { output: { output?: unknown; error?: unknown } }).output,
});

describe('A machine in memory', () => {
  function printer(print: (input: unknown, attempt: number) => unknown) {
    class Printer {
      @Step({ retry: { attempts: 2, backoff: { delay: 1 } } })
      print({ input }: { input: unknown }, { attempt }: { attempt: number }): unknown {
        return print(input, attempt);
      }
    }
    const definition = stateMachineDefinitionFactory.create({
      target: Printer,
      instance: new Printer(),
      metadata: { name: 'printer', options: { machine } },
      place: 'class Printer',
    });
    return (definition as ReturnType<typeof defineStateMachine>).plan;
  }

  it('asks the step methods of its class, as often as they say, and goes on by their answers', async () => {
    const asked: unknown[] = [];
    const plan = printer((input, attempt) => {
      asked.push([input, attempt]);
      if (attempt === 1) throw new Error('busy');
      return 'paper';
    });

    const actor = await createMachineActor(plan, undefined);
    await new Promise<void>((resolve) => {
      actor.subscribe({ complete: resolve });
      actor.start();
    });

    expect(actor.getSnapshot()).toMatchObject({ value: 'printed', status: 'done' });
    expect(asked).toEqual([
      [7, 1],
      [7, 2],
    ]);
  });

  it('is told what such a method threw', async () => {
    const bare = createMachine({ invoke: { src: 'print' } }, {
      actors: { print: fromPromise(() => Promise.resolve()) },
    } as never);
    class Bare {
      @Step({ retry: 1 })
      print(): never {
        throw new RangeError('no paper');
      }
    }
    const definition = stateMachineDefinitionFactory.create({
      target: Bare,
      instance: new Bare(),
      metadata: { name: 'bare', options: { machine: bare } },
      place: 'class Bare',
    });

    const run = runInMemory((definition as ReturnType<typeof defineStateMachine>).plan, undefined);

    await expect(run).rejects.toMatchObject({ name: 'RangeError', message: 'no paper' });
  });

  it('runs the workflows that it invokes, in memory as well', async () => {
    const registry = new DefinitionRegistry();
    const double: WorkflowDefinition = {
      name: 'double',
      version: 1,
      model: 'workflow',
      run: (_ctx, n) => Promise.resolve((n as number) * 2),
    };
    registry.register(double);
    const asking = setup({ actors: { double: workflowActor('double') } }).createMachine({
      initial: 'asking',
      states: {
        asking: { invoke: { src: 'double', input: 21, onDone: 'known' } },
        known: { type: 'final', output: ({ event }) => (event as unknown as { output: unknown }).output },
      },
      output: ({ event }) => event.output,
    });

    const { plan } = defineStateMachine('asking', asking);

    expect(await runInMemory(plan, undefined, { services: { ...standaloneServices(), registry } })).toBe(42);
  });

  it('tells its actions what they are told where it is durable', async () => {
    const told: Record<string, unknown>[] = [];
    const failed: unknown[] = [];
    const acting = setup({ actions: { ring: () => undefined } }).createMachine({
      entry: ['ring', 'ring'],
      on: { RING: { actions: { type: 'ring' } } },
    });
    class Bell {
      @Action()
      async ring(args: Record<string, unknown>): Promise<void> {
        told.push(args);
        await Promise.reject(new RangeError('no bell'));
      }
    }
    const definition = stateMachineDefinitionFactory.create({
      target: Bell,
      instance: new Bell(),
      metadata: { name: 'bell', options: { machine: acting } },
      place: 'class Bell',
    });
    const logger = { ...silentLogger, error: (...words: unknown[]) => failed.push(words) };
    const { plan } = definition as ReturnType<typeof defineStateMachine>;
    const actor = await createMachineActor(plan, undefined, { ...standaloneServices(), logger });
    actor.start();
    (actor as { send(event: object): void }).send({ type: 'RING' });
    const signals = told.map(({ signal }) => (signal as AbortSignal).aborted);
    actor.stop();
    await new Promise<void>((resolve) => systemClock.macrotask(resolve));

    expect(told).toMatchObject([
      { version: 1, attempt: 1 },
      { version: 1, attempt: 1 },
      { version: 2, attempt: 1, event: { type: 'RING' } },
    ]);
    expect(new Set(told.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
    expect(new Set(told.map(({ machineId }) => machineId))).toEqual(new Set([expect.any(String)]));
    expect([...signals, (told[0]?.signal as AbortSignal).aborted]).toEqual([false, false, false, true]);
    // Nobody waits for it: it is said where an operator sees it.
    expect(failed).toHaveLength(3);
  });

  it('ends with the reason of its signal, before and while it runs', async () => {
    const { plan } = defineStateMachine('still', createMachine({}));
    const controller = new AbortController();
    const run = runInMemory(plan, undefined, { signal: controller.signal });
    await new Promise<void>((resolve) => systemClock.macrotask(resolve));
    controller.abort(new RangeError('no more'));

    await expect(run).rejects.toMatchObject({ name: 'RangeError', message: 'no more' });
    await expect(runInMemory(plan, undefined, { signal: controller.signal })).rejects.toThrow('no more');
  });

  it('stops the step that runs, when it is stopped', async () => {
    const stopped = new Promise((resolve) => {
      class Slow {
        @Step()
        print(_args: object, { signal }: { signal: AbortSignal }): Promise<void> {
          return new Promise((done) => signal.addEventListener('abort', () => (done(), resolve('stopped'))));
        }
      }
      const definition = stateMachineDefinitionFactory.create({
        target: Slow,
        instance: new Slow(),
        metadata: { name: 'slow', options: { machine } },
        place: 'class Slow',
      });
      void createMachineActor((definition as ReturnType<typeof defineStateMachine>).plan, undefined).then((actor) => {
        actor.start();
        systemClock.macrotask(() => actor.stop());
      });
    });

    expect(await stopped).toBe('stopped');
  });
});
