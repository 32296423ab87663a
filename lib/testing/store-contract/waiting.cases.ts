import assert from 'node:assert/strict';
import type { InstanceRecord } from '../../core/records/index.js';
import { one } from './assertions.js';
import type { CaseGroup } from './contract-case.js';
import type { ContractKit } from './contract-kit.js';

/** @internal */
export const waitingCases: CaseGroup = {
  title: 'waiting',
  define(rule) {
    rule('an instance that waits without a due instant is claimed only after something happened', async (kit) => {
      const record = await kit.suspended([kit.wait('paid')], { id: 'a' });
      assert.deepEqual([record.status, record.workerId, record.dueAt], ['suspended', undefined, undefined]);
      await kit.advance(86_400_000);
      await kit.assertNotClaimable();

      const [answer] = await kit.store.signal([kit.signal({ workflowId: 'a' })]);

      assert.deepEqual(answer, { kind: 'stored', created: true, woken: 1 });
      const woken = await kit.claim('a');
      assert.deepEqual([woken.fence, woken.wakes, woken.status], [record.fence + 1, record.wakes + 1, 'running']);
    });

    rule(
      'the waits for a signal are found page by page, whatever their keys, while their instances are open',
      async (kit) => {
        await kit.suspended([kit.wait('paid', { key: 'k' }), kit.wait('paid', { wait: 'second' })], { id: 'b' });
        await kit.suspended([kit.wait('paid'), kit.wait('other')], { id: 'a' });
        const [first, second, third] = [
          { workflowId: 'a', wait: 'wait-paid' },
          { workflowId: 'b', wait: 'second' },
          { workflowId: 'b', wait: 'wait-paid', key: 'k' },
        ];

        assert.deepEqual(await kit.store.findWaits({ signal: 'paid', limit: 10 }), [first, second, third]);
        assert.deepEqual(
          await kit.store.findWaits({ signal: 'paid', limit: 1, after: { workflowId: 'a', wait: 'wait-paid' } }),
          [second],
        );
        assert.deepEqual(await kit.store.findWaits({ signal: 'paid', limit: 10, workflowId: 'a' }), [first]);
        assert.deepEqual(await kit.store.findWaits({ signal: 'unknown', limit: 10 }), []);

        await kit.store.terminate('b', 'gone', '{}');

        assert.deepEqual(await kit.store.findWaits({ signal: 'paid', limit: 10 }), [first]);
      },
    );

    rule('a timer is never early', async (kit) => {
      const { now } = await kit.poll();
      const dueAt = Math.ceil(now) + 60_000;
      await kit.suspended([], { id: 'a' }, dueAt);
      assert.equal((await kit.poll()).nextDueAt, dueAt);

      for (let claimed: readonly InstanceRecord[] = []; claimed.length === 0; await kit.advance(7_001)) {
        const poll = await kit.poll();
        claimed = poll.claimed;
        assert.equal(claimed.length, poll.now >= dueAt ? 1 : 0);
      }
    });

    rule('a due instant further away than any process timer stays what it was', async (kit) => {
      const dueAt = Date.UTC(2200, 0, 1);
      await kit.suspended([], { id: 'a' }, dueAt);
      assert.equal((await kit.get('a')).dueAt, dueAt);
      assert.equal((await kit.poll()).nextDueAt, dueAt);
    });

    rule('a signal for a leased instance raises its wake count and nothing else', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { waits: [kit.wait('paid')] });
      await kit.store.signal([kit.signal({ workflowId: 'a' })]);

      const after = await kit.get('a');
      assert.deepEqual(
        [after.wakes, after.fence, after.dueAt, after.workerId],
        [record.wakes + 1, 1, record.dueAt, 'worker-1'],
      );
      await kit.assertNotClaimable({ workerId: 'worker-2' });
    });

    rule('a signal that nobody waits for wakes nobody, and is there when somebody does', async (kit) => {
      const record = await kit.running({ id: 'a' });
      const signal = kit.signal({ workflowId: 'a' });
      const [answer] = await kit.store.signal([signal]);
      assert.equal(answer?.kind === 'stored' && answer.woken, 0);
      assert.equal((await kit.get('a')).wakes, record.wakes);

      await kit.write(record, { waits: [kit.wait('paid')] });

      assert.deepEqual(await kit.inboxIds(record), [signal.id]);
    });

    rule('a wait that has ended wakes nobody, and its signals leave the inbox', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { waits: [kit.wait('paid'), kit.wait('shipped')] });
      await kit.store.signal([kit.signal({ id: 'first', workflowId: 'a' })]);
      await kit.write(record, { endedWaits: ['wait-paid'] });

      const [answer] = await kit.store.signal([kit.signal({ workflowId: 'a' })]);

      assert.equal(answer?.kind === 'stored' && answer.woken, 0);
      assert.deepEqual(await kit.inbox(record), []);
      assert.equal((await kit.store.readUnconsumed('a')).length, 2);
      await kit.store.signal([kit.signal({ id: 'other', workflowId: 'a', name: 'shipped' })]);
      assert.deepEqual(await kit.inboxIds(record), ['other']);
    });

    rule('the inbox tells wake count, cancel request and time in one answer', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { waits: [kit.wait('paid')] });
      await kit.store.signal([kit.signal({ id: 'x', workflowId: 'a' })]);
      await kit.store.requestCancel('a', 'enough', '{}');

      const [unknown, inbox] = await kit.store.readInboxes([
        { workflowId: 'unknown', generation: 1 },
        { workflowId: 'a', generation: 1 },
      ]);

      assert.deepEqual(unknown?.signals, []);
      assert.deepEqual([inbox?.wakes, inbox?.cancelRequested], [(await kit.get('a')).wakes, true]);
      assert.deepEqual(
        inbox?.signals.map((signal) => signal.id),
        ['x'],
      );
      assert.ok(inbox?.now >= one(inbox?.signals ?? []).receivedAt);
    });

    rule('suspend against send: no wake-up is ever lost', async (kit) => {
      await kit.poll({ limit: 0 });
      let suspended = 0;
      await kit.race(kit.rounds, async (round) => {
        const record = await kit.running({ id: `raced-${round}`, name: `raced-${round}` });
        const [outcome] = await Promise.all([waitForPaid(kit, record), sendLate(kit, record)]);
        if (outcome === 'suspended') suspended += 1;
        if (outcome === 'suspended') await assertWakesUp(kit, record);
      });
      assert.ok(
        kit.rounds < 100 || (suspended > 0 && suspended < kit.rounds),
        `Suspended ${suspended} of ${kit.rounds} times: no race.`,
      );
    });

    rule('suspend against send on a topic: no wake-up is ever lost', async (kit) => {
      await kit.poll({ limit: 0 });
      await kit.race(Math.ceil(kit.rounds / 2), async (round) => {
        const record = await kit.running({ id: `raced-${round}`, name: `raced-${round}` });
        const [outcome] = await Promise.all([waitForPaid(kit, record, 'key'), sendLate(kit, record, 'key')]);
        if (outcome === 'suspended') await assertWakesUp(kit, record);
      });
    });

    rule('a signal is recorded with the store’s time of its arrival', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { waits: [kit.wait('paid')] });
      const before = (await kit.poll({ limit: 0 })).now;
      await kit.advance(1_000);
      await kit.store.signal([kit.signal({ workflowId: 'a' })]);
      await kit.advance(1_000);

      const { receivedAt } = one(await kit.inbox(record));

      assert.ok(receivedAt >= before + 1_000 && receivedAt <= (await kit.poll({ limit: 0 })).now - 1_000);
    });
  },
};

