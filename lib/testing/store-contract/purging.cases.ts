import assert from 'node:assert/strict';
import type { CaseGroup } from './contract-case.js';
import type { ContractKit } from './contract-kit.js';

/** @internal */
export const purgingCases: CaseGroup = {
  title: 'deleting and purging',
  define(rule) {
    rule('an ended instance is deleted with everything that is its own', async (kit) => {
      const record = await kit.running({ id: 'a' });
      const signal = kit.signal({ id: 'x', workflowId: 'a' });
      await kit.store.signal([signal]);
      await kit.write(record, {
        entries: [kit.entry(1)],
        stream: [{ afterPosition: 1, index: 0, kind: 'progress', step: 'read', payload: '1' }],
        transition: { kind: 'end', status: 'completed' },
      });

      assert.equal(await kit.store.delete('a'), true);

      assert.equal(await kit.store.find('a'), undefined);
      assert.equal(await kit.store.delete('a'), false);
      await kit.running({ id: 'a' });
      assert.deepEqual(
        [await kit.names('a'), await kit.store.readUnconsumed('a'), await kit.store.readStream('a', 0, 10)],
        [[], [], []],
      );
      assert.equal(await kit.store.readProgress('a', 1, 'read'), undefined);
      assert.deepEqual(await kit.store.signal([signal]), [{ kind: 'stored', created: true, woken: 0 }]);
    });

    rule('an open or unknown instance is not deleted', async (kit) => {
      await kit.created({ id: 'pending' });
      await kit.running({ id: 'running' });
      await kit.suspended([], { id: 'suspended' });
      for (const id of ['pending', 'running', 'suspended', 'unknown']) assert.equal(await kit.store.delete(id), false);
      assert.equal((await kit.store.list({ limit: 10 })).length, 3);
    });

    rule('a purge takes what ended before, of the statuses asked for, up to its limit', async (kit) => {
      await kit.ended({ id: 'old-1' });
      await kit.ended({ id: 'old-2' });
      await kit.ended({ id: 'old-failed' }, { transition: { kind: 'end', status: 'failed', error: '{}' } });
      await kit.running({ id: 'running' }, kit.grant('worker-1', 'build-1', 1_000_000));
      await kit.advance(10_000);
      const { endedAt } = await kit.ended({ id: 'young' });
      const endedBefore = (endedAt as number) - 5_000;

      assert.equal(await kit.store.purge({ endedBefore, status: ['completed'], limit: 1 }), 1);
      assert.equal(await kit.store.purge({ endedBefore, status: ['completed'], limit: 10 }), 1);
      assert.deepEqual(await left(kit), ['old-failed', 'running', 'young']);
      assert.equal(await kit.store.purge({ endedBefore, limit: 10 }), 1);
      assert.equal(await kit.store.purge({ endedBefore, limit: 10 }), 0);
      assert.deepEqual(await left(kit), ['running', 'young']);
    });

    rule('a child stays as long as its parent is open', async (kit) => {
      const parent = await kit.running({ id: 'parent' }, kit.grant('worker-1', 'build-1', 1_000_000));
      await kit.write(parent, {
        children: [
          { seed: kit.seed({ id: 'child', parent: { workflowId: 'parent', generation: 1, close: 'cancel' } }) },
        ],
      });
      await kit.store.requestCancel('child', 'enough', '{}');
      await kit.advance(10_000);
      const endedBefore = (await kit.poll({ limit: 0 })).now + 1_000_000;
      assert.equal(await kit.store.purge({ endedBefore, limit: 10 }), 0);

      await kit.write(parent, { transition: { kind: 'end', status: 'completed' } });
      await kit.advance(10);
      assert.equal(await kit.store.purge({ endedBefore, limit: 10 }), 2);
    });

    rule('a purge and a retry meet in one order', async (kit) => {
      const second = await kit.second();
      // One round after the other: a purge would take the instances of its neighbours as well.
      for (let round = 0; round < Math.ceil(kit.rounds / 5); round += 1) {
        const record = await kit.running({ id: `raced-${round}` });
        await kit.write(record, {
          entries: [kit.entry(1)],
          transition: { kind: 'end', status: 'failed', error: '{}' },
        });
        const endedBefore = ((await kit.get(record.id)).endedAt as number) + 1;
        const retry = async (): Promise<boolean> => {
          await kit.jitter();
          return (await kit.store.reopen({ workflowId: record.id, fence: 1, removePositions: [] }))?.accepted === true;
        };
        const purge = async (): Promise<void> => {
          await kit.jitter();
          await second.purge({ endedBefore, status: ['failed'], limit: 1_000 });
        };

        const [retried] = await Promise.all([retry(), purge()]);

        if (retried) {
          assert.notEqual((await kit.get(record.id)).status, 'failed');
          assert.deepEqual(await kit.names(record.id), ['step-1']);
          await kit.store.terminate(record.id, 'done', '{}');
        } else {
          assert.equal(await kit.store.find(record.id), undefined);
          assert.deepEqual(await kit.names(record.id), []);
        }
      }
    });
  },
};

async function left(kit: ContractKit): Promise<string[]> {
  return (await kit.store.list({ limit: 100 })).map((record) => record.id).sort();
}
