import assert from 'node:assert/strict';
import type { InstanceRecord } from '../../core/records/index.js';
import type { RequestOutcome } from '../../core/store/index.js';
import { compact } from './assertions.js';
import type { CaseGroup } from './contract-case.js';
import type { ContractKit } from './contract-kit.js';

/** @internal */
export const generationsCases: CaseGroup = {
  title: 'generations, retry and restart',
  define(rule) {
    rule('the next generation begins in the same lease with new input and an empty journal', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { entries: [kit.entry(1)] });
      await kit.write(record, {
        entries: [kit.entry(2, { kind: 'continued', name: '$continued' })],
        transition: { kind: 'continue', input: '{"n":2}', inputHash: 'two', seed: 'second' },
      });

      const next = await kit.get('a');
      assert.deepEqual(
        [next.generation, next.input, next.inputHash, next.seed, next.head, next.fence, next.workerId, next.status],
        [2, '{"n":2}', 'two', 'second', 0, 1, 'worker-1', 'running'],
      );
      await kit.write(next, { entries: [kit.entry(1, { name: 'again' })] });
      assert.deepEqual([await kit.names('a'), await kit.names('a', 2)], [['again'], ['again']]);
      assert.deepEqual(await kit.names('a', 1), ['step-1', '$continued']);
    });

    rule('the next generation keeps signals that nobody took and drops waits', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { waits: [kit.wait('paid')] });
      await kit.store.signal([kit.signal({ id: 'x', workflowId: 'a' })]);
      await kit.write(record, { transition: { kind: 'continue', inputHash: 'two', seed: 'two' } });
      const next = await kit.get('a');
      assert.deepEqual(await kit.inbox(next), []);

      const [answer] = await kit.store.signal([kit.signal({ id: 'y', workflowId: 'a' })]);
      assert.equal(answer?.kind === 'stored' && answer.woken, 0);
      await kit.write(next, { waits: [kit.wait('paid')] });
      assert.deepEqual(await kit.inboxIds(next), ['x', 'y']);
    });

    rule('a retry removes what it is told and keeps the rest', async (kit) => {
      const failed = await failedWith(kit, 'a', 4);
      await kit.events();

      const outcome = await kit.store.reopen({
        workflowId: 'a',
        fence: failed.fence,
        removePositions: [2, 4],
        timeoutMs: 60_000,
      });

      assert.equal(outcome?.accepted, true);
      assert.deepEqual(await kit.names('a'), ['step-1', 'step-3']);
      const record = await kit.get('a');
      assert.deepEqual(
        [record.head, record.generation, record.error, record.endedAt, record.workerId],
        [4, 1, undefined, undefined, undefined],
      );
      assert.ok((record.deadlineAt as number) > failed.createdAt + 59_000);
      assert.deepEqual(
        outcome?.events.map((event) => [event.type, event.seq]),
        [['retried', failed.eventSeq + 1]],
      );
      assert.deepEqual(
        (await kit.events()).map((event) => event.type),
        ['retried'],
      );
      const owner = await kit.claim('a');
      assert.deepEqual([owner.head, owner.status], [4, 'running']);
      await kit.write(owner, { entries: [kit.entry(5)] });
      assert.deepEqual(await kit.names('a'), ['step-1', 'step-3', 'step-5']);
    });

    rule('a retry gives back the signals that removed entries had taken', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.advance(5);
      await kit.store.signal([
        kit.signal({ id: 'kept', workflowId: 'a' }),
        kit.signal({ id: 'mine', workflowId: 'a' }),
        kit.signal({ id: 'topic' }),
      ]);
      await kit.write(record, {
        entries: ['kept', 'mine', 'topic'].map((signalId, index) =>
          kit.entry(index + 1, { kind: 'arrival', signalId }),
        ),
        transition: { kind: 'end', status: 'failed', error: '{}' },
      });
      assert.deepEqual(await kit.store.readUnconsumed('a'), []);
      await kit.store.reopen({ workflowId: 'a', fence: 1, removePositions: [2, 3] });

      assert.deepEqual(
        (await kit.store.readUnconsumed('a')).map((signal) => signal.id),
        ['mine'],
      );
      const owner = await kit.claim('a');
      await kit.write(owner, { waits: [kit.wait('paid')] });
      assert.deepEqual((await kit.inboxIds(owner)).sort(), ['mine', 'topic']);
    });

    rule('a retry starts without the old cancel request and crashes', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.store.requestCancel('a', 'enough', '{}');
      await kit.write(record, { transition: { kind: 'end', status: 'failed', error: '{}' } });
      await kit.store.reopen({ workflowId: 'a', fence: 1, removePositions: [] });

      const owner = await kit.claim('a');
      assert.deepEqual([owner.cancel, owner.crashes], [undefined, 0]);
    });

    rule('only a failed instance that has not changed since is retried', async (kit) => {
      const failed = await failedWith(kit, 'failed', 1);
      const completed = await kit.ended({ id: 'completed' });
      const running = await kit.running({ id: 'running' });
      const before = compact([failed, completed, running]);

      assertRefused(await kit.store.reopen({ workflowId: 'unknown', fence: 1, removePositions: [] }));
      assertRefused(await kit.store.reopen({ workflowId: 'failed', fence: failed.fence + 1, removePositions: [1] }));
      assertRefused(await kit.store.reopen({ workflowId: 'completed', fence: completed.fence, removePositions: [] }));
      assertRefused(await kit.store.reopen({ workflowId: 'running', fence: running.fence, removePositions: [] }));

      assert.deepEqual(
        compact([await kit.get('failed'), await kit.get('completed'), await kit.get('running')]),
        before,
      );
      assert.deepEqual(await kit.names('failed'), ['step-1']);
    });

    rule('of two retries at the same time one is done', async (kit) => {
      const second = await kit.second();
      await kit.race(Math.ceil(kit.rounds / 10), async (round) => {
        const failed = await failedWith(kit, `raced-${round}`, 2);
        const retry = async (position: number, store = kit.store): Promise<boolean> => {
          await kit.jitter();
          const outcome = await store.reopen({
            workflowId: failed.id,
            fence: failed.fence,
            removePositions: [position],
          });
          return outcome?.accepted === true;
        };
        const done = await Promise.all([retry(1), retry(2, second)]);
        assert.deepEqual([...done].sort(), [false, true]);
        assert.deepEqual(await kit.names(failed.id), [done[0] ? 'step-2' : 'step-1']);
      });
    });

    rule('a restart is a new generation with the same input', async (kit) => {
      const record = await kit.running({ id: 'a', input: '{"amount":5}', timeoutMs: 5_000 });
      await kit.write(record, { entries: [kit.entry(1)], customStatus: '1' });
      await kit.store.signal([kit.signal({ id: 'x', workflowId: 'a' })]);
      await kit.write(record, {
        entries: [kit.entry(2)],
        transition: { kind: 'end', status: 'completed', output: '1' },
      });
      await kit.advance(60_000);

      const outcome = await kit.store.restart('a', 'another seed');

      assert.equal(outcome?.accepted, true);
      assert.deepEqual(
        outcome?.events.map((event) => event.generation),
        [2],
      );
      const owner = await kit.claim('a');
      assert.deepEqual(
        [
          owner.generation,
          owner.input,
          owner.inputHash,
          owner.seed,
          owner.head,
          owner.output,
          owner.endedAt,
          owner.status,
        ],
        [2, '{"amount":5}', record.inputHash, 'another seed', 0, undefined, undefined, 'running'],
      );
      assert.ok((owner.deadlineAt as number) >= record.createdAt + 65_000);
      await kit.write(owner, { entries: [kit.entry(1, { name: 'again' })], waits: [kit.wait('paid')] });
      assert.deepEqual([await kit.names('a', 1), await kit.names('a')], [['step-1', 'step-2'], ['again']]);
      assert.deepEqual(await kit.inboxIds(owner), ['x']);
    });

    rule('an open or unknown instance is not restarted', async (kit) => {
      const record = await kit.running({ id: 'a' });
      const outcome = await kit.store.restart('a', 'seed');
      assert.notEqual(outcome?.accepted, true);
      assert.deepEqual(compact(await kit.get('a')), compact(record));
      assert.equal(await kit.store.restart('unknown', 'seed'), undefined);
    });

    rule('an ended instance that is opened again is told the first outcome’s owner apart', async (kit) => {
      const failed = await failedWith(kit, 'a', 1);
      await kit.store.restart('a', 'again');
      const late = { id: 'a', generation: 1, fence: failed.fence };
      assert.equal((await kit.flush(late, { entries: [kit.entry(2)] })).kind, 'fenced');
      assert.equal((await kit.flush({ ...late, generation: 2 }, { entries: [kit.entry(1)] })).kind, 'fenced');
      assert.deepEqual(await kit.names('a'), []);
    });
  },
};

async function failedWith(kit: ContractKit, id: string, entries: number): Promise<InstanceRecord> {
  const record = await kit.running({ id });
  await kit.write(record, {
    entries: Array.from({ length: entries }, (_, index) => kit.entry(index + 1)),
    transition: { kind: 'end', status: 'failed', error: '{}' },
  });
  return kit.get(id);
}

function assertRefused(outcome: RequestOutcome | undefined): void {
  assert.notEqual(outcome?.accepted, true);
}
