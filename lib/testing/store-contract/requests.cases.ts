import assert from 'node:assert/strict';
import { compact } from './assertions.js';
import type { CaseGroup } from './contract-case.js';
import { LEASE_MS } from './contract-kit.js';

const ERROR = '{"name":"WorkflowCancelledError","message":"enough"}';

/** @internal */
export const requestsCases: CaseGroup = {
  title: 'cancelling and terminating',
  define(rule) {
    rule('cancelling a never-claimed instance is final in one call', async (kit) => {
      await kit.created({ id: 'a' });

      const outcome = await kit.store.requestCancel('a', 'enough', ERROR);

      assert.equal(outcome?.accepted, true);
      const record = await kit.get('a');
      assert.deepEqual(compact(outcome?.record), compact(record));
      assert.deepEqual(
        [record.status, record.error, record.cancel?.reason, record.dueAt],
        ['cancelled', ERROR, 'enough', undefined],
      );
      assert.ok(record.endedAt !== undefined);
      assert.deepEqual(
        outcome?.events.map((event) => [event.type, event.eventId, event.detail?.reason]),
        [['cancelled', 'a:1:1', 'enough']],
      );
      assert.deepEqual(
        (await kit.events()).map((event) => event.eventId),
        ['a:1:1'],
      );
      await kit.assertNotClaimable();
    });

    rule('cancelling a running instance asks its owner and changes nothing else', async (kit) => {
      const record = await kit.running({ id: 'a' });

      const outcome = await kit.store.requestCancel('a', 'enough', ERROR);

      assert.deepEqual([outcome?.accepted, outcome?.events], [true, []]);
      const after = await kit.get('a');
      assert.deepEqual([after.status, after.fence, after.workerId, after.error], ['running', 1, 'worker-1', undefined]);
      assert.equal(after.cancel?.reason, 'enough');
      assert.ok(after.wakes > record.wakes);
      assert.equal((await kit.write(record, { entries: [kit.entry(1)] })).cancelRequested, true);
    });

    rule('cancelling a suspended instance makes it due', async (kit) => {
      const waiting = await kit.suspended([], { id: 'a' });
      await kit.assertNotClaimable();

      await kit.store.requestCancel('a', 'enough', ERROR);

      const record = await kit.claim('a');
      assert.deepEqual([record.cancel?.reason, record.fence], ['enough', waiting.fence + 1]);
    });

    rule('the first cancel request stands', async (kit) => {
      await kit.running({ id: 'a' });
      await kit.store.requestCancel('a', 'first', ERROR);
      const { cancel } = await kit.get('a');
      await kit.advance(1_000);
      await kit.store.requestCancel('a', 'second', ERROR);
      assert.deepEqual((await kit.get('a')).cancel, cancel);
    });

    rule('an ended or unknown instance is left as it is', async (kit) => {
      const ended = await kit.ended({ id: 'a' });

      for (const outcome of [
        await kit.store.requestCancel('a', 'r', ERROR),
        await kit.store.terminate('a', 'r', ERROR),
      ]) {
        assert.deepEqual([outcome?.accepted, outcome?.events], [false, []]);
        assert.deepEqual(compact(outcome?.record), compact(ended));
      }
      assert.deepEqual(compact(await kit.get('a')), compact(ended));
      assert.equal(await kit.store.requestCancel('unknown', 'r', ERROR), undefined);
      assert.equal(await kit.store.terminate('unknown', 'r', ERROR), undefined);
    });

    rule('a termination ends at once, raises the fence and shuts the owner out', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { entries: [kit.entry(1)], waits: [kit.wait('paid')] });

      const outcome = await kit.store.terminate('a', 'enough', ERROR);

      assert.equal(outcome?.accepted, true);
      const after = await kit.get('a');
      assert.deepEqual(
        [after.status, after.error, after.workerId, after.dueAt],
        ['cancelled', ERROR, undefined, undefined],
      );
      assert.ok(after.fence > record.fence);
      assert.deepEqual(
        outcome?.events.map((event) => [event.type, event.detail?.reason]),
        [['cancelled', 'enough']],
      );
      assert.equal((await kit.flush(record, { entries: [kit.entry(2)] })).kind, 'fenced');
      assert.deepEqual(
        (await kit.store.renew({ workerId: 'worker-1', leaseMs: 1_000, leases: [{ workflowId: 'a', fence: 1 }] }))
          .renewed,
        [],
      );
      assert.deepEqual(await kit.names('a'), ['step-1']);
      await kit.advance(2 * LEASE_MS);
      await kit.assertNotClaimable();
    });

    rule('a cancel and an end meet in one order', async (kit) => {
      const second = await kit.second();
      const endings = new Set<string>();
      await kit.race(Math.ceil(kit.rounds / 2), async (round) => {
        const record = await kit.running({ id: `raced-${round}` });
        const end = async (): Promise<string> => {
          await kit.jitter();
          const expect = { noCancel: true };
          return (await kit.flush(record, { expect, transition: { kind: 'end', status: 'completed' } })).kind;
        };
        const cancel = async (): Promise<boolean | undefined> => {
          await kit.jitter();
          return (await second.requestCancel(record.id, 'enough', ERROR))?.accepted;
        };

        const [ended, accepted] = await Promise.all([end(), cancel()]);

        endings.add(ended);
        assert.equal(ended, accepted ? 'changed' : 'applied');
        assert.equal((await kit.get(record.id)).status, accepted ? 'running' : 'completed');
      });
      assert.ok(kit.rounds < 100 || endings.size === 2, 'The race came out one way only.');
    });

    rule('a termination and an end meet in one order', async (kit) => {
      const second = await kit.second();
      await kit.race(Math.ceil(kit.rounds / 4), async (round) => {
        const record = await kit.running({ id: `raced-${round}` });
        const end = async (): Promise<string> => {
          await kit.jitter();
          return (
            await kit.flush(record, { entries: [kit.entry(1)], transition: { kind: 'end', status: 'completed' } })
          ).kind;
        };
        const terminate = async (): Promise<boolean | undefined> => {
          await kit.jitter();
          return (await second.terminate(record.id, 'enough', ERROR))?.accepted;
        };

        const [ended, accepted] = await Promise.all([end(), terminate()]);

        assert.equal(ended, accepted ? 'fenced' : 'applied');
        assert.equal((await kit.get(record.id)).status, accepted ? 'cancelled' : 'completed');
        assert.equal((await kit.names(record.id)).length, accepted ? 0 : 1);
      });
    });

    rule('a cancel and the first claim meet in one order', async (kit) => {
      const second = await kit.second();
      await kit.poll({ limit: 0 });
      await kit.race(Math.ceil(kit.rounds / 4), async (round) => {
        const name = `raced-${round}`;
        await kit.created({ id: name, name });
        const claim = async (): Promise<number> => {
          await kit.jitter();
          return (await kit.store.poll(kit.request({ definitions: [`${name}@1`] }))).claimed.length;
        };
        const cancel = async (): Promise<string | undefined> => {
          await kit.jitter();
          return (await second.requestCancel(name, 'enough', ERROR))?.record.status;
        };

        const [claimed, status] = await Promise.all([claim(), cancel()]);

        const record = await kit.get(name);
        assert.equal(record.cancel?.reason, 'enough');
        assert.deepEqual([record.status, status], claimed === 1 ? ['running', 'running'] : ['cancelled', 'cancelled']);
      });
    });
  },
};
