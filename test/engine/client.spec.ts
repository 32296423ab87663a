import { WorkflowClient } from '../../lib/client/index.js';
import { WorkflowSignal, type WorkflowContext, type WorkflowDefinition } from '../../lib/core/definition/index.js';
import { currentStepScope } from '../../lib/core/execution/index.js';
import type { PayloadCodec } from '../../lib/core/serialization/index.js';
import { VirtualClock } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import { bareEngine, workflow, type BareEngine, type BareEngineOptions } from '../utils/bare-engine.js';

interface Booted {
  readonly engine: BareEngine;
  readonly client: WorkflowClient;
  readonly clock: VirtualClock;
  readonly store: MemoryStore;
}

const running: Booted[] = [];

/** A process with a worker and a client on one memory store. */
async function boot(...definitions: WorkflowDefinition[]): Promise<Booted> {
  return bootWith({ definitions });
}

async function bootWith(setup: Pick<BareEngineOptions, 'definitions' | 'codec' | 'worker'>): Promise<Booted> {
  const clock = new VirtualClock();
  const store = new MemoryStore({ clock });
  const engine = bareEngine({ store, clock, ...setup });
  await engine.worker.start();
  const booted = { engine, client: new WorkflowClient(engine.services, engine.worker), clock, store };
  running.push(booted);
  await clock.advance(0);
  return booted;
}

afterEach(async () => {
  for (const { engine, clock } of running.splice(0)) {
    const stopping = engine.worker.stop();
    await clock.advance('1m');
    await stopping;
  }
});

describe('A client beside a worker', () => {
  it('has an instance run at once on the free place, and its result without any time passing', async () => {
    const { client, clock } = await boot(
      workflow('double', async (ctx, input: { n: number }) => ctx.step('double', () => input.n * 2)),
    );
    const before = clock.monotonic();

    const result = await client.startAndWait('double', { n: 21 });

    expect(result).toBe(42);
    expect(clock.monotonic()).toBe(before);
  });

  it('has a thousand of them run, each with its own result', async () => {
    const { client, clock } = await boot(workflow('echo', async (ctx, input: number) => ctx.step('echo', () => input)));

    const results = Promise.all(Array.from({ length: 1_000 }, (_none, index) => client.startAndWait('echo', index)));
    await clock.advance('1m');

    expect(await results).toEqual(Array.from({ length: 1_000 }, (_none, index) => index));
  });

  it('brings a signal to an instance that waits, and to one that will', async () => {
    const approved = new WorkflowSignal<{ by: string }>('approved');
    const { client, clock } = await boot(
      workflow('approval', async (ctx) => {
        const first = await ctx.waitForSignal('first', approved);
        await ctx.sleep('nap', '1h');
        const second = await ctx.waitForSignal('second', approved);
        return [first.by, second.by];
      }),
    );
    const handle = await client.start('approval', undefined, { id: 'a' });
    await clock.advance('1s');

    await handle.signal(approved, { by: 'ann' });
    await clock.advance('1s');
    expect((await handle.status({ waits: true })).waits).toMatchObject([{ name: 'nap' }]);
    await handle.signal(approved, { by: 'bob' });
    await clock.advance('2h');

    expect(await handle.result()).toEqual(['ann', 'bob']);
  });

  it('shows live progress until the end', async () => {
    const { client, clock } = await boot(
      workflow('talker', async (ctx) => {
        ctx.emit({ phase: 1 });
        await ctx.sleep('nap', '1h');
        ctx.emit({ phase: 2 });
      }),
    );
    const { id } = await client.start('talker', undefined);
    const payloads: unknown[] = [];
    const reading = (async () => {
      for await (const item of client.stream(id)) payloads.push(item.payload);
    })();

    await clock.advance('2h');
    await reading;

    expect(payloads).toEqual([{ phase: 1 }, { phase: 2 }]);
  });

  it('follows an instance over its generations', async () => {
    const { client, clock } = await boot(
      workflow('counter', async (ctx, input: { n: number }) => {
        await ctx.sleep('nap', '1m');
        if (input.n < 3) ctx.continueAsNew({ n: input.n + 1 });
        return input.n;
      }),
    );
    const result = client.startAndWait('counter', { n: 1 }, { id: 'c' });

    await clock.advance('10m');

    expect(await result).toBe(3);
    expect(await client.getStatus('c')).toMatchObject({ generation: 3, input: { n: 3 } });
  });

  it('stops an instance that waits, and tells whoever waits for it', async () => {
    const { client, clock } = await boot(workflow('sleeper', (ctx) => ctx.sleep('night', '8h')));
    const handle = await client.start('sleeper', undefined);
    await clock.advance('1s');
    const failing = handle.result().catch((error: unknown) => error);

    expect(await handle.cancel('wake up')).toMatchObject({ accepted: true });
    await clock.advance('1s');

    expect(await failing).toMatchObject({ code: 'WORKFLOW_CANCELLED', reason: 'wake up' });
  });
});

