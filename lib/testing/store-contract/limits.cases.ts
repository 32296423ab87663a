import assert from 'node:assert/strict';
import type { InstanceRecord } from '../../core/records/index.js';
import type { FlushUnit } from '../../core/store/index.js';
import { one } from './assertions.js';
import type { CaseGroup } from './contract-case.js';
import { LEASE_MS } from './contract-kit.js';

const ONE = [{ key: 'order', limit: 1 }];

/** @internal */
export const limitsCases: CaseGroup = {
  title: 'limits',
  define(rule) {
    rule('a full key lets nobody in, and whoever frees it lets in the next', async (kit) => {
      for (const id of ['a', 'b', 'c']) {
        await kit.created({ id, limits: ONE });
        await kit.advance(2);
      }
      const first = await kit.claim('a');
      await kit.assertNotClaimable();

      await kit.write(first, { transition: { kind: 'end', status: 'completed' } });

      await kit.claim('b');
      await kit.assertNotClaimable();
    });

    rule('whatever ends a lease frees the slot', async (kit) => {
      const endings: Partial<FlushUnit>[] = [
        { transition: { kind: 'suspend', status: 'suspended' } },
        { transition: { kind: 'end', status: 'failed', error: '{}' } },
        { transition: { kind: 'mismatch', buildId: 'build-1', error: '{}' } },
        { transition: { kind: 'quarantine', error: '{}' } },
      ];
      for (const [index, ending] of endings.entries()) {
        const limits = [{ key: `key-${index}`, limit: 1 }];
        const holder = await kit.running({ limits });
        const next = await kit.created({ limits });
        await kit.assertNotClaimable();
        await kit.write(holder, ending);
        await kit.claim(next.id);
      }
    });

    rule('a slot is freed by a termination', async (kit) => {
      await kit.running({ id: 'a', limits: ONE });
      await kit.created({ id: 'b', limits: ONE });
      await kit.assertNotClaimable();
      await kit.store.terminate('a', 'enough', '{}');
      await kit.claim('b');
    });

    rule('an instance that gave its lease back queues for the slot again', async (kit) => {
      const holder = await kit.running({ id: 'a', limits: ONE });
      await kit.advance(2);
      await kit.created({ id: 'b', limits: ONE });
      await kit.assertNotClaimable();
      await kit.write(holder, { transition: { kind: 'release' } });

      const claimed = await kit.claimedIds();
      assert.equal(claimed.length, 1);
    });

    rule('a lost lease keeps its slot until somebody claims it, and takes it along', async (kit) => {
      await kit.running({ id: 'a', limits: ONE });
      await kit.created({ id: 'b', limits: ONE });
      await kit.advance(LEASE_MS + 1);

      assert.deepEqual(await kit.claimedIds({ workerId: 'worker-2' }), ['a']);
      await kit.assertNotClaimable({ workerId: 'worker-2' });
    });

    rule('an instance created beyond the limit is there, but not leased', async (kit) => {
      const first = await kit.running({ id: 'a', limits: ONE });
      const second = await kit.created({ id: 'b', limits: ONE }, { lease: kit.grant() });
      assert.deepEqual([second.status, second.fence, second.workerId], ['pending', 0, undefined]);
      await kit.assertNotClaimable();

      await kit.write(first, { transition: { kind: 'end', status: 'completed' } });
      assert.equal((await kit.claim('b')).fence, 1);
    });

    rule('an instance needs a slot of each of its keys', async (kit) => {
      const both = [
        { key: 'order', limit: 2 },
        { key: 'order:eu', limit: 1 },
      ];
      const eu = await kit.running({ id: 'eu-1', limits: both });
      await kit.created({ id: 'eu-2', limits: both });
      await kit.created({ id: 'us-1', limits: [{ key: 'order', limit: 2 }] });
      const us = await kit.claim('us-1');
      await kit.write(us, { transition: { kind: 'end', status: 'completed' } });
      await kit.assertNotClaimable();

      await kit.write(eu, { transition: { kind: 'end', status: 'completed' } });
      await kit.claim('eu-2');
    });

    rule('a full key holds up nobody who does not need it', async (kit) => {
      await kit.running({ id: 'holder', limits: ONE });
      await kit.store.start(
        Array.from({ length: 50 }, (_, index) => ({
          seed: kit.seed({ id: `behind-${index}`, limits: ONE, priority: 1 }),
        })),
      );
      await kit.created({ id: 'free' });
      await kit.created({ id: 'other', limits: [{ key: 'refund', limit: 1 }] });

      assert.deepEqual((await kit.claimedIds({ limit: 5 })).sort(), ['free', 'other']);
    });

    rule('who is next and ends without its turn hands the slot on', async (kit) => {
      const holder = await kit.running({ id: 'a', limits: ONE });
      for (const id of ['b', 'c']) {
        await kit.advance(2);
        await kit.created({ id, limits: ONE });
      }
      await kit.assertNotClaimable();
      await kit.write(holder, { transition: { kind: 'end', status: 'completed' } });
      await kit.store.requestCancel('b', 'enough', '{}');

      await kit.claim('c');
    });

    rule('a freed slot does not wait for a version that nobody can run', async (kit) => {
      const holder = await kit.running({ id: 'a', limits: ONE });
      await kit.created({ id: 'old', version: 7, limits: ONE });
      await kit.advance(2);
      await kit.created({ id: 'new', version: 1, limits: ONE });
      await kit.assertNotClaimable({ definitions: ['order@1', 'order@7'] });
      await kit.write(holder, { transition: { kind: 'end', status: 'completed' } });

      await kit.claim('new');
    });

    rule('claimers at the same time never go beyond the limit, and everyone gets a turn', async (kit) => {
      const limit = 3;
      const total = Math.max(20, Math.ceil(kit.rounds / 8));
      const seeds = Array.from({ length: total }, (_, index) =>
        kit.seed({ id: `limited-${index}`, limits: [{ key: 'order', limit }] }),
      );
      await kit.store.start(seeds.map((seed) => ({ seed })));
      const stores = [kit.store, await kit.second()];
      const workers = ['worker-1', 'worker-2', 'worker-3'];
      for (const workerId of workers) await kit.poll({ workerId, limit: 0 });
      let holding = 0;
      let most = 0;
      const done = new Set<string>();

      const work = async (record: InstanceRecord, index: number): Promise<void> => {
        holding += 1;
        most = Math.max(most, holding);
        await kit.jitter();
        const suspended = record.fence === 1 && kit.random(2) === 0;
        // Counted before the write: the slot is free once it is written, not once its answer is here.
        holding -= 1;
        if (!suspended) done.add(record.id);
        const transition = suspended
          ? ({ kind: 'suspend', status: 'suspended', dueAt: 1 } as const)
          : ({ kind: 'end', status: 'completed' } as const);
        const result = await kit.flush(record, { transition }, false, stores[index % 2]);
        assert.equal(result.kind, 'applied');
      };
      await Promise.all(
        workers.map(async (workerId, index) => {
          for (let turn = 0; turn < 40 * total && done.size < total; turn += 1) {
            const { claimed } = await kit.poll({ workerId, limit: 2 }, stores[index % 2]);
            await Promise.all(claimed.map((record) => work(record, index)));
            if (claimed.length === 0) await kit.harness.pause();
          }
        }),
      );

      assert.equal(done.size, total);
      assert.ok(most <= limit, `${most} held a slot at one time.`);
      assert.ok(most > 1, 'Nothing ran side by side.');
    });

    rule('a claim in a wide poll takes no more slots than there are', async (kit) => {
      await kit.store.start(
        Array.from({ length: 10 }, () => ({ seed: kit.seed({ limits: [{ key: 'order', limit: 4 }] }) })),
      );
      const claimed = (await kit.poll()).claimed;
      assert.equal(claimed.length, 4);
      await kit.write(claimed[0] as InstanceRecord, { transition: { kind: 'end', status: 'completed' } });
      one(await kit.claimedIds());
    });
  },
};
