import assert from 'node:assert/strict';
import type { InstanceRecord } from '../../core/records/index.js';
import type { CaseGroup } from './contract-case.js';
import { LEASE_MS, type ContractKit } from './contract-kit.js';

/** @internal */
export const crashesCases: CaseGroup = {
  title: 'crashes',
  define(rule) {
    rule('consecutive lost leases are counted', async (kit) => {
      await kit.created({ id: 'a' });
      const counts = [(await kit.claim('a')).crashes];
      for (let crash = 0; crash < 3; crash += 1) counts.push((await crashed(kit, 'a')).crashes);
      assert.deepEqual(counts, [0, 1, 2, 3]);
    });

    rule('a new entry starts the count over', async (kit) => {
      await kit.created({ id: 'a' });
      await kit.claim('a');
      await crashed(kit, 'a');
      const owner = await crashed(kit, 'a');
      assert.equal(owner.crashes, 2);
      await kit.write(owner, { entries: [kit.entry(1)] });

      assert.equal((await crashed(kit, 'a')).crashes, 0);
      assert.equal((await crashed(kit, 'a')).crashes, 1);
    });

    rule('a lease that was given back is no crash', async (kit) => {
      const owner = await kit.running({ id: 'a' });
      await kit.write(owner, { transition: { kind: 'release' } });
      const second = await kit.claim('a');
      await kit.write(second, { transition: { kind: 'suspend', status: 'suspended', dueAt: 1 } });
      const third = await kit.claim('a');
      await kit.write(third, { transition: { kind: 'mismatch', buildId: 'build-1', error: '{}' } });

      assert.equal((await kit.claim('a', { buildId: 'build-2', workerId: 'worker-2' })).crashes, 0);
    });

    rule('a takeover by worker id counts as a lost lease', async (kit) => {
      await kit.created({ id: 'a' });
      await kit.claim('a', { workerId: 'host/1' });
      await kit.register('host/1');
      assert.equal((await kit.claim('a', { workerId: 'host/1' })).crashes, 1);
    });

    rule('from the second crash on an instance is a suspect, and a poll that allows none takes none', async (kit) => {
      await suspect(kit, 'poison');
      await kit.advance(LEASE_MS + 1);

      await kit.assertNotClaimable({ allowSuspect: false });
      await kit.claim('poison', { allowSuspect: true });
    });

    rule('a poll takes one suspect at most, and healthy instances go past it', async (kit) => {
      await suspect(kit, 'poison-1', 'poison-2', 'poison-3');
      await kit.advance(LEASE_MS + 1);
      await kit.created({ id: 'healthy-1' });
      await kit.created({ id: 'healthy-2' });

      const without = await kit.claimedIds({ allowSuspect: false });
      assert.deepEqual(without.sort(), ['healthy-1', 'healthy-2']);
      const polls = [await kit.claimedIds(), await kit.claimedIds(), await kit.claimedIds()];
      assert.deepEqual(
        polls.map((ids) => ids.length),
        [1, 1, 1],
      );
      assert.deepEqual(polls.flat().sort(), ['poison-1', 'poison-2', 'poison-3']);
    });

    rule('past the allowed crashes an instance is quarantined and told of, not claimed', async (kit) => {
      await kit.created({ id: 'a' });
      await kit.claim('a', { maxCrashes: 2 });
      for (let crash = 0; crash < 2; crash += 1) await crashed(kit, 'a', 2);
      await kit.events();
      await kit.advance(LEASE_MS + 1);

      const { claimed, events } = await kit.poll({ maxCrashes: 2 });

      assert.deepEqual(claimed, []);
      assert.deepEqual(
        events.map((event) => [event.type, event.workflowId]),
        [['quarantined', 'a']],
      );
      const record = await kit.get('a');
      assert.deepEqual([record.status, record.workerId, record.endedAt], ['quarantined', undefined, undefined]);
      assert.deepEqual([record.error, record.crashes], [undefined, 3]);
      assert.equal(record.eventSeq, events[0]?.seq);
      assert.deepEqual(
        (await kit.events()).map((event) => event.type),
        ['quarantined'],
      );
      assert.equal((await kit.store.health([])).quarantined, 1);
      await kit.advance(10 * LEASE_MS);
      await kit.assertNotClaimable({ maxCrashes: 2 });
    });

    rule('a quarantined instance is claimed again by a build that has not run it, and only then', async (kit) => {
      await quarantined(kit, 'a');
      await kit.register('worker-1');
      await kit.assertNotClaimable();

      await kit.register('worker-2', 'build-2');

      const record = await kit.claim('a', { workerId: 'worker-2', buildId: 'build-2' });
      assert.equal(record.status, 'running');
      await kit.write(record, { entries: [kit.entry(1)], transition: { kind: 'end', status: 'completed' } });
    });

    rule('a quarantined instance remembers a cancel, takes signals, and can be terminated', async (kit) => {
      await quarantined(kit, 'a');

      const cancel = await kit.store.requestCancel('a', 'enough', '{}');
      assert.deepEqual(
        [cancel?.accepted, cancel?.record.status, cancel?.record.cancel?.reason],
        [true, 'quarantined', 'enough'],
      );
      assert.deepEqual(await kit.store.signal([kit.signal({ workflowId: 'a' })]), [
        { kind: 'stored', created: true, woken: 0 },
      ]);
      await kit.assertNotClaimable();

      const end = await kit.store.terminate('a', 'given up', '{"name":"E"}');
      assert.deepEqual([end?.accepted, end?.record.status], [true, 'cancelled']);
      assert.equal((await kit.store.health([])).quarantined, 0);
    });

    rule('an owner can hand its instance to a person', async (kit) => {
      const owner = await kit.running({ id: 'a' });
      await kit.write(owner, { transition: { kind: 'quarantine', error: '{"name":"E"}' } });

      const record = await kit.get('a');
      assert.deepEqual(
        [record.status, record.error, record.workerId, record.endedAt],
        ['quarantined', '{"name":"E"}', undefined, undefined],
      );
      await kit.advance(LEASE_MS + 1);
      await kit.assertNotClaimable();
      await kit.register('worker-2', 'build-2');
      await kit.assertNotClaimable({ workerId: 'worker-2', buildId: 'build-2' });
    });
  },
};

/** Lets the lease run out and claims again. */
async function crashed(kit: ContractKit, id: string, maxCrashes = 10): Promise<InstanceRecord> {
  await kit.advance(LEASE_MS + 1);
  return kit.claim(id, { maxCrashes });
}

/** Instances that have lost one lease and are in another one, which makes suspects of them when it is lost too. */
async function suspect(kit: ContractKit, ...ids: string[]): Promise<void> {
  for (const id of ids) await kit.created({ id });
  for (let claims = 0; claims < 2; claims += 1) {
    assert.deepEqual((await kit.claimedIds()).sort(), ids);
    if (claims === 0) await kit.advance(LEASE_MS + 1);
  }
}

async function quarantined(kit: ContractKit, id: string): Promise<void> {
  await kit.created({ id });
  await kit.claim(id, { maxCrashes: 0 });
  await kit.advance(LEASE_MS + 1);
  await kit.assertNotClaimable({ maxCrashes: 0 });
  assert.equal((await kit.get(id)).status, 'quarantined');
}