describe('A retried instance', () => {
  /** Fails until told otherwise. */
  function shop(shape: (ctx: WorkflowContext, charge: () => Promise<unknown>) => Promise<unknown>) {
    const ran: string[] = [];
    const bank = { isOpen: false };
    const definition = workflow('shop', (ctx) =>
      shape(ctx, () =>
        ctx.step(
          'charge',
          () => {
            ran.push('charge');
            if (!bank.isOpen) throw new Error('The bank is closed.');
            return 'paid';
          },
          { retry: false },
        ),
      ),
    );
    return { definition, ran, bank };
  }

  async function failThenRetry(booted: Booted, bank: { isOpen: boolean }) {
    const { client, clock } = booted;
    const handle = await client.start('shop', undefined, { id: 's' });
    await clock.advance('1s');
    expect(await handle.status()).toMatchObject({ status: 'failed' });
    bank.isOpen = true;
    await client.retry('s');
    await clock.advance('1s');
    return handle;
  }

  it('goes on from the step that failed; what had succeeded does not run again', async () => {
    const { definition, ran, bank } = shop(async (ctx, charge) => {
      const reserved = await ctx.step('reserve', () => (ran.push('reserve'), 7));
      return [reserved, await charge()];
    });
    const booted = await boot(definition);

    const handle = await failThenRetry(booted, bank);

    expect(await handle.result()).toEqual([7, 'paid']);
    expect(ran).toEqual(['reserve', 'charge', 'charge']);
  });

  it('keeps a parallel branch that succeeded, and makes one again that was aborted', async () => {
    const { definition, ran, bank } = shop(async (ctx, charge) => {
      const hanging = ctx.step('hang', (step) =>
        bank.isOpen
          ? (ran.push('hang'), 'hung')
          : new Promise((_resolve, reject) =>
              step.signal.addEventListener('abort', () => reject(new Error('Aborted.'))),
            ),
      );
      const quick = ctx.step('quick', () => (ran.push('quick'), 1));
      await quick;
      return Promise.all([hanging, quick, charge()]);
    });
    const booted = await boot(definition);

    const handle = await failThenRetry(booted, bank);

    expect(await handle.result()).toEqual(['hung', 1, 'paid']);
    expect(ran).toEqual(['quick', 'charge', 'hang', 'charge']);
  });

  it('goes on from the failed step also when the code threw an error of its own because of it', async () => {
    const { definition, ran, bank } = shop(async (ctx, charge) => {
      await ctx.step('reserve', () => ran.push('reserve'));
      return charge().catch((cause: unknown) => {
        throw new Error('The order failed.', { cause });
      });
    });
    const booted = await boot(definition);

    const handle = await failThenRetry(booted, bank);

    expect(await handle.result()).toBe('paid');
    expect(ran).toEqual(['reserve', 'charge', 'charge']);
  });

  it('takes the new outcome of a child that was retried before it', async () => {
    const bank = { isOpen: false };
    const booted = await boot(
      workflow('bank', async (ctx) =>
        ctx.step(
          'pay',
          () => {
            if (!bank.isOpen) throw new Error('The bank is closed.');
            return 'paid';
          },
          { retry: false },
        ),
      ),
      workflow('shop', (ctx) => ctx.executeChild('bank', undefined)),
    );
    const { client, clock } = booted;
    const handle = await client.start('shop', undefined, { id: 's' });
    await clock.advance('1s');
    const children = (await handle.status({ children: true })).children ?? [];
    bank.isOpen = true;

    await client.retry(children[0]?.id ?? '');
    await clock.advance('1s');
    await client.retry('s');
    await clock.advance('1s');

    expect(await handle.result()).toBe('paid');
  });

  it('goes on in the child that it failed by, however deep, and waits for its new end whatever else happens', async () => {
    const { definition, ran, bank } = shop(async (ctx, charge) => {
      await ctx.step('look', () => ran.push('look'));
      const paid = await charge();
      await ctx.sleep('settle', '1h');
      return paid;
    });
    const booted = await boot(
      { ...definition, name: 'bank' },
      workflow('till', (ctx) => ctx.executeChild('bank', undefined)),
      workflow('shop', async (ctx) => {
        const seen = ctx.waitForSignal('seen', 'seen');
        return [await ctx.executeChild('till', undefined), await seen];
      }),
    );

    const handle = await failThenRetry(booted, bank);
    await handle.signal('seen', 'yes');
    await booted.clock.advance('30m');
    expect(await handle.status()).toMatchObject({ status: 'suspended' });
    await booted.clock.advance('30m');

    expect(await handle.result()).toEqual(['paid', 'yes']);
    expect(ran).toEqual(['look', 'charge', 'charge']);
  });

  it('has the child that it failed by begin anew where that was undone', async () => {
    const { definition, ran, bank } = shop(async (ctx, charge) => {
      await ctx.step('reserve', () => ran.push('reserve'), { compensate: () => ran.push('release') });
      return charge();
    });
    const booted = await boot(
      { ...definition, name: 'bank' },
      workflow('shop', (ctx) => ctx.executeChild('bank', undefined)),
    );

    const handle = await failThenRetry(booted, bank);

    expect(await handle.result()).toBe('paid');
    expect(ran).toEqual(['reserve', 'charge', 'release', 'reserve', 'charge']);
  });

  it('has a child begin anew that was cancelled with it', async () => {
    const { definition, ran, bank } = shop((ctx, charge) =>
      Promise.all([ctx.executeChild('night', undefined), ctx.sleep('day', 500).then(charge)]),
    );
    const booted = await boot(
      definition,
      workflow('night', async (ctx) => {
        await ctx.step('lie down', () => ran.push('lie down'));
        await ctx.sleep('night', '8h');
        return 'rested';
      }),
    );

    const handle = await failThenRetry(booted, bank);
    await booted.clock.advance('8h');

    expect(await handle.result()).toEqual(['rested', 'paid']);
    expect(ran.sort()).toEqual(['charge', 'charge', 'lie down', 'lie down']);
  });

  it('waits again for a signal that a parallel branch was waiting for', async () => {
    const { definition, bank } = shop((ctx, charge) => Promise.all([ctx.waitForSignal('seen', 'seen'), charge()]));
    const booted = await boot(definition);

    const handle = await failThenRetry(booted, bank);
    await handle.signal('seen', 'yes');
    await booted.clock.advance('1s');

    expect(await handle.result()).toEqual(['yes', 'paid']);
  });

  it('wakes a sleeping parallel branch at the instant that was stored', async () => {
    const { definition, bank } = shop(async (ctx, charge) => {
      await Promise.all([ctx.sleep('night', '1h'), charge()]);
    });
    const booted = await boot(definition);
    const { client, clock } = booted;
    await client.start('shop', undefined, { id: 's' });
    await clock.advance('50m');
    bank.isOpen = true;
    await client.retry('s');

    await clock.advance('10m');

    expect(await client.getStatus('s')).toMatchObject({ status: 'completed' });
  });
});

