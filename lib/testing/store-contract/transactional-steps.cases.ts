import assert from 'node:assert/strict';
import { hasCode } from './assertions.js';
import type { CaseGroup } from './contract-case.js';
import { ABANDONED, LEASE_MS, whileOpen } from './contract-kit.js';

/** @internal */
export const transactionalStepsCases: CaseGroup = {
  title: 'transactional steps',
  define(rule) {
    rule('an owner’s unit commits with everything else in its transaction', async (kit) => {
      const record = await kit.running({ id: 'a' });
      const answer = await kit.store.transaction(async (transaction) => {
        await transaction.start({ seed: kit.seed({ id: 'b' }) });
        const result = await transaction.flush(kit.unit(record, { entries: [kit.entry(1)], customStatus: '1' }));
        assert.equal(result.kind, 'applied');
        assert.deepEqual(await kit.names('a'), []);
        return 'done';
      });

      assert.equal(answer, 'done');
      assert.deepEqual(
        [await kit.names('a'), (await kit.get('a')).customStatus, (await kit.get('b')).status],
        [['step-1'], '1', 'pending'],
      );
    });

    rule('an owner’s unit is gone with the rollback, and the error comes back unchanged', async (kit) => {
      const record = await kit.running({ id: 'a' });
      const attempt = kit.store.transaction(async (transaction) => {
        await transaction.flush(
          kit.unit(record, { entries: [kit.entry(1)], transition: { kind: 'end', status: 'completed' } }),
        );
        throw ABANDONED;
      });

      await assert.rejects(attempt, (error) => error === ABANDONED);
      assert.deepEqual([await kit.names('a'), (await kit.get('a')).status], [[], 'running']);
      await kit.write(record, { entries: [kit.entry(1)] });
    });

    rule('an owner that was fenced off is thrown out, with all that its transaction wrote', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.advance(LEASE_MS + 1);
      const next = await kit.claim('a', { workerId: 'worker-2' });

      const attempt = kit.store.transaction(async (transaction) => {
        await transaction.start({ seed: kit.seed({ id: 'b' }) });
        await transaction.flush(kit.unit(record, { entries: [kit.entry(1)] }));
      });

      await assert.rejects(attempt, hasCode('WORKFLOW_LEASE_LOST'));
      assert.equal(await kit.store.find('b'), undefined);
      assert.deepEqual(await kit.names('a'), []);
      await kit.write(next, { entries: [kit.entry(1)] });
    });

    rule('a taken position in a transaction writes nothing', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { entries: [kit.entry(1)] });
      const attempt = kit.store.transaction(async (transaction) => {
        const result = await transaction.flush(
          kit.unit(record, { entries: [kit.entry(1, { name: 'another' })], customStatus: '1' }),
        );
        assert.equal(result.kind, 'conflict');
        throw ABANDONED;
      });

      await assert.rejects(attempt, (error) => error === ABANDONED);
      assert.deepEqual([await kit.names('a'), (await kit.get('a')).customStatus], [['step-1'], undefined]);
    });

    rule('while a transaction holds its instance, others go on, and nobody waits to renew or claim it', async (kit) => {
      const held = await kit.running({ id: 'held' });
      const other = await kit.running({ id: 'other' });
      const { cancel } = await whileOpen(kit, async (transaction) => {
        await transaction.flush(kit.unit(held, { entries: [kit.entry(1)] }));
        await kit.write(other, { entries: [kit.entry(1)] });
        const leases = ['held', 'other'].map((workflowId) => ({ workflowId, fence: 1 }));
        const renewal = await kit.store.renew({ workerId: 'worker-1', leaseMs: 1, leases });
        assert.deepEqual(renewal.skipped, ['held']);
        assert.deepEqual(
          renewal.renewed.map((one) => one.workflowId),
          ['other'],
        );
        await kit.advance(LEASE_MS + 1);
        await kit.claim('other', { workerId: 'worker-2' });
        return { cancel: kit.store.requestCancel('held', 'enough', '{}') };
      });

      const outcome = await cancel;
      assert.equal(outcome?.accepted, true);
      assert.equal((await kit.claim('held', { workerId: 'worker-2' })).head, 1);
      assert.deepEqual(await kit.names('held'), ['step-1']);
    });

    rule('the handle that a transactional step gets joins its own transaction', async (kit) => {
      const attempt = kit.store.transaction(async (transaction) => {
        await kit.store.join(transaction.handle).start({ seed: kit.seed({ id: 'a' }) });
        assert.equal(await kit.store.find('a'), undefined);
        throw ABANDONED;
      });
      await assert.rejects(attempt, (error) => error === ABANDONED);
      assert.equal(await kit.store.find('a'), undefined);
    });
  },
};
