import assert from 'node:assert/strict';
import type { FlushUnit } from '../../core/store/index.js';
import { compact } from './assertions.js';
import type { CaseGroup } from './contract-case.js';
import { LEASE_MS, type ContractKit } from './contract-kit.js';

type Parts = Partial<FlushUnit>;

/** @internal */
export const ownersCases: CaseGroup = {
  title: 'owners and stale writers',
  define(rule) {
    rule('before anybody else has claimed it, an owner that is late still writes', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.advance(3 * LEASE_MS);

      await kit.write(record, { entries: [kit.entry(1)] });

      const next = await kit.claim('a', { workerId: 'worker-2' });
      assert.deepEqual([next.head, await kit.names('a')], [1, ['step-1']]);
    });

    rule('after a claim the old owner writes nothing at all', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.advance(LEASE_MS + 1);
      const next = await kit.claim('a', { workerId: 'worker-2' });

      for (const parts of staleParts(kit)) assert.deepEqual(await kit.flush(record, parts), { kind: 'fenced' });

      assert.deepEqual(compact(await kit.get('a')), compact(next));
      assert.deepEqual([await kit.names('a'), await kit.store.readStream('a', 0, 10)], [[], []]);
      assert.equal(await kit.store.find('stale-child'), undefined);
      assert.deepEqual(await kit.store.readUnconsumed('a'), []);
      await kit.write(next, { entries: [kit.entry(1)] });
    });

    rule(
      'a claim and a late write meet in one order: what the claimer reads is all there will ever be',
      async (kit) => {
        const second = await kit.second();
        await kit.poll({ workerId: 'worker-2', limit: 0 });
        let fenced = 0;
        await kit.race(Math.ceil(kit.rounds / 2), async (round) => {
          const name = `raced-${round}`;
          const record = await kit.running({ id: name, name }, kit.grant('worker-1', 'build-1', 1));
          const definitions = [`${name}@1`];
          await kit.advance(2);
          const late = async (): Promise<string> => {
            await kit.jitter();
            return (await kit.flush(record, { entries: [kit.entry(1, { name: 'late' })], customStatus: '"late"' }))
              .kind;
          };
          const claim = async (): Promise<{ head: number; journal: string[]; fence: number }> => {
            for (;;) {
              await kit.jitter();
              const { claimed } = await second.poll(kit.request({ workerId: 'worker-2', definitions }));
              // Nothing is claimed while the late writer holds the row.
              if (claimed[0] === undefined) continue;
              const [journal] = await second.readJournals([{ workflowId: name, generation: 1 }]);
              return {
                head: claimed[0].head,
                fence: claimed[0].fence,
                journal: (journal ?? []).map((entry) => entry.name),
              };
            }
          };

          const [kind, claimed] = await Promise.all([late(), claim()]);

          const expected = kind === 'applied' ? ['late'] : [];
          if (kind !== 'applied') fenced += 1;
          assert.deepEqual([claimed.journal, claimed.head], [expected, expected.length], `the late write was ${kind}`);
          assert.deepEqual(await kit.names(name), expected);
          assert.equal((await kit.get(name)).customStatus, kind === 'applied' ? '"late"' : undefined);
          const next = { id: name, generation: 1, fence: claimed.fence };
          assert.equal((await kit.flush(next, { entries: [kit.entry(expected.length + 1)] })).kind, 'applied');
          assert.equal((await kit.flush(record, { entries: [kit.entry(expected.length + 2)] })).kind, 'fenced');
        });
        assert.ok(kit.rounds < 100 || fenced > 0, 'The race never came out the other way.');
      },
    );

    rule('who has given the lease back writes no more', async (kit) => {
      const endings: Parts[] = [
        { transition: { kind: 'suspend', status: 'suspended' } },
        { transition: { kind: 'release' } },
        { transition: { kind: 'mismatch', buildId: 'build-1', error: '{}' } },
        { transition: { kind: 'quarantine', error: '{}' } },
        { transition: { kind: 'end', status: 'completed' } },
      ];
      for (const ending of endings) {
        const record = await kit.running();
        await kit.write(record, ending);
        for (const parts of staleParts(kit))
          assert.equal((await kit.flush(record, parts)).kind, 'fenced', ending.transition?.kind);
        assert.deepEqual(await kit.names(record.id), []);
      }
    });

    rule('a generation that is over takes no more writes', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { transition: { kind: 'continue', input: '2', inputHash: 'two', seed: 'two' } });

      assert.equal((await kit.flush(record, { entries: [kit.entry(1)] })).kind, 'fenced');
      await kit.write({ ...record, generation: 2 }, { entries: [kit.entry(1)] });
    });

    rule('a unit sent again after a lost answer counts as applied, and changes nothing', async (kit) => {
      for (const parts of repeatable(kit)) {
        const record = await kit.running();
        const waits = [kit.wait('paid')];
        const unit: Parts = {
          stream: [{ afterPosition: 1, index: 0, kind: 'emit', payload: '1' }],
          children: [
            {
              seed: kit.seed({
                id: `child of ${record.id}`,
                parent: { workflowId: record.id, generation: 1, close: 'abandon' },
              }),
            },
          ],
          signals: [kit.signal({ id: `to ${record.id}`, workflowId: record.id, name: 'later' })],
          events: [kit.event(record, 1, 'suspended')],
          waits,
          ...parts,
        };
        const label = `${unit.entries?.length ?? 0} entries, ${unit.transition?.kind ?? 'no transition'}`;

        const first = await kit.flush(record, unit, true);
        assert.equal(first.kind, 'applied', label);
        const state = await snapshot(kit, record.id);
        const again = await kit.flush(record, unit, true);
        assert.equal(again.kind, 'applied', label);

        assert.equal(again.kind === 'applied' && again.existingChildren, undefined, label);
        assert.deepEqual(await snapshot(kit, record.id), state, label);
        assert.deepEqual(
          (await kit.events()).map((event) => event.eventId),
          [`${record.id}:1:1`],
          label,
        );
      }
    });

    rule('a unit sent again is applied also when somebody has claimed the instance since', async (kit) => {
      const record = await kit.running({ id: 'a' });
      const unit: Parts = { entries: [kit.entry(1)], transition: { kind: 'suspend', status: 'suspended', dueAt: 1 } };
      await kit.write(record, unit);
      const next = await kit.claim('a', { workerId: 'worker-2' });

      assert.equal((await kit.flush(record, unit, true)).kind, 'applied');
      assert.deepEqual(compact(await kit.get('a')), compact(next));
    });

    rule('a unit that never arrived is not taken for another writer’s', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.advance(LEASE_MS + 1);
      const next = await kit.claim('a', { workerId: 'worker-2' });
      await kit.write(next, { entries: [kit.entry(1)] });

      assert.equal((await kit.flush(record, { entries: [kit.entry(1)] }, true)).kind, 'fenced');
      const foreign = await kit.flush(next, { entries: [kit.entry(1, { name: 'another' })] }, true);
      assert.equal(foreign.kind, 'conflict');
      assert.deepEqual(await kit.names('a'), ['step-1']);
    });

    rule('a unit sent again after an answer that was lost on the way there is written', async (kit) => {
      const record = await kit.running({ id: 'a' });
      assert.equal((await kit.flush(record, { entries: [kit.entry(1)] }, true)).kind, 'applied');
      assert.deepEqual(await kit.names('a'), ['step-1']);
    });
  },
};