describe('A restarted instance', () => {
  it('runs everything again, with a time and chance of its own', async () => {
    const { client, clock } = await boot(
      workflow('dice', async (ctx) => ({ rolled: ctx.random(), at: ctx.now(), run: await ctx.step('run', () => 1) })),
    );
    const handle = await client.start('dice', undefined, { id: 'd' });
    const first = (await handle.result()) as { rolled: number; at: number };
    await clock.advance('1h');

    await client.restart('d');
    await clock.advance('1s');
    const second = (await handle.result()) as { rolled: number; at: number };

    expect(second.rolled).not.toBe(first.rolled);
    expect(second.at - first.at).toBeGreaterThanOrEqual(3_600_000);
  });
});

describe('Starting from inside a step', () => {
  it('happens once although the step is tried twice, and the started one is not inside the step', async () => {
    const scopes: unknown[] = [];
    let attempts = 0;
    const booted: { client?: WorkflowClient } = {};
    const { client, clock, store } = await boot(
      workflow('inner', async (ctx) => {
        scopes.push(currentStepScope());
        return ctx.step('work', () => 'done');
      }),
      workflow('outer', async (ctx) =>
        ctx.step(
          'start',
          async () => {
            attempts += 1;
            const { id } = (await booted.client?.start('inner', { attempts })) ?? { id: '' };
            if (attempts === 1) throw new Error('Once more.');
            return id;
          },
          { retry: { attempts: 2, backoff: { delay: 10 } } },
        ),
      ),
    );
    booted.client = client;

    const result = client.startAndWait('outer', undefined, { id: 'o' });
    await clock.advance('1m');

    expect(await result).toBe('o/1/start:1');
    expect(attempts).toBe(2);
    expect(await client.result('o/1/start:1')).toBe('done');
    expect(await store.list({ limit: 10 })).toHaveLength(2);
    expect(scopes).toEqual([undefined]);
  });
});

