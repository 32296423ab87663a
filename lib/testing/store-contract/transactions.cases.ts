import assert from 'node:assert/strict';
import type { StoreTransaction } from '../../core/store/index.js';
import { hasCode } from './assertions.js';
import type { CaseGroup } from './contract-case.js';
import { ABANDONED, LEASE_MS, whileOpen, type ContractKit } from './contract-kit.js';

/** @internal */
export const transactionsCases: CaseGroup = {
  title: 'transactions',
  define(rule) {
    rule('a start becomes visible with the commit and can be claimed then', async (kit) => {
      await inUserTransaction(kit, async (transaction) => {
        const result = await transaction.start({ seed: kit.seed({ id: 'a' }) });
        assert.equal(result.kind, 'created');
        assert.equal(await kit.store.find('a'), undefined);
        await kit.assertNotClaimable();
      });
      await kit.claim('a');
    });

    rule('a start is gone with a rollback, and its id is free', async (kit) => {
      await abandoned(kit, (transaction) => transaction.start({ seed: kit.seed({ id: 'a' }) }));

      assert.equal(await kit.store.find('a'), undefined);
      assert.equal((await kit.start({ id: 'a' })).kind, 'created');
    });

    rule('a start of an id that exists answers with the one that is there', async (kit) => {
      await kit.created({ id: 'a', inputHash: 'one' });
      await inUserTransaction(kit, async (transaction) => {
        const result = await transaction.start({ seed: kit.seed({ id: 'a', inputHash: 'two' }) });
        assert.equal(result.kind === 'existing' && result.record.inputHash, 'one');
      });
      assert.equal((await kit.get('a')).inputHash, 'one');
    });

    rule('a second start waits for the open one, and finds it after its commit', async (kit) => {
      const { second } = await whileOpen(kit, async (transaction) => {
        await transaction.start({ seed: kit.seed({ id: 'a', inputHash: 'one' }) });
        return { second: kit.start({ id: 'a', inputHash: 'two' }) };
      });

      const result = await second;
      assert.equal(result.kind === 'existing' && result.record.inputHash, 'one');
    });

    rule('a second start creates the instance when the open one is rolled back', async (kit) => {
      const late: { answer?: ReturnType<ContractKit['start']> } = {};
      await abandoned(kit, async (transaction) => {
        await transaction.start({ seed: kit.seed({ id: 'a', inputHash: 'one' }) });
        late.answer = kit.start({ id: 'a', inputHash: 'two' });
        await kit.harness.pause();
      });

      const result = await late.answer;
      assert.equal(result?.kind, 'created');
      assert.equal((await kit.get('a')).inputHash, 'two');
    });

    rule('a second start answers `locked` when the open one takes too long; other ids are not held up', async (kit) => {
      await inUserTransaction(kit, async (transaction) => {
        await transaction.start({ seed: kit.seed({ id: 'a' }) });
        assert.equal((await kit.start({ id: 'free' })).kind, 'created');
        assert.equal((await kit.pastLockTimeout(kit.start({ id: 'a' }))).kind, 'locked');
      });
      assert.equal((await kit.start({ id: 'a' })).kind, 'existing');
    });

    rule('a signal is stored and wakes its waits with the commit, not before', async (kit) => {
      const record = await kit.suspended([kit.wait('paid')], { id: 'a' });
      await inUserTransaction(kit, async (transaction) => {
        const outcome = await transaction.signal(kit.signal({ id: 'x', workflowId: 'a' }));
        assert.deepEqual(outcome, { kind: 'stored', created: true, woken: 0 });
        assert.deepEqual(await kit.inbox(record), []);
        await kit.assertNotClaimable();
        assert.equal((await kit.get('a')).wakes, record.wakes);
      });

      await kit.eventually('the wake-up', async () => (await kit.claimedIds()).includes('a'));
      assert.deepEqual(await kit.inboxIds(record), ['x']);
    });

    rule('a signal is gone with a rollback, and its id is free', async (kit) => {
      const record = await kit.suspended([kit.wait('paid')], { id: 'a' });
      await abandoned(kit, (transaction) => transaction.signal(kit.signal({ id: 'x', workflowId: 'a' })));

      await kit.assertNotClaimable();
      assert.deepEqual(await kit.inbox(record), []);
      assert.deepEqual(await kit.store.signal([kit.signal({ id: 'x', workflowId: 'a' })]), [
        { kind: 'stored', created: true, woken: 1 },
      ]);
    });

    rule('a transaction can signal what it has started, and is told of unknown and ended mailboxes', async (kit) => {
      await kit.ended({ id: 'over' });
      await inUserTransaction(kit, async (transaction) => {
        await transaction.start({ seed: kit.seed({ id: 'a' }) });
        assert.equal((await transaction.signal(kit.signal({ id: 'x', workflowId: 'a' }))).kind, 'stored');
        assert.equal((await transaction.signal(kit.signal({ workflowId: 'unknown' }))).kind, 'unknown');
        assert.equal((await transaction.signal(kit.signal({ workflowId: 'over' }))).kind, 'ended');
      });
      assert.deepEqual(
        (await kit.store.readUnconsumed('a')).map((signal) => signal.id),
        ['x'],
      );
      assert.deepEqual(await kit.store.readUnconsumed('over'), []);
    });

    rule('signals committed out of the order of their sending are all received', async (kit) => {
      const record = await kit.suspended([kit.wait('paid')], { id: 'a' });
      await inUserTransaction(kit, async (transaction) => {
        await transaction.signal(kit.signal({ id: 'early', workflowId: 'a' }));
        await kit.store.signal([kit.signal({ id: 'late', workflowId: 'a' })]);
        const owner = await kit.claim('a');
        assert.deepEqual(await kit.inboxIds(owner), ['late']);
        await kit.write(owner, {
          entries: [kit.entry(1, { kind: 'arrival', signalId: 'late' })],
          transition: { kind: 'suspend', status: 'suspended' },
        });
        await kit.assertNotClaimable();
      });

      await kit.eventually('the wake-up by the early signal', async () => (await kit.claimedIds()).includes('a'));
      assert.deepEqual(await kit.inboxIds(record), ['early']);
    });

    rule('topic signals committed out of order are all received', async (kit) => {
      const record = await kit.suspended([kit.wait('rate')], { id: 'a' });
      await kit.advance(5);
      await inUserTransaction(kit, async (transaction) => {
        await transaction.signal(kit.signal({ id: 'early', name: 'rate' }));
        await kit.store.signal([kit.signal({ id: 'late', name: 'rate' })]);
        await kit.claim('a');
      });

      await kit.eventually('the early signal', async () => (await kit.inbox(record)).length === 2);
      assert.deepEqual((await kit.inboxIds(record)).sort(), ['early', 'late']);
    });

    rule('an open transaction that has signalled an instance holds up nobody', async (kit) => {
      const record = await kit.running({ id: 'a' });
      const other = await kit.running({ id: 'b' });
      await inUserTransaction(kit, async (transaction) => {
        await transaction.signal(kit.signal({ workflowId: 'a' }));
        const results = await kit.store.flush([
          kit.unit(record, { entries: [kit.entry(1)] }),
          kit.unit(other, { entries: [kit.entry(1)] }),
        ]);
        assert.deepEqual(
          results.map((result) => result.kind),
          ['applied', 'applied'],
        );
        const renewal = await kit.store.renew({
          workerId: 'worker-1',
          leaseMs: LEASE_MS,
          leases: [{ workflowId: 'a', fence: 1 }],
        });
        assert.equal(renewal.renewed.length, 1);
        assert.equal((await kit.store.requestCancel('a', 'enough', '{}'))?.accepted, true);
        assert.deepEqual(await kit.store.signal([kit.signal({ workflowId: 'a' })]), [
          { kind: 'stored', created: true, woken: 0 },
        ]);
      });
    });

    rule('a callback on commit is called after it, and never after a rollback', async (kit) => {
      const calls: string[] = [];
      await kit.store.transaction(async (transaction) => {
        transaction.onCommit(() => calls.push('committed'));
        await transaction.start({ seed: kit.seed({ id: 'a' }) });
        assert.deepEqual(calls, []);
      });
      await kit.eventually('the callback', () => calls.length === 1);
      const attempt = kit.store.transaction(async (transaction) => {
        transaction.onCommit(() => calls.push('never'));
        throw ABANDONED;
      });
      await assert.rejects(attempt);
      await kit.harness.pause();
      assert.deepEqual(calls, ['committed']);
    });

    rule('what is not an open transaction is refused by name', async (kit) => {
      for (const nonsense of [undefined, null, {}, 'transaction', kit.store]) {
        assert.throws(() => kit.store.join(nonsense), hasCode('WORKFLOW_TRANSACTION'));
      }
    });
  },
};

function inUserTransaction<T>(kit: ContractKit, work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
  return kit.harness.transaction((handle) => work(kit.store.join(handle)));
}

async function abandoned(kit: ContractKit, work: (transaction: StoreTransaction) => Promise<unknown>): Promise<void> {
  const attempt = inUserTransaction(kit, async (transaction) => {
    await work(transaction);
    throw ABANDONED;
  });
  await assert.rejects(attempt, (error) => error === ABANDONED);
}