/** What an owner might still want to write when it is none any more. */
function staleParts(kit: ContractKit): Parts[] {
  return [
    { entries: [kit.entry(1, { name: 'stale' })] },
    { entries: [kit.entry(1, { name: 'stale' })], transition: { kind: 'end', status: 'completed', output: '1' } },
    { transition: { kind: 'end', status: 'failed', error: '{}' } },
    { transition: { kind: 'suspend', status: 'suspended' } },
    { transition: { kind: 'release' } },
    { transition: { kind: 'continue', inputHash: 'x', seed: 'x' } },
    { transition: { kind: 'quarantine', error: '{}' } },
    { customStatus: '"stale"' },
    { stream: [{ afterPosition: 0, index: 0, kind: 'emit', payload: '"stale"' }] },
    { children: [{ seed: kit.seed({ id: 'stale-child' }) }] },
    { waits: [kit.wait('stale')] },
  ];
}

function repeatable(kit: ContractKit): Parts[] {
  const entries = [kit.entry(1), kit.entry(2)];
  return [
    { entries },
    { entries, transition: { kind: 'suspend', status: 'suspended' } },
    { entries, transition: { kind: 'end', status: 'completed', output: '1' } },
    { entries, transition: { kind: 'continue', input: '2', inputHash: 'two', seed: 'two' } },
    { entries, transition: { kind: 'release' } },
    { entries, transition: { kind: 'mismatch', buildId: 'build-9', error: '{}' } },
    { entries, transition: { kind: 'quarantine', error: '{}' } },
    { transition: { kind: 'suspend', status: 'suspended' } },
    { transition: { kind: 'end', status: 'completed', output: '1' } },
  ];
}

async function snapshot(kit: ContractKit, id: string): Promise<unknown> {
  const { updatedAt: _updatedAt, ...record } = await kit.get(id);
  return compact({
    record,
    journal: await kit.store.readJournal(id, 1),
    stream: await kit.store.readStream(id, 0, 100),
    children: (await kit.store.children(id)).map((child) => child.id),
    mailbox: (await kit.store.readUnconsumed(id)).map((signal) => signal.id),
  });
}
