import assert from 'node:assert/strict';
import type { InstanceRecord, JournalEntry } from '../../core/records/index.js';
import type { FlushUnit } from '../../core/store/index.js';
import { compact, one } from './assertions.js';
import type { CaseGroup } from './contract-case.js';
import { LEASE_MS, type ContractKit } from './contract-kit.js';

/** @internal */
export const flushingCases: CaseGroup = {
  title: 'flushing',
  define(rule) {
    rule('entries come back as they were written, in the order of their positions', async (kit) => {
      const record = await kit.running({ id: 'a' });
      const entries: JournalEntry[] = [
        kit.entry(1, { value: '{"b": 1,"a":[1.0,"ü\\u0000😀"],  "b2":{"z":0,"a":0}}' }),
        kit.entry(2, { value: undefined, name: 'order%2F1/item#2', attempts: 3 }),
        kit.entry(3, { status: 'failed', value: undefined, error: '{"name":"Error","message":"no"}' }),
        kit.entry(4, {
          kind: 'wait',
          status: 'running',
          value: undefined,
          data: { dueAt: { $timeout: 1_800_000_000_000, later: 9_007_199_254_740_991 } },
        }),
        kit.entry(5, {
          kind: 'arrival',
          signalId: 'signal-x',
          data: { winner: 'it', childId: 'c', parentClose: 'cancel' },
        }),
      ];
      await kit.write(record, { entries: entries.slice(0, 2) });
      await kit.write(record, { entries: entries.slice(2) });

      assert.deepEqual(compact(await kit.store.readJournal('a')), compact(entries));
      assert.deepEqual(compact(await kit.store.readJournals([{ workflowId: 'a', generation: 1 }])), [compact(entries)]);
    });

    rule('what callers do with entries they gave or got changes nothing', async (kit) => {
      const record = await kit.running({ id: 'a' });
      const data = { winner: 'it' };
      await kit.write(record, { entries: [kit.entry(1, { data })] });
      data.winner = 'another';
      const read = one(await kit.store.readJournal('a'));
      Object.assign(read.data as object, { winner: 'a third' });
      Object.assign(read, { value: '"changed"' });

      const again = one(await kit.store.readJournal('a'));
      assert.deepEqual([again.data?.winner, again.value], ['it', '{"at":1}']);
    });

    rule('many units travel together, and each stands for itself', async (kit) => {
      const good = await kit.running({ id: 'a' });
      const lost = await kit.running({ id: 'b' });
      const seen = await kit.running({ id: 'c' });
      const taken = await kit.running({ id: 'd' });
      await kit.write(taken, { entries: [kit.entry(1)] });

      const results = await kit.store.flush([
        kit.unit(taken, { entries: [kit.entry(1, { name: 'other' })] }),
        kit.unit({ ...lost, fence: lost.fence - 1 }, { entries: [kit.entry(1)] }),
        kit.unit(good, { entries: [kit.entry(1)] }),
        kit.unit(seen, { entries: [kit.entry(1)], expect: { wakes: 99 } }),
        kit.unit({ id: 'unknown', generation: 1, fence: 1 }, { entries: [kit.entry(1)] }),
      ]);

      assert.deepEqual(
        results.map((result) => result.kind),
        ['conflict', 'fenced', 'applied', 'changed', 'fenced'],
      );
      assert.deepEqual([await kit.names('a'), await kit.names('b'), await kit.names('c')], [['step-1'], [], []]);
    });

    rule('a position is taken once: the other writer’s whole unit is refused', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { entries: [kit.entry(1)] });

      const result = await kit.flush(record, everything(kit, 1));

      assert.equal(result.kind, 'conflict');
      await assertNothingOf(kit, 'a', ['step-1']);
    });

    rule('of two writers of one position at the same time one is applied', async (kit) => {
      const second = await kit.second();
      await kit.race(Math.ceil(kit.rounds / 5), async (round) => {
        const record = await kit.running({ id: `raced-${round}` });
        const write = async (name: string, store = kit.store): Promise<string> => {
          await kit.jitter();
          return (
            await kit.flush(
              record,
              { entries: [kit.entry(1, { name }), kit.entry(2, { name: `${name}-2` })] },
              false,
              store,
            )
          ).kind;
        };

        const kinds = await Promise.all([write('left'), write('right', second)]);

        assert.deepEqual([...kinds].sort(), ['applied', 'conflict']);
        const winner = kinds[0] === 'applied' ? 'left' : 'right';
        assert.deepEqual(await kit.names(record.id), [winner, `${winner}-2`]);
      });
    });

    rule('a row that cannot be stored fails its unit and never its neighbours', async (kit) => {
      const bad = await kit.running({ id: 'bad' });
      const good = await kit.running({ id: 'good' });
      const badChild = await kit.running({ id: 'bad-child' });
      const also = await kit.running({ id: 'also' });

      const results = await kit.store.flush([
        kit.unit(good, { entries: [kit.entry(1)] }),
        kit.unit(bad, { ...everything(kit, 1), entries: [kit.entry(1), kit.entry(2, { value: '"\0"' })] }),
        kit.unit(badChild, { entries: [kit.entry(1)], children: [{ seed: kit.seed({ id: 'x', input: '"\0"' }) }] }),
        kit.unit(also, { entries: [kit.entry(1)], transition: { kind: 'end', status: 'completed' } }),
      ]);

      assert.deepEqual(
        results.map((result) => result.kind),
        ['applied', 'rejected', 'rejected', 'applied'],
      );
      const rejected = results[1];
      assert.ok(rejected?.kind === 'rejected' && rejected.error instanceof Error);
      assert.deepEqual([await kit.names('good'), await kit.names('bad-child')], [['step-1'], []]);
      assert.equal((await kit.get('also')).status, 'completed');
      await assertNothingOf(kit, 'bad', []);
      assert.equal((await kit.write(bad, { entries: [kit.entry(1)] })).kind, 'applied');
    });

    rule('a unit is refused where something happened that its owner has not seen', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { waits: [kit.wait('paid')] });
      await kit.store.signal([kit.signal({ workflowId: 'a' })]);
      const { wakes } = await kit.get('a');
      assert.equal(wakes, record.wakes + 1);

      const woken = await kit.flush(record, { ...everything(kit, 1), expect: { wakes: record.wakes } });
      assert.deepEqual(woken, { kind: 'changed', wakes, cancelRequested: false });
      await assertNothingOf(kit, 'a', []);
      assert.equal((await kit.flush(record, { expect: { wakes, noCancel: true } })).kind, 'applied');

      await kit.store.requestCancel('a', 'enough', '{}');
      const cancelled = await kit.flush(record, { ...everything(kit, 1), expect: { noCancel: true } });
      assert.equal(cancelled.kind === 'changed' && cancelled.cancelRequested, true);
      await assertNothingOf(kit, 'a', []);
      const answer = await kit.write(record, { entries: [kit.entry(1, { kind: 'cancel', name: '$cancel' })] });
      assert.equal(answer.cancelRequested, true);
    });

    rule('an end is final: outcome and last entries in one, the lease over', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, {
        entries: [kit.entry(1)],
        transition: { kind: 'end', status: 'failed', error: '{"name":"Error","message":"no"}' },
      });

      const ended = await kit.get('a');
      assert.deepEqual(
        [ended.status, ended.error, ended.workerId, ended.dueAt],
        ['failed', '{"name":"Error","message":"no"}', undefined, undefined],
      );
      assert.ok((ended.endedAt as number) >= ended.createdAt);
      await kit.advance(10 * LEASE_MS);
      await kit.assertNotClaimable();
    });

    rule('undoing shows in the status until the end, over suspensions and claims', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { transition: { kind: 'compensate' } });
      const undoing = await kit.get('a');
      assert.deepEqual([undoing.status, undoing.workerId], ['compensating', 'worker-1']);
      await kit.write(record, {
        entries: [kit.entry(1)],
        transition: { kind: 'suspend', status: 'compensating', dueAt: 1 },
      });

      const next = await kit.claim('a', { workerId: 'worker-2' });

      assert.equal(next.status, 'compensating');
      await kit.write(next, { transition: { kind: 'end', status: 'cancelled' } });
      assert.equal((await kit.get('a')).status, 'cancelled');
    });

    rule('the custom status is set, left alone and cleared', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { customStatus: '{"b":1, "a":2}' });
      await kit.write(record, { entries: [kit.entry(1)] });
      assert.equal((await kit.get('a')).customStatus, '{"b":1, "a":2}');
      await kit.write(record, { customStatus: null });
      assert.equal((await kit.get('a')).customStatus, undefined);
    });

    rule('crossing flushes of many instances all get through', async (kit) => {
      const second = await kit.second();
      const records: InstanceRecord[] = [];
      for (let index = 0; index < 12; index += 1)
        records.push(await kit.running({ id: `crossed-${index}` }, kit.grant('worker-1', 'build-1', 600_000)));
      for (let round = 0; round < Math.ceil(kit.rounds / 20); round += 1) {
        const half = (offset: number): typeof records => records.filter((_, index) => index % 2 === offset);
        const send = async (of: typeof records, store = kit.store): Promise<void> => {
          const results = await store.flush(of.map((record) => kit.unit(record, { entries: [kit.entry(round + 1)] })));
          assert.ok(results.every((result) => result.kind === 'applied'));
        };
        const leases = records.map(({ id, fence }) => ({ workflowId: id, fence })).reverse();
        const [, , renewal] = await Promise.all([
          send(half(0)),
          send(half(1).reverse(), second),
          kit.store.renew({ workerId: 'worker-1', leaseMs: 600_000, leases }),
          second.signal(records.map((record) => kit.signal({ workflowId: record.id }))),
        ]);
        assert.equal(renewal.renewed.length + renewal.skipped.length, records.length);
      }
      for (const record of records) assert.equal((await kit.names(record.id)).length, Math.ceil(kit.rounds / 20));
    });

    rule('large units and wide calls are written whole', async (kit) => {
      const record = await kit.running({ id: 'long' });
      await kit.write(record, { entries: Array.from({ length: 1_000 }, (_, index) => kit.entry(index + 1)) });
      assert.equal((await kit.names('long')).length, 1_000);

      const started = await kit.store.start(
        Array.from({ length: 300 }, (_, index) => ({ seed: kit.seed({ id: `wide-${index}` }), lease: kit.grant() })),
      );
      const owners = started.map((result) => (result.kind === 'created' ? result.record : record));
      const results = await kit.store.flush(owners.map((owner) => kit.unit(owner, { entries: [kit.entry(1)] })));
      assert.ok(results.every((result) => result.kind === 'applied'));
    });

    rule('journals are read in the order asked for, and empty where there is none', async (kit) => {
      await kit.write(await kit.running({ id: 'a' }), { entries: [kit.entry(1)] });
      await kit.write(await kit.running({ id: 'b' }), { entries: [kit.entry(1), kit.entry(2)] });
      await kit.created({ id: 'c' });

      const journals = await kit.store.readJournals(
        ['c', 'b', 'unknown', 'a'].map((workflowId) => ({ workflowId, generation: 1 })),
      );

      assert.deepEqual(
        journals.map((journal) => journal.map((entry) => entry.position)),
        [[], [1, 2], [], [1]],
      );
      assert.deepEqual(await kit.store.readJournal('unknown'), []);
    });
  },
};

/** A unit with a part of every kind. */
function everything(kit: ContractKit, position: number): Partial<FlushUnit> {
  return {
    entries: [kit.entry(position, { name: 'refused' })],
    waits: [kit.wait('refused')],
    children: [{ seed: kit.seed({ id: 'refused-child' }) }],
    signals: [kit.signal({ id: 'refused-signal', name: 'refused' })],
    stream: [{ afterPosition: position, index: 0, kind: 'emit', payload: '1' }],
    customStatus: '"refused"',
    transition: { kind: 'end', status: 'completed' },
  };
}

async function assertNothingOf(kit: ContractKit, id: string, names: readonly string[]): Promise<void> {
  const record = await kit.get(id);
  assert.deepEqual(await kit.names(id), names);
  assert.deepEqual([record.status, record.customStatus, record.workerId], ['running', undefined, 'worker-1']);
  assert.equal(await kit.store.find('refused-child'), undefined);
  assert.deepEqual(await kit.store.readStream(id, 0, 10), []);
  const [answer] = await kit.store.signal([
    kit.signal({ id: 'refused-signal-probe', name: 'refused', workflowId: id }),
  ]);
  assert.equal(answer?.kind === 'stored' && answer.woken, 0);
}
