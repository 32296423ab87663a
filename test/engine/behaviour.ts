import { describe, expect, it } from '@jest/globals';
import type { StepContext, WorkflowContext } from '../../lib/core/definition/index.js';
import { silentLogger } from '../../lib/core/lifecycle/index.js';
import type { VirtualClock } from '../../lib/core/time/index.js';
import type { BareEngine } from '../utils/bare-engine.js';
import { workflow } from '../utils/bare-engine.js';
import { EngineHarness, type EngineSetup, type EngineStore } from './harness.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** What an instance does, on any store: warm (it goes on in memory) and cold (every continuation is a replay). */
export function engineBehaviour(storeName: string, make: (clock: VirtualClock) => Promise<EngineStore>): void {
  describe.each([
    ['warm', 10_000],
    ['cold', 0],
  ])(`an instance on the ${storeName} store, %s`, (_mode, warmInstances) => {
    async function withEngine(
      setup: EngineSetup,
      use: (engine: BareEngine, harness: EngineHarness) => Promise<void>,
    ): Promise<void> {
      const harness = await EngineHarness.create(make);
      try {
        await use(await harness.boot({ ...setup, worker: { warmInstances, ...setup.worker } }), harness);
      } finally {
        await harness.dispose();
      }
    }

    async function outputOf(engine: BareEngine, id: string): Promise<unknown> {
      const record = await engine.find(id);
      if (record.error !== undefined) throw new Error(`${record.status}: ${record.error.slice(0, 400)}`);
      return record.output === undefined ? undefined : JSON.parse(record.output);
    }

    it('tries a failing step again and tells it the attempt', async () => {
      const attempts: number[] = [];
      const keys = new Set<string>();
      const run = (ctx: WorkflowContext) =>
        ctx.step(
          'flaky',
          (step) => {
            attempts.push(step.attempt);
            keys.add(step.idempotencyKey);
            if (step.attempt < 3) throw new Error('not yet');
            return 'done';
          },
          { retry: { attempts: 3, backoff: { delay: '1s', factor: 2 } } },
        );
      await withEngine({ definitions: [workflow('retry', run)] }, async (engine, harness) => {
        await engine.start('retry', 'r1');
        await harness.drain();
        expect(attempts).toEqual([1]);
        await harness.advance(1_000);
        await harness.advance(2_000);

        expect(await outputOf(engine, 'r1')).toBe('done');
        expect(attempts).toEqual([1, 2, 3]);
        expect(keys.size).toBe(1);
      });
    });

    it('stores a long wait before the next attempt and gives the lease back', async () => {
      const attempts: number[] = [];
      const body = (step: StepContext): string => {
        attempts.push(step.attempt);
        if (step.attempt < 2) throw new Error('not yet');
        return 'done';
      };
      const run = (ctx: WorkflowContext) =>
        ctx.step('slow', body, { retry: { attempts: 2, backoff: { delay: '1h' } } });
      await withEngine({ definitions: [workflow('later', run)] }, async (engine, harness) => {
        await engine.start('later', 'l1');
        await harness.drain();
        expect((await engine.find('l1')).status).toBe('suspended');
        await harness.advance(59 * MINUTE);
        expect(attempts).toEqual([1]);
        await harness.advance(2 * MINUTE);

        expect(await outputOf(engine, 'l1')).toBe('done');
        expect(attempts).toEqual([1, 2]);
      });
    });

    it('fails with the step, its attempts and its cause when trying is over', async () => {
      const run = (ctx: WorkflowContext) =>
        ctx.step('broken', () => Promise.reject(new RangeError('no')), { retry: 1 });
      await withEngine({ definitions: [workflow('broken', run)] }, async (engine, harness) => {
        await engine.start('broken', 'b1');
        await harness.drain();

        const record = await engine.find('b1');
        expect(record.status).toBe('failed');
        expect(JSON.parse(record.error ?? '{}')).toMatchObject({
          code: 'STEP_FAILED',
          cause: { name: 'RangeError', message: 'no' },
        });
      });
    });

    it('gives up an attempt that takes longer than its time-out', async () => {
      let isAborted = false;
      let begun = false;
      const run = async (ctx: WorkflowContext) => {
        try {
          await ctx.step(
            'hang',
            (step) =>
              new Promise((resolve) => {
                begun = true;
                step.signal.addEventListener('abort', () => {
                  isAborted = true;
                  resolve(1);
                });
              }),
            { timeout: '10s', retry: 1 },
          );
          return 'ended';
        } catch (error) {
          return (error as { code: string }).code;
        }
      };
      await withEngine({ definitions: [workflow('hang', run)] }, async (engine, harness) => {
        await engine.start('hang', 'h1');
        await harness.until(() => begun);
        await harness.clock.advance(10_000);
        await harness.drain();

        expect(await outputOf(engine, 'h1')).toBe('STEP_TIMEOUT');
        expect(isAborted).toBe(true);
      });
    });

    it('hands over what JSON brings back, on the first run too', async () => {
      const seen: unknown[] = [];
      const run = async (ctx: WorkflowContext) => {
        const value = await ctx.step('date', () => ({ at: new Date(0), gone: undefined }));
        seen.push(value);
        return value;
      };
      await withEngine({ definitions: [workflow('json', run)] }, async (engine, harness) => {
        await engine.start('json', 'j1');
        await harness.drain();

        expect(seen).toEqual([{ at: '1970-01-01T00:00:00.000Z' }]);
      });
    });

    it('refuses a result that JSON would damage, naming the place', async () => {
      const run = (ctx: WorkflowContext) =>
        ctx.step('map', () => ({ items: [new Map()] }) as unknown as string, { retry: 3 });
      await withEngine({ definitions: [workflow('damage', run)] }, async (engine, harness) => {
        await engine.start('damage', 'd1');
        await harness.drain();

        const record = await engine.find('d1');
        expect(record.status).toBe('failed');
        expect(record.error).toContain('items[0]');
      });
    });

    it.each<[string, (ctx: WorkflowContext) => Promise<unknown>, string]>([
      ['a step', (ctx) => ctx.step('none', undefined as never), "ctx.step('none') was given no function"],
      ['a transaction', (ctx) => ctx.transaction('none', 5 as never), "ctx.transaction('none') was given no function"],
      ['a sleep', (ctx) => ctx.sleep('nap', undefined as never), 'nap'],
    ])('refuses %s that was given nothing, naming it', async (_, run, message) => {
      await withEngine({ definitions: [workflow('nothing', run)] }, async (engine, harness) => {
        await engine.start('nothing', 'n1');
        await harness.drain();

        const record = await engine.find('n1');
        expect(record.status).toBe('failed');
        expect(record.error).toContain(message);
      });
    });

    it('refuses a context whose run has ended, by the name of what was asked', async () => {
      let kept: WorkflowContext | undefined;
      const run = (ctx: WorkflowContext): void => {
        kept = ctx;
      };
      await withEngine({ definitions: [workflow('hasty', run)] }, async (engine, harness) => {
        await engine.start('hasty', 'h1');
        await harness.drain();

        await expect(kept?.step('late', () => 1)).rejects.toMatchObject({
          code: 'WORKFLOW_CONTEXT_USAGE',
          message: expect.stringMatching(/^"late" .* "hasty" \(instance "h1"\) had ended\. Await/) as unknown,
        });
      });
    });

    it('refuses a name used twice in a run', async () => {
      const run = async (ctx: WorkflowContext) => {
        await ctx.step('same', () => 1);
        await ctx.step('same', () => 2);
      };
      await withEngine({ definitions: [workflow('twice', run)] }, async (engine, harness) => {
        await engine.start('twice', 't1');
        await harness.drain();

        const record = await engine.find('t1');
        expect(record.status).toBe('failed');
        expect(record.error).toContain('used twice');
      });
    });

    it('tells of a step that nobody awaited and that therefore never began', async () => {
      const warned: unknown[] = [];
      const logger = { ...silentLogger, warn: (_: string, fields?: object) => warned.push(fields) };
      const run = (ctx: WorkflowContext) => {
        void ctx.step('forgotten', () => 1);
        return Promise.resolve('done');
      };
      await withEngine({ definitions: [workflow('forgetful', run)], logger }, async (engine, harness) => {
        await engine.start('forgetful', 'f1');
        await harness.drain();

        expect(await outputOf(engine, 'f1')).toBe('done');
        expect(warned).toEqual([{ workflowId: 'f1', workflow: 'forgetful', calls: ['forgotten'] }]);
      });
    });

    it('refuses a context call inside a step body', async () => {
      const run = (ctx: WorkflowContext) => ctx.step('outer', () => ctx.step('inner', () => 1), { retry: 1 });
      await withEngine({ definitions: [workflow('nested', run)] }, async (engine, harness) => {
        await engine.start('nested', 'n1');
        await harness.drain();

        expect((await engine.find('n1')).error).toContain('inside the body of step');
      });
    });

    it('runs parallel branches and answers races alike on every replay', async () => {
      const order: string[][] = [];
      const run = async (ctx: WorkflowContext) => {
        const trace: string[] = [];
        order.push(trace);
        const branch = async (name: string, turns: number): Promise<string> => {
          for (let i = 0; i < turns; i += 1) await ctx.step(`${name}:${i}`, () => i);
          trace.push(`${name}:${ctx.random()}`);
          return name;
        };
        const winner = await Promise.race([branch('a', 3), branch('b', 1), branch('c', 2)]);
        trace.push(`winner ${winner} at ${ctx.now()} ${ctx.uuid()}`);
        await ctx.sleep('pause', '1m');
        await ctx.step('end', () => 1);
        return trace;
      };
      await withEngine({ definitions: [workflow('race', run)] }, async (engine, harness) => {
        await engine.start('race', 'x1');
        await harness.drain();
        await harness.advance(2 * MINUTE);

        const output = await outputOf(engine, 'x1');
        for (const trace of order) expect(trace).toEqual(output);
      });
    });

    it('waits for the first of several conditions', async () => {
      const run = async (ctx: WorkflowContext) => {
        const first = await ctx.waitForAny('first', { go: ctx.signalWait<number>('go'), late: ctx.timer('1h') });
        const second = await ctx.waitForAny('second', { go: ctx.signalWait<number>('go'), late: ctx.timer('1h') });
        return [first, second];
      };
      await withEngine({ definitions: [workflow('any', run)] }, async (engine, harness) => {
        await engine.start('any', 'a1');
        await harness.drain();
        await harness.store.signal([{ id: 'g1', workflowId: 'a1', name: 'go', payload: '7' }]);
        await harness.drain();
        await harness.advance(2 * 60 * MINUTE);

        expect(await outputOf(engine, 'a1')).toEqual([
          { key: 'go', value: 7 },
          { key: 'late', value: null },
        ]);
      });
    });

    it('takes signals sent before the wait, by key, each once', async () => {
      const run = async (ctx: WorkflowContext) => {
        await ctx.sleep('first', '1h');
        const b = await ctx.waitForSignal('b', 'paid', { key: 'b' });
        const a = await ctx.waitForSignal('a', 'paid', { key: 'a' });
        const none = await ctx.waitForSignal('none', 'paid', { timeout: '1d', key: 'a' });
        return [a, b, none];
      };
      await withEngine({ definitions: [workflow('keys', run)] }, async (engine, harness) => {
        await engine.start('keys', 'k1');
        await harness.drain();
        await harness.store.signal([
          { id: 'p1', name: 'paid', key: 'a', payload: '"A"' },
          { id: 'p2', workflowId: 'k1', name: 'paid', key: 'b', payload: '"B"' },
        ]);
        await harness.advance(2 * 60 * MINUTE);
        await harness.advance(2 * DAY);

        expect(await outputOf(engine, 'k1')).toEqual(['A', 'B', null]);
      });
    });

    it('sleeps until an instant far beyond what a timer can hold', async () => {
      const run = async (ctx: WorkflowContext) => {
        await ctx.sleep('long', '400d');
        return ctx.now();
      };
      await withEngine({ definitions: [workflow('long', run)] }, async (engine, harness) => {
        await engine.start('long', 's1');
        await harness.drain();
        const { dueAt = 0 } = await engine.find('s1');
        await harness.advance(399 * DAY);
        expect((await engine.find('s1')).status).toBe('suspended');
        await harness.advance(2 * DAY);

        expect(await outputOf(engine, 's1')).toBeGreaterThanOrEqual(dueAt);
      });
    });

    it('undoes possibly-done steps first, then completed ones in reverse of their completion', async () => {
      const undone: string[] = [];
      let hangs = false;
      let failed = false;
      const undo = (name: string) => ({
        compensate: (_: unknown, context: { uncertain: boolean }) =>
          undone.push(`${name}${context.uncertain ? '?' : ''}`),
      });
      const run = async (ctx: WorkflowContext) => {
        await ctx.step('one', () => 1, undo('one'));
        await ctx.commit('paid');
        await ctx.step('two', () => 2, undo('two'));
        await Promise.all([
          ctx.step('three', () => 3, undo('three')),
          ctx.step(
            'hang',
            () => {
              hangs = true;
              return new Promise(() => undefined);
            },
            undo('hang'),
          ),
          ctx
            .step('four', () => 4, undo('four'))
            .then(() => {
              failed = true;
              return ctx.fail('enough');
            }),
        ]);
      };
      await withEngine({ definitions: [workflow('undo', run)] }, async (engine, harness) => {
        await engine.start('undo', 'u1');
        await harness.until(() => hangs);
        await harness.until(() => failed);
        await harness.clock.advance(6_000);
        await harness.drain();

        const record = await engine.find('u1');
        expect(record.status).toBe('failed');
        expect(undone).toEqual(['hang?', 'four', 'three', 'two']);
      });
    });

    it('tries every undo and reports those that fail', async () => {
      const run = async (ctx: WorkflowContext) => {
        await ctx.step('one', () => 1, { compensate: () => undefined });
        await ctx.step('two', () => 2, { compensate: () => Promise.reject(new Error('stuck')), compensateRetry: 1 });
        ctx.fail('enough');
      };
      await withEngine({ definitions: [workflow('stuck', run)] }, async (engine, harness) => {
        await engine.start('stuck', 'u2');
        await harness.drain();

        const record = await engine.find('u2');
        expect(record.status).toBe('compensation_failed');
        expect(record.error).toContain('stuck');
        const journal = await harness.store.readJournal('u2');
        expect(journal.filter((entry) => entry.kind === 'undo').map((entry) => [entry.name, entry.status])).toEqual([
          ['$compensate:two', 'failed'],
          ['$compensate:one', 'completed'],
        ]);
      });
    });

    it('cancels a waiting run, undoes it and says why', async () => {
      const undone: string[] = [];
      const run = async (ctx: WorkflowContext) => {
        await ctx.step('one', () => 1, { compensate: (_, context) => undone.push(context.reason.message) });
        await ctx.waitForSignal('never', 'never');
      };
      await withEngine({ definitions: [workflow('cancel', run)] }, async (engine, harness) => {
        await engine.start('cancel', 'c1');
        await harness.drain();
        await harness.store.requestCancel('c1', 'changed my mind', '{}');
        await harness.drain();

        expect((await engine.find('c1')).status).toBe('cancelled');
        expect(undone).toHaveLength(1);
        expect(undone[0]).toContain('changed my mind');
        const reasons = engine.events.map(({ type, detail }) => [type, detail?.reason]);
        expect(reasons.slice(-2)).toEqual([
          ['compensating', 'changed my mind'],
          ['cancelled', 'changed my mind'],
        ]);
      });
    });

    it('ends a run at its time-out, waits included', async () => {
      const run = (ctx: WorkflowContext) => ctx.waitForSignal('never', 'never');
      await withEngine(
        { definitions: [workflow('limit', run, { timeoutMs: 60 * MINUTE })] },
        async (engine, harness) => {
          await engine.start('limit', 't1');
          await harness.drain();
          await harness.advance(61 * MINUTE);

          const record = await engine.find('t1');
          expect(record.status).toBe('failed');
          expect(record.error).toContain('WORKFLOW_TIMEOUT');
        },
      );
    });

    it("counts a run's time-out over all its generations", async () => {
      const run = async (ctx: WorkflowContext, input: number) => {
        await ctx.sleep('pause', '40m');
        ctx.continueAsNew(input + 1);
      };
      const definition = workflow('generations', run, { timeoutMs: 60 * MINUTE });
      await withEngine({ definitions: [definition] }, async (engine, harness) => {
        await engine.start('generations', 'g2', 1);
        await harness.drain();
        await harness.advance(41 * MINUTE);
        expect((await engine.find('g2')).generation).toBe(2);
        await harness.advance(21 * MINUTE);

        expect((await engine.find('g2')).error).toContain('WORKFLOW_TIMEOUT');
      });
    });

    it('starts children only with inputs that their definition accepts', async () => {
      const parent = async (ctx: WorkflowContext) => {
        try {
          await ctx.executeChild('picky', 'wrong');
        } catch (error) {
          return (error as Error).message;
        }
        return 'started';
      };
      const picky = workflow('picky', () => 1, {
        validateInput: (value, place) => {
          if (value !== 'right') throw new RangeError(`${place} is wrong`);
          return value;
        },
      });
      await withEngine({ definitions: [workflow('parent', parent), picky] }, async (engine, harness) => {
        await engine.start('parent', 'p1');
        await harness.drain();

        expect(await outputOf(engine, 'p1')).toContain('is wrong');
        expect(await harness.store.children('p1')).toEqual([]);
      });
    });

    it('hands the progress of a crashed attempt to the next one', async () => {
      const seen: unknown[] = [];
      let isBlocked = true;
      const run = (ctx: WorkflowContext) =>
        ctx.step(
          'long',
          async (step) => {
            seen.push(step.progress);
            step.heartbeat({ done: 3 });
            if (isBlocked) await new Promise(() => undefined);
            return 'done';
          },
          { heartbeatTimeout: '10d' },
        );
      const setup = {
        definitions: [workflow('progress', run)],
        worker: { leaseMs: 10 * MINUTE, heartbeatIntervalMs: DAY },
      };
      await withEngine(setup, async (engine, harness) => {
        await engine.start('progress', 'p1');
        await harness.until(() => seen.length === 1);
        await harness.clock.advance(5_000);
        isBlocked = false;
        await harness.boot(setup);
        await harness.pass(() => seen.length === 2);
        await harness.pass(async () => (await engine.find('p1')).endedAt !== undefined);

        expect(seen).toEqual([undefined, { done: 3 }]);
        expect(await outputOf(engine, 'p1')).toBe('done');
      });
    });

    it('goes on under the same id with a new input, an empty journal and new idempotency keys', async () => {
      const keys: string[] = [];
      const run = async (ctx: WorkflowContext, input: number) => {
        await ctx.step('work', (step) => keys.push(step.idempotencyKey));
        if (input < 3) ctx.continueAsNew(input + 1);
        return [input, ctx.generation];
      };
      await withEngine({ definitions: [workflow('again', run)] }, async (engine, harness) => {
        await engine.start('again', 'g1', 1);
        await harness.drain();

        expect(await outputOf(engine, 'g1')).toEqual([3, 3]);
        expect(new Set(keys).size).toBe(3);
      });
    });

    it('keeps the answer of patched for runs that came by before the change', async () => {
      let isNew = false;
      const took: string[] = [];
      const run = async (ctx: WorkflowContext) => {
        await ctx.step('before', () => 1);
        if (isNew && ctx.patched('v2')) took.push('new');
        else took.push('old');
        await ctx.sleep('pause', '1h');
        await ctx.step('after', () => 2);
      };
      await withEngine(
        { definitions: [workflow('patch', run)], worker: { warmInstances: 0 } },
        async (engine, harness) => {
          await engine.start('patch', 'old');
          await harness.drain();
          isNew = true;
          await engine.start('patch', 'new');
          await harness.drain();
          await harness.advance(2 * 60 * MINUTE);

          expect((await engine.find('old')).status).toBe('completed');
          expect((await engine.find('new')).status).toBe('completed');
          expect(took).toEqual(['old', 'new', ...took.slice(2)]);
          expect(took.slice(2).sort()).toEqual(['new', 'old']);
        },
      );
    });

    it('sets a run aside when the code no longer matches its journal, and runs nothing', async () => {
      let isNew = false;
      const ran: string[] = [];
      const run = async (ctx: WorkflowContext) => {
        await ctx.step(isNew ? 'renamed' : 'before', () => ran.push('before'));
        await ctx.sleep('pause', '1h');
        await ctx.step('after', () => ran.push('after'));
      };
      await withEngine(
        { definitions: [workflow('skew', run)], worker: { warmInstances: 0 } },
        async (engine, harness) => {
          await engine.start('skew', 'k1');
          await harness.drain();
          isNew = true;
          await harness.advance(61 * MINUTE);

          const record = await engine.find('k1');
          expect(record.mismatchedBuilds).toEqual(['build-1']);
          expect(record.error).toContain('renamed');
          expect(ran).toEqual(['before']);
        },
      );
    });

    it('commits a transactional step with its record, and what it throws rolls back', async () => {
      const run = async (ctx: WorkflowContext) => {
        const a = await ctx.transaction('write', (_manager, step) => step.attempt);
        const b = await ctx.step('plain', () => 5);
        try {
          await ctx.transaction('refused', () => Promise.reject(new Error('no')), { retry: 1 });
        } catch (error) {
          return [a, b, (error as Error).name];
        }
        return [];
      };
      await withEngine({ definitions: [workflow('tx', run)] }, async (engine, harness) => {
        await engine.start('tx', 'x1');
        await harness.drain();

        expect(await outputOf(engine, 'x1')).toEqual([1, 5, 'StepFailedError']);
      });
    });

    it('closes its running children when it fails, and waits for their undoing', async () => {
      const undone: string[] = [];
      const child = async (ctx: WorkflowContext) => {
        await ctx.step('work', () => 1, { compensate: () => undone.push('child') });
        await ctx.waitForSignal('never', 'never');
      };
      const parent = async (ctx: WorkflowContext) => {
        await ctx.step('own', () => 1, { compensate: () => undone.push('parent') });
        await ctx.startChild('child', undefined);
        await ctx.sleep('let it run', '1m');
        ctx.fail('enough');
      };
      await withEngine(
        { definitions: [workflow('parent', parent), workflow('child', child)] },
        async (engine, harness) => {
          await engine.start('parent', 'p1');
          await harness.drain();
          await harness.advance(2 * MINUTE);
          await harness.drain();

          expect((await engine.find('p1')).status).toBe('failed');
          expect((await engine.find('p1/child#0')).status).toBe('cancelled');
          expect(undone).toEqual(['child', 'parent']);
        },
      );
    });

    it('waits for no child whose end it was told of as the first of several', async () => {
      const parent = async (ctx: WorkflowContext) => {
        const child = await ctx.startChild('child', 7);
        await ctx.waitForAny('first', { child, late: ctx.timer('1h') });
        ctx.fail('enough');
      };
      const child = workflow('child', async (ctx: WorkflowContext, n: number) => ctx.step('work', () => n));
      await withEngine({ definitions: [workflow('parent', parent), child] }, async (engine, harness) => {
        await engine.start('parent', 'p1');
        await harness.drain();

        expect((await engine.find('p1')).status).toBe('failed');
      });
    });

    it("hands a child's failure to its parent", async () => {
      const child = (ctx: WorkflowContext) => ctx.fail('broken');
      const parent = async (ctx: WorkflowContext) => {
        try {
          await ctx.executeChild('child', undefined, { name: 'only' });
        } catch (error) {
          return [(error as { code: string }).code, ((error as Error).cause as Error).message];
        }
        return [];
      };
      await withEngine(
        { definitions: [workflow('parent', parent), workflow('child', child)] },
        async (engine, harness) => {
          await engine.start('parent', 'p1');
          await harness.drain();
          await harness.drain();

          expect(await outputOf(engine, 'p1')).toEqual(['CHILD_WORKFLOW_FAILED', expect.stringContaining('broken')]);
        },
      );
    });

    it('never raises an unhandled rejection for the loser of a race', async () => {
      const unhandled: unknown[] = [];
      const listener = (reason: unknown): void => void unhandled.push(reason);
      process.on('unhandledRejection', listener);
      const run = async (ctx: WorkflowContext) => {
        const loser = ctx.step('loser', () => Promise.reject(new Error('late')), { retry: 1 });
        const winner = ctx.step('winner', () => 1);
        return Promise.race([winner, loser.then(() => 2)]).catch(() => 3);
      };
      await withEngine({ definitions: [workflow('loser', run)] }, async (engine, harness) => {
        await engine.start('loser', 'l1');
        await harness.drain();
        expect((await engine.find('l1')).status).toBe('completed');
      });
      process.off('unhandledRejection', listener);
      expect(unhandled).toEqual([]);
    });

    it('tells of its life in order, with dense numbers', async () => {
      const run = async (ctx: WorkflowContext) => {
        await ctx.step('one', () => 1);
        await ctx.sleep('pause', '1m');
        await ctx.step('two', () => 2);
      };
      await withEngine(
        { definitions: [workflow('events', run)], options: { stepEvents: true } },
        async (engine, harness) => {
          await engine.start('events', 'e1');
          await harness.drain();
          await harness.advance(2 * MINUTE);

          expect(engine.events.map((event) => event.type)).toEqual([
            'step_completed',
            'suspended',
            'resumed',
            'step_completed',
            'completed',
          ]);
          const seqs = engine.events.map((event) => event.seq);
          expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
        },
      );
    });

    it('tells of transactional steps and of children as well', async () => {
      const child = workflow('child', (ctx: WorkflowContext) => ctx.step('inner', () => 1));
      const run = async (ctx: WorkflowContext) => {
        await ctx.step('one', () => 1);
        await ctx.transaction('two', () => 2);
        await ctx.executeChild('child', undefined);
      };
      await withEngine(
        { definitions: [workflow('family', run), child], options: { stepEvents: true } },
        async (engine, harness) => {
          await engine.start('family', 'f1');
          await harness.drain();

          const told = (id: string) => engine.events.filter((event) => event.workflowId === id);
          // Whether the parent is suspended depends on how soon its child has ended.
          const lasting = told('f1').filter(({ type }) => type !== 'suspended' && type !== 'resumed');
          expect(lasting.map((event) => event.detail?.step ?? event.type)).toEqual(['one', 'two', 'completed']);
          expect(told('f1/child#0').map(({ type, seq }) => `${seq} ${type}`)).toEqual([
            ...['1 started', '2 step_completed', '3 completed'],
          ]);
        },
      );
    });
  });
}