/** What a careful owner does: registers, reads, and suspends only where nothing came in between. */
async function waitForPaid(kit: ContractKit, record: InstanceRecord, key?: string): Promise<'received' | 'suspended'> {
  await kit.jitter();
  const topic = key === undefined ? undefined : `${record.id}-${key}`;
  await kit.write(record, { waits: [kit.wait('paid', topic === undefined ? {} : { key: topic })] });
  for (;;) {
    await kit.jitter();
    const [inbox] = await kit.store.readInboxes([{ workflowId: record.id, generation: 1 }]);
    if ((inbox?.signals.length ?? 0) > 0) return 'received';
    await kit.jitter();
    const expect = { wakes: inbox?.wakes as number, noCancel: true };
    const result = await kit.flush(record, { expect, transition: { kind: 'suspend', status: 'suspended' } });
    if (result.kind === 'applied') return 'suspended';
    assert.equal(result.kind, 'changed');
  }
}

async function sendLate(kit: ContractKit, record: InstanceRecord, key?: string): Promise<void> {
  const store = await kit.second();
  for (let turns = kit.random(5); turns > 0; turns -= 1) await kit.jitter();
  const target = key === undefined ? { workflowId: record.id } : { key: `${record.id}-${key}` };
  await store.signal([kit.signal({ id: `to ${record.id}`, ...target })]);
}

async function assertWakesUp(kit: ContractKit, record: InstanceRecord): Promise<void> {
  let woken: InstanceRecord | undefined;
  await kit.eventually(`the wake-up of ${record.id}`, async () => {
    const { claimed } = await kit.store.poll(kit.request({ definitions: [`${record.name}@1`] }));
    woken = claimed[0];
    return woken !== undefined;
  });
  assert.deepEqual(await kit.inboxIds(woken as InstanceRecord), [`to ${record.id}`]);
}
