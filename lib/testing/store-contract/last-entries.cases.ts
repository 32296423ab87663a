import assert from 'node:assert/strict';
import type { InstanceRecord } from '../../core/records/index.js';
import type { FlushResult, FlushUnit } from '../../core/store/index.js';
import type { CaseGroup } from './contract-case.js';
import type { ContractKit } from './contract-kit.js';

interface Last {
  readonly status: 'completed' | 'failed';
  readonly output?: string;
  readonly error?: string;
  readonly attempts: number;
}

const ERROR = '{"name":"Error","message":"no"}';
const ALIKE: readonly Last[] = [
  { status: 'completed', output: '1', attempts: 1 },
  { status: 'completed', output: '"two"', attempts: 1 },
  { status: 'completed', output: '3', attempts: 1 },
];
const UNLIKE: readonly Last[] = [
  { status: 'completed', output: '{"a":"b\\"c"}', attempts: 1 },
  { status: 'failed', error: ERROR, attempts: 3 },
  { status: 'completed', attempts: 1 },
];

/** @internal */
export const lastEntriesCases: CaseGroup = {
  title: 'last entries',
  define(rule) {
    const travel: readonly (readonly [what: string, lasts: readonly Last[]])[] = [
      ['of one instance', UNLIKE.slice(1, 2)],
      ['of several that end alike', ALIKE],
      ['of several that end each in its way', UNLIKE],
    ];
    for (const [what, lasts] of travel) {
      rule(`a last result and the end it leads to are written as they were given: ${what}`, async (kit) => {
        const records = await running(kit, lasts.length);

        const results = await end(kit, records, lasts);

        for (const [index, { attempts, ...outcome }] of lasts.entries()) {
          const { id } = records[index] as InstanceRecord;
          assert.deepEqual(results[index], { kind: 'applied', wakes: 0, cancelRequested: false });
          const { status, output, error, workerId, dueAt, head, eventSeq, endedAt } = await kit.get(id);
          assert.deepEqual({ status, output, error }, { output: undefined, error: undefined, ...outcome });
          assert.deepEqual([workerId, dueAt, head, eventSeq], [undefined, undefined, 1, 0]);
          assert.ok(endedAt !== undefined);
          const entries = await kit.store.readJournal(id);
          assert.deepEqual(
            entries.map((entry) => [entry.name, entry.position, entry.attempts, entry.value]),
            [[`last-${index}`, 1, attempts, `"${index}"`]],
          );
        }
      });
    }

    rule('instances that end travel beside others that go on', async (kit) => {
      const records = await running(kit, 4);
      const unit = (index: number, ends: boolean): FlushUnit =>
        kit.unit(records[index] as InstanceRecord, {
          entries: [kit.entry(1, { name: `step-${index}` })],
          ...(ends ? { transition: { kind: 'end', status: 'completed', output: `${index}` }, waitless: true } : {}),
        });

      const results = await kit.store.flush([unit(0, true), unit(1, false), unit(2, true), unit(3, false)]);

      assert.deepEqual(
        results.map(({ kind }) => kind),
        ['applied', 'applied', 'applied', 'applied'],
      );
      for (const [index, { id }] of records.entries()) {
        const { status, output, workerId } = await kit.get(id);
        const expected = index % 2 === 0 ? ['completed', `${index}`, undefined] : ['running', undefined, 'worker-1'];
        assert.deepEqual([status, output, workerId], expected);
        assert.deepEqual(await kit.names(id), [`step-${index}`]);
      }
    });

    rule('an end that expects no cancel is refused beside others that are written', async (kit) => {
      const records = await running(kit, ALIKE.length);
      await kit.store.requestCancel('last-1', 'enough', '{}');

      const results = await end(kit, records, ALIKE);

      assert.deepEqual(
        results.map(({ kind }) => kind),
        ['applied', 'changed', 'applied'],
      );
      assert.equal((await kit.get('last-1')).status, 'running');
      assert.deepEqual(await kit.names('last-1'), []);
    });
  },
};

async function running(kit: ContractKit, count: number): Promise<InstanceRecord[]> {
  const records: InstanceRecord[] = [];
  for (let index = 0; index < count; index += 1) records.push(await kit.running({ id: `last-${index}` }));
  return records;
}

function end(
  kit: ContractKit,
  records: readonly InstanceRecord[],
  lasts: readonly Last[],
): Promise<readonly FlushResult[]> {
  return kit.store.flush(
    records.map((record, index) => {
      const { attempts, ...outcome } = lasts[index] as Last;
      return kit.unit(record, {
        entries: [kit.entry(1, { name: `last-${index}`, attempts, value: `"${index}"` })],
        transition: { kind: 'end', ...outcome },
        expect: { noCancel: true },
        waitless: true,
      });
    }),
  );
}
