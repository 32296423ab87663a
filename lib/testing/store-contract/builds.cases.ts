import assert from 'node:assert/strict';
import type { InstanceSeed } from '../../core/records/index.js';
import type { CaseGroup } from './contract-case.js';
import type { ContractKit } from './contract-kit.js';

const GRACE_MS = 60_000;
const OLD = { workerId: 'old', buildId: 'build-old', mismatchGraceMs: GRACE_MS };
const NEW = { workerId: 'new', buildId: 'build-new', mismatchGraceMs: GRACE_MS };

/** @internal */
export const buildsCases: CaseGroup = {
  title: 'builds',
  define(rule) {
    rule('a mismatch keeps out the build that said so, and no other', async (kit) => {
      await mismatched(kit, 'a');

      const record = await kit.get('a');
      assert.deepEqual(
        [record.status, record.workerId, record.mismatchedBuilds, record.crashes],
        ['running', undefined, ['build-new'], 0],
      );
      await kit.assertNotClaimable(NEW);
      const claimed = await kit.claim('a', OLD);
      assert.deepEqual([claimed.crashes, claimed.mismatchedBuilds], [0, ['build-new']]);
      await kit.write(claimed, { entries: [kit.entry(1)] });
    });

    rule('while another build lives, a mismatch waits for it as long as it takes', async (kit) => {
      await mismatched(kit, 'a');
      await kit.poll({ ...OLD, limit: 0 });
      for (let passed = 0; passed < 3 * GRACE_MS; passed += GRACE_MS / 2) {
        await kit.advance(GRACE_MS / 2);
        await kit.poll({ ...OLD, limit: 0 });
        await kit.assertNotClaimable(NEW);
      }

      assert.equal((await kit.get('a')).status, 'running');
      await kit.claim('a', OLD);
    });

    rule('past the grace without another build it is quarantined with the reason', async (kit) => {
      await mismatched(kit, 'a');
      await kit.advance(GRACE_MS - 1_000);
      await kit.assertNotClaimable(NEW);
      assert.equal((await kit.get('a')).status, 'running');
      await kit.events();
      await kit.advance(1_001);

      const { claimed, events } = await kit.poll(NEW);

      assert.deepEqual([claimed, events.map((event) => event.type)], [[], ['quarantined']]);
      const record = await kit.get('a');
      assert.deepEqual(
        [record.status, record.error, record.endedAt],
        ['quarantined', '{"name":"Mismatch"}', undefined],
      );
      assert.deepEqual(
        (await kit.events()).map((event) => event.type),
        ['quarantined'],
      );
    });

    rule('past the grace it is quarantined also where a limit applies to it', async (kit) => {
      await mismatched(kit, 'a', { limits: [{ key: 'order', limit: 1 }] });
      await kit.advance(GRACE_MS + 1);

      await kit.poll(NEW);

      assert.equal((await kit.get('a')).status, 'quarantined');
    });

    rule('a new build makes what was quarantined for a mismatch claimable again', async (kit) => {
      await mismatched(kit, 'a');
      await kit.advance(GRACE_MS + 1);
      await kit.poll(NEW);
      assert.equal((await kit.get('a')).status, 'quarantined');

      await kit.register('new', 'build-new');
      await kit.assertNotClaimable(NEW);
      assert.equal((await kit.get('a')).status, 'quarantined');
      await kit.register('third', 'build-third');

      const record = await kit.claim('a', { ...NEW, workerId: 'third', buildId: 'build-third' });
      assert.equal(record.status, 'running');
    });

    rule('several builds can fail one instance, each for itself', async (kit) => {
      await mismatched(kit, 'a');
      const claimed = await kit.claim('a', OLD);
      await kit.write(claimed, { transition: { kind: 'mismatch', buildId: OLD.buildId, error: '{}' } });

      await kit.assertNotClaimable(NEW);
      await kit.assertNotClaimable(OLD);
      assert.deepEqual([...(await kit.get('a')).mismatchedBuilds].sort(), ['build-new', 'build-old']);
      await kit.claim('a', { workerId: 'third', buildId: 'build-third' });
    });

    rule('health tells of those that fit no living build', async (kit) => {
      await mismatched(kit, 'a');
      await kit.created({ id: 'b' });
      await kit.register('new', 'build-new');
      assert.deepEqual((await kit.store.health([])).mismatched, { 'order@1': 1 });
      assert.deepEqual((await kit.store.health([])).unclaimable, {});

      await kit.register('old', 'build-old');
      assert.deepEqual((await kit.store.health([])).mismatched, {});
      await kit.store.unregisterWorker('old');
      assert.deepEqual((await kit.store.health([])).mismatched, { 'order@1': 1 });

      await kit.store.unregisterWorker('new');
      const deserted = await kit.store.health([]);
      assert.deepEqual([deserted.mismatched, deserted.unclaimable], [{}, { 'order@1': 2 }]);
    });

    rule('health tells of one that fits no living build also where a limit applies to it', async (kit) => {
      await mismatched(kit, 'a', { limits: [{ key: 'order', limit: 1 }] });

      assert.deepEqual((await kit.store.health([])).mismatched, { 'order@1': 1 });
    });

    rule('instances that fit are claimed past those that do not', async (kit) => {
      await mismatched(kit, 'a');
      await kit.created({ id: 'b' });
      await kit.claim('b', NEW);
    });
  },
};

/** An instance whose journal does not fit the code of the new build. */
async function mismatched(kit: ContractKit, id: string, seed: Partial<InstanceSeed> = {}): Promise<void> {
  // Whoever registered before is not heard of within the grace.
  await kit.advance(2 * GRACE_MS);
  await kit.created({ id, ...seed });
  const owner = await kit.claim(id, NEW);
  await kit.write(owner, { transition: { kind: 'mismatch', buildId: NEW.buildId, error: '{"name":"Mismatch"}' } });
}
