import assert from 'node:assert/strict';
import type { InstanceRecord } from '../../core/records/index.js';
import type { InstanceQuery } from '../../core/store/index.js';
import { compact } from './assertions.js';
import type { CaseGroup } from './contract-case.js';
import type { ContractKit } from './contract-kit.js';

/** @internal */
export const readingCases: CaseGroup = {
  title: 'finding and listing',
  define(rule) {
    rule('what is not there is not found', async (kit) => {
      assert.equal(await kit.store.find('unknown'), undefined);
      assert.deepEqual(await kit.store.list({ limit: 10 }), []);
      assert.deepEqual(await kit.store.children('unknown'), []);
      assert.deepEqual(await kit.store.readUnconsumed('unknown'), []);
      assert.deepEqual(await kit.store.readStream('unknown', 0, 10), []);
      assert.equal(await kit.store.readProgress('unknown', 1, 'step'), undefined);
    });

    rule('a listing is newest first and no longer than asked for', async (kit) => {
      await spread(kit, ['a', 'b', 'c']);
      assert.deepEqual(await ids(kit, { limit: 10 }), ['c', 'b', 'a']);
      assert.deepEqual(await ids(kit, { limit: 2 }), ['c', 'b']);
      assert.deepEqual(compact((await kit.store.list({ limit: 1 }))[0]), compact(await kit.get('c')));
    });

    rule('pages join without gaps or repetitions while instances come and go', async (kit) => {
      // Several at one instant, so that the id has to decide.
      for (let group = 0; group < 5; group += 1) {
        await kit.store.start(
          Array.from({ length: 7 }, (_, index) => ({ seed: kit.seed({ id: `item-${group}-${(index * 5) % 7}` }) })),
        );
        await kit.advance(3);
      }
      const all = await ids(kit, { limit: 1_000 });
      assert.equal(new Set(all).size, 35);

      const seen: string[] = [];
      let after: InstanceQuery['after'];
      for (;;) {
        const page: InstanceRecord[] = await kit.store.list({ limit: 4, ...(after === undefined ? {} : { after }) });
        const last = page.at(-1);
        if (last === undefined) break;
        seen.push(...page.map((record) => record.id));
        after = { createdAt: last.createdAt, id: last.id };
        await kit.created({ id: `newer-${seen.length}` });
        await kit.store.terminate(last.id, 'gone', '{}');
        await kit.store.delete(last.id);
      }

      assert.deepEqual(seen, all);
    });

    rule('a listing is narrowed by status, name, version and parent', async (kit) => {
      const parent = await kit.running({ id: 'parent', name: 'batch' });
      await kit.write(parent, {
        children: [
          { seed: kit.seed({ id: 'child', parent: { workflowId: 'parent', generation: 1, close: 'abandon' } }) },
        ],
      });
      await kit.created({ id: 'second', version: 2 });
      await kit.advance(5);
      await kit.ended({ id: 'done' });

      assert.deepEqual(await ids(kit, { limit: 10, status: ['running', 'completed'] }), ['done', 'parent']);
      assert.deepEqual(await ids(kit, { limit: 10, status: [] }), []);
      assert.deepEqual(await ids(kit, { limit: 10, name: 'batch' }), ['parent']);
      assert.deepEqual(await ids(kit, { limit: 10, name: 'order', version: 2 }), ['second']);
      assert.deepEqual(await ids(kit, { limit: 10, parentId: 'parent' }), ['child']);
      assert.deepEqual(await ids(kit, { limit: 10, parentId: 'nobody' }), []);
    });

    rule('attributes are compared by what they contain', async (kit) => {
      await spread(kit, ['both', 'one', 'none'], (id) => ({
        attributes: {
          ...(id === 'none' ? {} : { region: 'eu' }),
          ...(id === 'both' ? { vip: true, size: 1, note: null } : {}),
        },
      }));

      assert.deepEqual(await ids(kit, { limit: 10, attributes: { region: 'eu' } }), ['one', 'both']);
      assert.deepEqual(await ids(kit, { limit: 10, attributes: { region: 'eu', vip: true } }), ['both']);
      assert.deepEqual(await ids(kit, { limit: 10, attributes: { note: null } }), ['both']);
      assert.deepEqual(await ids(kit, { limit: 10, attributes: { size: '1' } }), []);
      assert.deepEqual(await ids(kit, { limit: 10, attributes: {} }), ['none', 'one', 'both']);
    });

    rule('a listing is narrowed by the time of creation', async (kit) => {
      const [a, , c] = await spread(kit, ['a', 'b', 'c'], () => ({}), 1_000);
      const from = (a as InstanceRecord).createdAt + 500;
      const to = (c as InstanceRecord).createdAt - 500;
      assert.deepEqual(await ids(kit, { limit: 10, createdAfter: from }), ['c', 'b']);
      assert.deepEqual(await ids(kit, { limit: 10, createdBefore: to }), ['b', 'a']);
      assert.deepEqual(await ids(kit, { limit: 10, createdAfter: from, createdBefore: to }), ['b']);
    });

    rule('filters and pages go together', async (kit) => {
      await spread(kit, ['a1', 'b1', 'a2', 'b2', 'a3'], (id) => ({ attributes: { group: id.slice(0, 1) } }));
      const first = await kit.store.list({ limit: 2, attributes: { group: 'a' } });
      assert.deepEqual(
        first.map((record) => record.id),
        ['a3', 'a2'],
      );
      const last = first[1] as InstanceRecord;
      assert.deepEqual(
        await ids(kit, { limit: 2, attributes: { group: 'a' }, after: { createdAt: last.createdAt, id: last.id } }),
        ['a1'],
      );
    });

    rule('another process sees the same', async (kit) => {
      const second = await kit.second();
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { entries: [kit.entry(1)], customStatus: '1' });

      assert.deepEqual(compact(await second.find('a')), compact(await kit.get('a')));
      assert.deepEqual(
        (await second.readJournal('a')).map((entry) => entry.name),
        ['step-1'],
      );
    });
  },
};

async function spread(
  kit: ContractKit,
  all: readonly string[],
  extra: (id: string) => Parameters<ContractKit['created']>[0] = () => ({}),
  stepMs = 5,
): Promise<InstanceRecord[]> {
  const records: InstanceRecord[] = [];
  for (const id of all) {
    records.push(await kit.created({ id, ...extra(id) }));
    await kit.advance(stepMs);
  }
  return records;
}

async function ids(kit: ContractKit, query: InstanceQuery): Promise<string[]> {
  return (await kit.store.list(query)).map((record) => record.id);
}