describe('What a transaction of a step sets off', () => {
  it('is not inside it: neither instances that run next nor listeners', async () => {
    const scopes: unknown[] = [];
    const booted: { client?: WorkflowClient } = {};
    const { engine, client, clock } = await bootWith({
      // Nothing stays warm, so that the listener's code runs anew when it is woken.
      worker: { warmInstances: 0 },
      definitions: [
        workflow('listener', async (ctx) => {
          scopes.push(currentStepScope());
          return ctx.waitForSignal('written', 'written');
        }),
        workflow('writer', (ctx) =>
          ctx.transaction('write', async (transaction) => {
            await booted.client?.signal('written', 7, { transaction });
          }),
        ),
      ],
    });
    booted.client = client;
    engine.services.bus.subscribe(() => scopes.push(currentStepScope()));
    const heard = client.startAndWait('listener', undefined);
    await clock.advance('1s');

    await client.start('writer', undefined);
    await clock.advance('1m');

    expect(await heard).toBe(7);
    expect(scopes.length).toBeGreaterThan(5);
    expect(scopes.every((scope) => scope === undefined)).toBe(true);
  });
});

describe('A child of an instance with an address for an id', () => {
  it('has a time of its own', async () => {
    const { client } = await boot(
      workflow('clock', (ctx) => ctx.now()),
      workflow('parent', (ctx) => ctx.executeChild('clock', undefined)),
    );

    expect(await client.startAndWait('parent', undefined, { id: 'ann@example.com' })).toBe(
      Date.parse('2026-01-01T00:00:00Z'),
    );
  });
});

describe('A codec that binds each payload to its place', () => {
  /** Refuses to decode what was encoded elsewhere, as authenticated encryption does. */
  const binding: PayloadCodec = {
    id: 'binding',
    encode: (json, context) => Buffer.from(JSON.stringify([context, json])).toString('base64url'),
    decode: (encoded, context) => {
      const [written, json] = JSON.parse(Buffer.from(encoded, 'base64url').toString()) as [unknown, string];
      expect(context).toEqual(written);
      return json;
    },
  };

  it('reads on the one side what was written on the other: client, workflow, child, status, journal and stream', async () => {
    const { client, clock, store } = await bootWith({
      codec: binding,
      definitions: [
        workflow('child', async (ctx, input: { n: number }) => ctx.step('double', () => input.n * 2)),
        workflow('parent', async (ctx, input: { n: number }) => {
          ctx.setStatus({ phase: 'waiting' });
          ctx.emit({ here: true });
          const topic = await ctx.waitForSignal<number>('topic', 'topic');
          const mail = await ctx.waitForSignal<number>('mail', 'mail');
          const doubled = await ctx.executeChild('child', { n: input.n });
          return { sum: topic + mail + (doubled as number) };
        }),
        workflow('failing', (ctx) =>
          ctx.step(
            'fail',
            () => {
              throw new RangeError('Too much.');
            },
            { retry: false },
          ),
        ),
      ],
    });
    const handle = await client.start('parent', { n: 5 }, { id: 'p' });
    await handle.signal('mail', 2);
    await handle.signal('unread', 3);
    await client.signal('topic', 1);
    await clock.advance('1s');
    const streamed: unknown[] = [];
    for await (const item of client.stream('p')) streamed.push(item.payload);

    expect(await handle.result()).toEqual({ sum: 13 });
    expect(await handle.status({ journal: true })).toMatchObject({
      input: { n: 5 },
      output: { sum: 13 },
      customStatus: { phase: 'waiting' },
      unconsumedSignals: [{ name: 'unread', payload: 3 }],
    });
    expect(streamed).toEqual([{ here: true }]);
    expect((await client.getJournal('p')).map(({ value }) => value)).toContain(10);
    await expect(client.startAndWait('failing', undefined, { id: 'f' })).rejects.toMatchObject({
      cause: { name: 'StepFailedError', cause: { name: 'RangeError' } },
    });
    expect((await client.getJournal('f')).at(-1)?.error).toBeInstanceOf(Error);
    expect(JSON.stringify(await store.find('p'))).not.toContain('sum');
  });
});
