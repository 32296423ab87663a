import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { WorkflowClient } from '../../lib/client/index.js';
import type { TaskOptions, WorkflowContext } from '../../lib/core/definition/index.js';
import { noDispatcher } from '../../lib/core/dispatch/index.js';
import { StoreTime, type VirtualClock } from '../../lib/core/time/index.js';
import { TaskService } from '../../lib/tasks/index.js';
import type { BareEngine } from '../utils/bare-engine.js';
import { workflow } from '../utils/bare-engine.js';
import { EngineHarness, type EngineStore } from './harness.js';

const HOUR = 60 * 60_000;

/** What waits for people does, on any store: warm and cold. */
export function taskBehaviour(storeName: string, make: (clock: VirtualClock) => Promise<EngineStore>): void {
  describe.each([
    ['warm', 10_000],
    ['cold', 0],
  ])(`a task on the ${storeName} store, %s`, (_mode, warmInstances) => {
    interface Desk {
      readonly engine: BareEngine;
      readonly tasks: TaskService;
      readonly harness: EngineHarness;
      readonly output: () => Promise<unknown>;
    }

    /** An instance `t1` of a workflow that asks, and the tasks as another process sees them. */
    async function asking(run: (ctx: WorkflowContext) => unknown, use: (desk: Desk) => Promise<void>): Promise<void> {
      const harness = await EngineHarness.create(make);
      try {
        const definitions = [workflow('asking', run)];
        const engine = await harness.boot({ definitions, worker: { warmInstances } });
        // A process without a worker: nobody has told it the time of the store.
        const storeTime = new StoreTime(harness.clock);
        const services = { ...engine.services, store: await harness.data.view(), storeTime };
        const tasks = new TaskService(services, new WorkflowClient(services, noDispatcher));
        await engine.start('asking', 't1');
        await harness.drain();
        const output = async (): Promise<unknown> => {
          await harness.drain();
          const record = await engine.find('t1');
          return record.output === undefined ? record.status : JSON.parse(record.output);
        };
        await use({ engine, tasks, harness, output });
      } finally {
        await harness.dispose();
      }
    }
    const ask = (options: Partial<TaskOptions> & object = {}) => {
      return (ctx: WorkflowContext) => ctx.task('review/1', { prompt: 'Is it fine?', ...options });
    };

    it('is listed with its prompt, and answered from another process', () =>
      asking(ask({ data: { draft: 'Dear' } }), async ({ tasks, output }) => {
        const { items } = await tasks.list();
        const [task] = items;
        await tasks.answer(task?.id as string, { ok: true });

        expect(items).toMatchObject([
          {
            name: 'review/1',
            workflowId: 't1',
            workflow: 'asking',
            prompt: 'Is it fine?',
            data: { draft: 'Dear' },
            status: 'open',
          },
        ]);
        expect(await output()).toEqual({ ok: true });
        expect(await tasks.get(task?.id as string)).toMatchObject({ status: 'answered', answer: { ok: true } });
        expect((await tasks.list()).items).toEqual([]);
        await expect(tasks.answer(task?.id as string, 1)).rejects.toThrow(/answered already/);
      }));

    it('takes one of many answers that come at one time, and tells the others', () =>
      asking(ask(), async ({ tasks, output }) => {
        const id = 'review%2F1@t1';
        const people = ['ann', 'bob', 'eve', 'joe'];
        const answers = await Promise.allSettled(people.map((by) => tasks.answer(id, `of ${by}`, { by })));
        const winners = people.filter((_, index) => answers[index]?.status === 'fulfilled');
        const value = await output();

        expect(winners).toHaveLength(1);
        expect(value).toBe(`of ${winners[0] ?? ''}`);
        for (const answer of answers)
          if (answer.status === 'rejected') expect(String(answer.reason)).toContain('answered already');
        expect(await tasks.get(id)).toMatchObject({ answer: value, answeredBy: winners[0] });
      }));

    it('lets one of many claim it at one time, and takes no answer of others then', () =>
      asking(ask(), async ({ tasks, output }) => {
        const id = 'review%2F1@t1';
        const claims = await Promise.allSettled(['ann', 'bob', 'eve'].map((by) => tasks.claim(id, by)));
        const { claimedBy } = await tasks.get(id);
        const [claim, answer] = await Promise.allSettled([
          tasks.release(id, claimedBy ?? ''),
          tasks.answer(id, 1, { by: 'joe' }),
        ]);

        expect(claims.filter(({ status }) => status === 'fulfilled')).toMatchObject([{ value: { claimedBy } }]);
        expect(claim.status).toBe('fulfilled');
        expect(await output()).toBe(answer.status === 'fulfilled' ? 1 : 'suspended');
      }));

    it('is either claimed or answered, when both come at one time', () =>
      asking(ask(), async ({ tasks, output }) => {
        const id = 'review%2F1@t1';
        const [claim, answer] = await Promise.allSettled([
          tasks.claim(id, 'ann'),
          tasks.answer(id, 'bob', { by: 'bob' }),
        ]);
        const value = await output();

        // A claim that is followed by an answer of another one would be one that nobody has.
        expect([claim.status, answer.status].sort()).toEqual(['fulfilled', 'rejected']);
        expect(value).toBe(answer.status === 'fulfilled' ? 'bob' : 'suspended');
      }));

    it('counts an answer once that is sent again under its id', () =>
      asking(ask(), async ({ tasks, output }) => {
        const id = 'review%2F1@t1';
        const first = await tasks.answer(id, 'a', { id: 'mail-7' });
        const again = await tasks.answer(id, 'a', { id: 'mail-7' });
        const value = await output();
        const later = await tasks.answer(id, 'a', { id: 'mail-7' });

        expect([first, again, later]).toMatchObject([
          { signalId: 'mail-7', created: true },
          { signalId: 'mail-7', created: false },
          { signalId: 'mail-7', created: false },
        ]);
        expect(value).toBe('a');
      }));

    it('refuses an answer that does not pass its check, and stays open', () =>
      asking(ask({ schema: z.object({ ok: z.boolean() }) }), async ({ tasks, output }) => {
        const id = 'review%2F1@t1';
        await expect(tasks.answer(id, {}, { schema: z.object({ ok: z.boolean() }) })).rejects.toThrow(/ok/);
        await tasks.answer(id, { ok: 'perhaps' }, { by: 'ann' });
        const before = await output();
        const { status, refused } = await tasks.get(id);
        await tasks.answer(id, { ok: true, more: 1 });

        expect([before, status]).toEqual(['suspended', 'open']);
        expect(refused).toMatchObject([{ by: 'ann', issues: [{ path: 'ok' }] }]);
        expect(await output()).toEqual({ ok: true });
      }));

    it('is claimed by one person, who alone may answer it until it is released', () =>
      asking(ask({ assignees: ['ann', 'bob'] }), async ({ tasks, harness, output }) => {
        const id = 'review%2F1@t1';
        const claims = await Promise.allSettled([tasks.claim(id, 'ann'), tasks.claim(id, 'ann')]);
        await harness.drain();

        expect(claims.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
        await expect(tasks.claim(id, 'bob')).rejects.toThrow(/claimed by "ann"/);
        await expect(tasks.answer(id, 1, { by: 'bob' })).rejects.toThrow(/claimed by "ann"/);
        await expect(tasks.claim(id, 'eve')).rejects.toThrow(/claimed by "ann"/);
        expect((await tasks.list({ claimedBy: 'ann' })).items).toHaveLength(1);
        await tasks.release(id, 'ann');
        await expect(tasks.answer(id, 1, { by: 'eve' })).rejects.toThrow(/"eve" is not among/);
        await tasks.answer(id, 'done', { by: 'bob' });
        expect(await output()).toBe('done');
      }));

    it('is listed for those who are asked, by page', () =>
      asking(
        (ctx) =>
          Promise.all([
            ctx.task('a', { prompt: 'A?', assignees: ['ann'] }),
            ctx.task('b', { prompt: 'B?', assignees: ['bob'] }),
            ctx.task('c', { prompt: 'C?' }),
          ]),
        async ({ tasks, output }) => {
          const names = async (assignee: string) => (await tasks.list({ assignee })).items.map(({ name }) => name);
          const first = await tasks.list({ limit: 2 });
          const second = await tasks.list({ limit: 2, cursor: first.nextCursor as string });

          expect([await names('ann'), await names('bob'), await names('eve')]).toEqual([['a', 'c'], ['b', 'c'], ['c']]);
          expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['a', 'b', 'c']);
          expect(second.nextCursor).toBeUndefined();
          await expect(tasks.list({ cursor: 'x' })).rejects.toThrow(/cursor/);
          for (const { id, name } of [...second.items, ...first.items]) await tasks.answer(id, name);
          expect(await output()).toEqual(['a', 'b', 'c']);
        },
      ));

    it('goes to others when nobody answers, and is over at its deadline', () =>
      asking(
        ask({ assignees: ['ann'], escalation: { after: '1h', to: ['boss'] }, deadline: '3h' }),
        async ({ tasks, harness, output }) => {
          const id = 'review%2F1@t1';
          await harness.advance(HOUR + 1_000);
          const task = await tasks.get(id);

          expect(task).toMatchObject({ assignees: ['boss'], isEscalated: true, status: 'open' });
          await expect(tasks.answer(id, 1, { by: 'ann' })).rejects.toThrow(/"ann" is not among/);
          await harness.advance(2 * HOUR);
          expect(await output()).toBeNull();
          expect((await tasks.get(id)).status).toBe('expired');
        },
      ));

    it('is over at its deadline, also for an answer that comes before anybody has noticed', () =>
      asking(ask({ deadline: '1h' }), async ({ tasks, harness, engine, output }) => {
        const id = 'review%2F1@t1';
        await engine.worker.stop();
        await harness.clock.advance(HOUR + 60_000);
        const late = await tasks.get(id);

        expect(late.status).toBe('expired');
        await expect(tasks.answer(id, 'late')).rejects.toThrow(/expired already/);
        expect(await output()).toBe('suspended');
      }));

    it('says whose answer it was', () =>
      asking(ask(), async ({ tasks }) => {
        await tasks.answer('review%2F1@t1', 'fine', { by: 'ann' });

        expect(await tasks.get('review%2F1@t1')).toMatchObject({ answer: 'fine', answeredBy: 'ann' });
        await expect(tasks.answer('review%2F1@t1', 'no', { by: 'bob' })).rejects.toThrow(/answered already/);
      }));

    it.each<[string, Partial<TaskOptions> & object]>([
      ['approval.policy', { approval: { policy: 'most' } } as object],
      ['approval.check', { approval: { policy: 'any', check: [] } } as object],
      ['approval.checklist', { approval: { policy: 'any', checklist: [1] } } as object],
      ['assignees', { assignees: [''] }],
      ['escalation.to', { escalation: { after: '1h', to: [] } }],
      ['deadline', { deadline: 'soon' }],
      ['escalation.after', { escalation: { after: '3d', to: ['boss'] }, deadline: '1d' }],
      ['schema', { schema: 5 } as object],
    ])('with a meaningless %s fails its workflow, which says so', (option, options) =>
      asking(ask(options), async ({ engine }) => {
        const { status, error } = await engine.find('t1');

        expect(status).toBe('failed');
        expect(error).toContain(option);
      }),
    );

    it('takes nobody without a name', () =>
      asking(ask({ approval: { policy: 'any' } } as object), async ({ tasks }) => {
        const nobody = { by: '' };

        for (const call of [
          () => tasks.claim('review%2F1@t1', ''),
          () => tasks.answer('review%2F1@t1', 1, nobody),
          () => tasks.approve('review%2F1@t1', undefined as never),
          () => tasks.approve('review%2F1@t1', { by: undefined } as never),
          () => tasks.assign('review%2F1@t1', ['']),
        ])
          await expect((async () => call())()).rejects.toThrow();
        expect(await tasks.get('review%2F1@t1')).toMatchObject({ status: 'open', votes: [], assignees: [] });
      }));

    it('of approval waits for all, with what they have to confirm', () =>
      asking(
        (ctx) =>
          ctx.task('go', {
            prompt: 'Go?',
            assignees: ['ann', 'bob'],
            approval: { policy: 'all', checklist: ['tested'] },
          }),
        async ({ tasks, output }) => {
          const id = 'go@t1';
          await expect(tasks.approve(id, { by: 'ann' })).rejects.toThrow(/"tested" of its checklist/);
          await expect(tasks.answer(id, true)).rejects.toThrow(/takes votes/);
          await tasks.approve(id, { by: 'ann', checklist: ['tested'] });
          const before = await output();
          await tasks.approve(id, { by: 'bob', checklist: ['tested'], comment: 'fine' });

          expect(before).toBe('suspended');
          expect(await output()).toMatchObject({
            status: 'approved',
            votes: [{ by: 'ann' }, { by: 'bob', comment: 'fine' }],
          });
        },
      ));

    it('is closed when its instance ends without it', () =>
      asking(ask(), async ({ tasks, engine }) => {
        await engine.services.store.terminate('t1', 'gone', '{"name":"Error","message":"gone"}');

        expect((await tasks.get('review%2F1@t1')).status).toBe('closed');
        await expect(tasks.answer('review%2F1@t1', 1)).rejects.toThrow(/closed already/);
        await expect(tasks.get('other@t1')).rejects.toThrow(/no task/);
        await expect(tasks.get('nonsense')).rejects.toThrow(/no task/);
      }));
  });
}
