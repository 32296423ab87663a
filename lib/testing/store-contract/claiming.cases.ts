import assert from 'node:assert/strict';
import { one } from './assertions.js';
import type { CaseGroup } from './contract-case.js';
import { LEASE_MS } from './contract-kit.js';

/** @internal */
export const claimingCases: CaseGroup = {
  title: 'claiming',
  define(rule) {
    rule('a claim raises the fence, names the worker and lasts as long as the lease', async (kit) => {
      await kit.created({ id: 'a' });

      const record = await kit.claim('a', { workerId: 'worker-7' });

      assert.deepEqual([record.status, record.fence, record.workerId], ['running', 1, 'worker-7']);
      await kit.advance(LEASE_MS - 1_000);
      await kit.assertNotClaimable({ workerId: 'worker-8' });
      await kit.advance(1_001);
      const next = await kit.claim('a', { workerId: 'worker-8' });
      assert.deepEqual([next.fence, next.workerId], [2, 'worker-8']);
    });

    rule('of several claimers each instance goes to one', async (kit) => {
      const stores = [kit.store, await kit.second()];
      const total = Math.min(400, Math.max(40, kit.rounds));
      await kit.store.start(
        Array.from({ length: total }, (_, index) => ({ seed: kit.seed({ id: `raced-${index}` }) })),
      );
      const claimed: string[] = [];
      const workers = ['worker-1', 'worker-2', 'worker-3', 'worker-4'];
      for (const workerId of workers) await kit.poll({ workerId, limit: 0 });

      await Promise.all(
        workers.map(async (workerId, index) => {
          for (let empty = 0; empty < 5;) {
            const { claimed: mine } = await kit.poll({ workerId, limit: 7 }, stores[index % 2]);
            for (const record of mine) {
              assert.equal(record.fence, 1);
              claimed.push(record.id);
            }
            empty = mine.length === 0 ? empty + 1 : 0;
            await kit.jitter();
          }
        }),
      );

      assert.equal(claimed.length, total);
      assert.equal(new Set(claimed).size, total);
    });

    rule('only the names and versions that are asked for are claimed', async (kit) => {
      await kit.created({ id: 'a', version: 1 });
      await kit.created({ id: 'b', version: 2 });
      await kit.created({ id: 'c', name: 'refund' });

      assert.deepEqual(await kit.claimedIds({ definitions: ['order@2'] }), ['b']);
      assert.deepEqual((await kit.claimedIds({ definitions: ['order@1', 'refund@1'] })).sort(), ['a', 'c']);
      await kit.assertNotClaimable({ definitions: [] });
    });

    rule('a poll takes no more than there is room for, and says that more was due', async (kit) => {
      for (const id of ['a', 'b', 'c']) await kit.created({ id });

      assert.deepEqual((await kit.poll({ limit: 0 })).claimed, []);
      const first = await kit.poll({ limit: 2 });
      assert.deepEqual([first.claimed.length, first.more], [2, true]);
      const second = await kit.poll({ limit: 2 });
      assert.deepEqual([second.claimed.length, second.more], [1, false]);
    });

    rule('a smaller priority goes first, and among equals the one that has waited longer', async (kit) => {
      await kit.created({ id: 'usual-old' });
      await kit.advance(5);
      await kit.created({ id: 'usual-new' });
      await kit.created({ id: 'last', priority: 1_500 });
      await kit.created({ id: 'first', priority: 500 });

      const order: string[] = [];
      for (let left = 4; left > 0; left -= 1) order.push(one(await kit.claimedIds({ limit: 1 })));
      assert.deepEqual(order, ['first', 'usual-old', 'usual-new', 'last']);
    });

    rule('a second of waiting is worth one step of priority, so that nothing starves', async (kit) => {
      await kit.created({ id: 'patient', priority: 1_010 });
      await kit.advance(9_000);
      await kit.created({ id: 'urgent', priority: 1_000 });
      assert.deepEqual(await kit.claimedIds({ limit: 1 }), ['urgent']);

      await kit.advance(2_000);
      await kit.created({ id: 'late', priority: 1_000 });
      assert.deepEqual(await kit.claimedIds({ limit: 1 }), ['patient']);
    });

    rule('a poll tells the next instant at which something falls due, and the time', async (kit) => {
      assert.equal((await kit.poll()).nextDueAt, undefined);
      const later = await kit.created({ id: 'later', delayMs: 60_000 });
      const sooner = await kit.created({ id: 'sooner', delayMs: 30_000 });
      await kit.created({ id: 'of others', name: 'refund', delayMs: 10_000 });

      const poll = await kit.poll();
      assert.equal(poll.nextDueAt, sooner.dueAt);
      assert.ok(poll.now >= later.createdAt && poll.now < (sooner.dueAt as number));
      await kit.advance(1_000);
      assert.ok((await kit.poll()).now >= poll.now + 1_000);
    });

    rule('a renewal prolongs the lease, and tells wake-ups and cancel requests', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.store.requestCancel('a', 'enough', '{}');
      await kit.advance(LEASE_MS - 1_000);

      const answer = await kit.store.renew({
        workerId: 'worker-1',
        leaseMs: LEASE_MS,
        leases: [{ workflowId: 'a', fence: 1 }],
      });

      const { wakes } = await kit.get('a');
      assert.ok(wakes > record.wakes);
      assert.deepEqual(answer.renewed, [{ workflowId: 'a', wakes, cancelRequested: true }]);
      assert.deepEqual(answer.skipped, []);
      await kit.advance(LEASE_MS - 1_000);
      await kit.assertNotClaimable({ workerId: 'worker-2' });
      await kit.advance(1_001);
      await kit.claim('a', { workerId: 'worker-2' });
    });

    rule('no renewal of a lease that is lost, ended or somebody else’s', async (kit) => {
      await kit.running({ id: 'lost' });
      await kit.running({ id: 'foreign' }, kit.grant('worker-2', 'build-1', 60_000));
      await kit.ended({ id: 'ended' });
      await kit.advance(LEASE_MS + 1);
      await kit.claim('lost', { workerId: 'worker-3' });
      const due = (await kit.get('lost')).dueAt;

      const leases = ['lost', 'foreign', 'ended', 'unknown'].map((workflowId) => ({ workflowId, fence: 1 }));
      const answer = await kit.store.renew({ workerId: 'worker-1', leaseMs: 99_000, leases });

      assert.deepEqual([answer.renewed, answer.skipped], [[], []]);
      assert.equal((await kit.get('lost')).dueAt, due);
    });

    rule('a lease given back is due at once, without a crash', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { transition: { kind: 'release' } });

      const next = await kit.claim('a', { workerId: 'worker-2' });
      assert.deepEqual([next.fence, next.crashes, next.status], [2, 0, 'running']);
    });

    rule('a process that starts under the id of a dead one takes over its leases at once', async (kit) => {
      await kit.running({ id: 'a' }, kit.grant('host/1'));
      await kit.running({ id: 'b' }, kit.grant('host/2'));
      await kit.assertNotClaimable({ workerId: 'other' });

      await kit.register('host/1');

      const next = await kit.claim('a', { workerId: 'host/1' });
      assert.equal(next.fence, 2);
      assert.equal((await kit.flush({ id: 'a', generation: 1, fence: 1 }, { entries: [kit.entry(1)] })).kind, 'fenced');
      await kit.assertNotClaimable({ workerId: 'other' });
    });

    rule('a worker that comes to know more takes over leases of that alone, and revives that alone', async (kit) => {
      const running = await kit.running({ id: 'a' }, kit.grant('host/1'));
      const left = await kit.running({ id: 'b', name: 'invoice' }, kit.grant('host/1'));
      const [id, buildId, definitions] = ['host/1', 'build-1', ['order@1', 'invoice@1']];

      await kit.store.registerWorker({ id, buildId, definitions, heartbeatMs: 2_000, added: ['invoice@1'] });

      const { claimed } = await kit.poll({ workerId: id, definitions });
      assert.deepEqual(
        claimed.map((record) => [record.id, record.fence]),
        [['b', left.fence + 1]],
      );
      assert.equal((await kit.flush(running, { entries: [kit.entry(1)] })).kind, 'applied');
    });

    rule('a suspended instance that is claimed again tells that it resumed', async (kit) => {
      const waiting = await kit.suspended([], { id: 'a' }, 1);
      await kit.created({ id: 'fresh' });
      await kit.events();

      const { claimed, events } = await kit.poll();

      assert.equal(claimed.length, 2);
      assert.deepEqual(
        events.map((event) => [event.type, event.workflowId, event.seq, event.eventId]),
        [['resumed', 'a', waiting.eventSeq + 1, `a:1:${waiting.eventSeq + 1}`]],
      );
      assert.equal((await kit.get('a')).eventSeq, waiting.eventSeq + 1);
      assert.deepEqual(
        (await kit.events()).map((event) => event.eventId),
        events.map((event) => event.eventId),
      );
    });

    rule('a claim shows what the journal holds', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { entries: [kit.entry(1), kit.entry(2)] });
      await kit.write(record, { entries: [kit.entry(3)], transition: { kind: 'release' } });

      assert.equal((await kit.claim('a')).head, 3);
      assert.deepEqual(await kit.names('a'), ['step-1', 'step-2', 'step-3']);
    });
  },
};
