import assert from 'node:assert/strict';
import type { InstanceRecord } from '../../core/records/index.js';
import type { StartResult } from '../../core/store/index.js';
import { compact } from './assertions.js';
import type { CaseGroup } from './contract-case.js';
import { LEASE_MS } from './contract-kit.js';

/** @internal */
export const startingCases: CaseGroup = {
  title: 'starting',
  define(rule) {
    rule('a new instance is pending, due at once, and nobody has it', async (kit) => {
      const record = await kit.created({ id: 'a' });

      assert.deepEqual(
        [record.status, record.generation, record.fence, record.wakes, record.head, record.crashes, record.workerId],
        ['pending', 1, 0, 0, 0, 0, undefined],
      );
      assert.equal(record.dueAt, record.createdAt);
      assert.equal(record.endedAt, undefined);
      assert.deepEqual(compact(await kit.get('a')), compact(record));
    });

    rule('everything an instance is created from comes back as it was given', async (kit) => {
      const seed = kit.seed({
        id: 'Ä/1 "quoted" $é',
        input: '{ "b":1,"a":[1.50, "ü\\u0000"],"b2":"😀" }',
        headers: { tenant: 'ü', trace: '' },
        attributes: { region: 'eu', size: 1.5, vip: true, note: null },
        priority: 7,
        limits: [
          { key: 'order', limit: 3 },
          { key: 'order:eu', limit: 2 },
        ],
      });
      await kit.store.start([{ seed }]);

      const { idGiven: _idGiven, ...expected } = seed;
      const record = await kit.get(seed.id);
      const actual = Object.fromEntries(Object.keys(expected).map((key) => [key, record[key as keyof typeof record]]));
      assert.deepEqual(actual, expected);
    });

    rule('an input that is not there stays away', async (kit) => {
      await kit.created({ id: 'a', input: undefined });
      assert.equal((await kit.get('a')).input, undefined);
    });

    rule('what the caller does with its objects afterwards changes nothing', async (kit) => {
      const attributes = { region: 'eu' };
      const headers = { tenant: 'one' };
      await kit.created({ id: 'a', attributes, headers });
      attributes.region = 'us';
      headers.tenant = 'two';

      const record = await kit.get('a');
      assert.equal(record.attributes.region, 'eu');
      assert.equal(record.headers.tenant, 'one');
    });

    rule('the second start of an id answers with the first one', async (kit) => {
      await kit.created({ id: 'a', input: '1', inputHash: 'one' });

      const second = await kit.start({ id: 'a', input: '2', inputHash: 'two' });

      assert.equal(second.kind, 'existing');
      assert.equal(second.kind === 'existing' && second.record.inputHash, 'one');
      assert.equal((await kit.get('a')).input, '1');
    });

    rule('one call creates many, answers in their order, and an id in it twice once', async (kit) => {
      const ids = Array.from({ length: 50 }, (_, index) => `many-${index}`);
      const results = await kit.store.start([...ids, 'many-7'].map((id) => ({ seed: kit.seed({ id }) })));

      assert.deepEqual(
        results.map((result) => recordOf(result)?.id),
        [...ids, 'many-7'],
      );
      const kinds = results.map((result) => result.kind);
      assert.deepEqual([kinds[7], kinds[50]].sort(), ['created', 'existing']);
      assert.equal(kinds.filter((kind) => kind === 'created').length, 50);
    });

    rule('a start that cannot be stored fails alone', async (kit) => {
      const inputs = ['1', '"\0"', '2'];
      const results = await kit.store.start(
        inputs.map((input, index) => ({ seed: kit.seed({ id: `seed-${index}`, input }) })),
      );

      assert.deepEqual(
        results.map((result) => result.kind),
        ['created', 'rejected', 'created'],
      );
      assert.ok(results[1]?.kind === 'rejected' && results[1].error instanceof Error);
      assert.equal(await kit.store.find('seed-1'), undefined);
    });

    rule('of many who start one id at the same time, one creates it', async (kit) => {
      const second = await kit.second();
      await kit.race(Math.ceil(kit.rounds / 10), async (round) => {
        const id = `raced-${round}`;
        const results = await Promise.all(
          Array.from({ length: 6 }, async (_, index) => {
            const seed = kit.seed({ id, inputHash: `hash-${index}` });
            await kit.jitter();
            return (await (index % 2 === 0 ? kit.store : second).start([{ seed }]))[0] as StartResult;
          }),
        );
        const created = results.filter((result) => result.kind === 'created');
        assert.equal(created.length, 1);
        const hashes = results.map((result) => recordOf(result)?.inputHash);
        assert.equal(new Set(hashes).size, 1);
      });
    });

    rule(
      'an instance created leased is running under fence 1, and nobody else gets it before the lease ends',
      async (kit) => {
        const record = await kit.running({ id: 'a' });

        assert.deepEqual([record.status, record.fence, record.workerId], ['running', 1, 'worker-1']);
        await kit.advance(LEASE_MS - 1_000);
        await kit.assertNotClaimable({ workerId: 'worker-2' });
        await kit.advance(1_001);
        assert.equal((await kit.claim('a', { workerId: 'worker-2' })).fence, 2);
      },
    );

    rule('a start sent again after a lost answer counts as the one that created it', async (kit) => {
      const unit = { seed: kit.seed({ id: 'a' }), lease: kit.grant() };
      const foreign = { seed: kit.seed({ id: 'a', seed: 'of somebody else' }) };

      const [arrived] = await kit.store.start([unit], true);
      const [repeated] = await kit.store.start([unit], true);
      const [other] = await kit.store.start([foreign], true);

      assert.equal(arrived?.kind, 'created');
      assert.equal(repeated?.kind, 'created');
      assert.equal(repeated?.kind === 'created' && repeated.record.fence, 1);
      assert.equal(other?.kind, 'existing');
    });

    rule('a delayed instance is not claimed before its time', async (kit) => {
      await kit.created({ id: 'a', delayMs: 60_000 });

      await kit.advance(59_000);
      await kit.assertNotClaimable();
      await kit.advance(1_001);
      await kit.claim('a');
    });

    rule('the run time-out counts from the creation', async (kit) => {
      const record = await kit.created({ timeoutMs: 5_000 });
      assert.equal(record.deadlineAt, record.createdAt + 5_000);
      assert.equal((await kit.created()).deadlineAt, undefined);
    });

    rule('the started event is stored with the instance and numbered', async (kit) => {
      const seed = kit.seed({ id: 'a' });
      const event = kit.event({ ...(await kit.created({ id: 'template' })), id: 'a' }, 1, 'started');
      await kit.store.start([{ seed, events: [event] }]);
      await kit.store.start([{ seed, events: [event] }]);

      assert.equal((await kit.get('a')).eventSeq, 1);
      assert.deepEqual(compact(await kit.events()), compact([event]));
    });
  },
};

function recordOf(result: StartResult): InstanceRecord | undefined {
  return result.kind === 'created' || result.kind === 'existing' ? result.record : undefined;
}
