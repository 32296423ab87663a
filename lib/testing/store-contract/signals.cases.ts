import assert from 'node:assert/strict';
import { one } from './assertions.js';
import type { CaseGroup } from './contract-case.js';

/** @internal */
export const signalsCases: CaseGroup = {
  title: 'signals',
  define(rule) {
    rule('a signal to a mailbox is stored whole and listed until an entry names it', async (kit) => {
      const record = await kit.running({ id: 'a' });
      const seed = kit.signal({ workflowId: 'a', key: 'k', payload: '{"b":1, "a":"ü\\u0000"}' });
      await kit.store.signal([seed]);

      const { seq: _seq, receivedAt: _receivedAt, ...stored } = one(await kit.store.readUnconsumed('a'));
      assert.deepEqual(stored, seed);

      await kit.write(record, { entries: [kit.entry(1, { kind: 'arrival', signalId: seed.id })] });
      assert.deepEqual(await kit.store.readUnconsumed('a'), []);
    });

    rule('the same id sent twice is one signal, also after the instance has ended', async (kit) => {
      const record = await kit.running({ id: 'a' });
      const seed = kit.signal({ workflowId: 'a' });
      assert.deepEqual(await kit.store.signal([seed]), [{ kind: 'stored', created: true, woken: 0 }]);
      assert.deepEqual(await kit.store.signal([{ ...seed, payload: '2' }]), [
        { kind: 'stored', created: false, woken: 0 },
      ]);
      assert.equal(one(await kit.store.readUnconsumed('a')).payload, seed.payload);

      await kit.write(record, { transition: { kind: 'end', status: 'completed' } });
      assert.deepEqual(await kit.store.signal([seed]), [{ kind: 'stored', created: false, woken: 0 }]);
    });

    rule('a signal that an owner sends with its unit is one signal as well, and arrives', async (kit) => {
      const sender = await kit.running({ id: 'sender' });
      const receiver = await kit.suspended([kit.wait('paid')], { id: 'receiver' });
      const seed = kit.signal({ workflowId: 'receiver' });
      await kit.write(sender, { entries: [kit.entry(1)], signals: [seed] });
      await kit.write(sender, { entries: [kit.entry(2)], signals: [{ ...seed, payload: '2' }] });

      await kit.eventually('the wake-up', async () => (await kit.claimedIds()).includes('receiver'));
      const signal = one(await kit.inbox(receiver));
      assert.deepEqual([signal.id, signal.payload], [seed.id, seed.payload]);
    });

    rule('an unknown or ended mailbox refuses its signal, and only that one', async (kit) => {
      await kit.running({ id: 'open' });
      await kit.ended({ id: 'over' });

      const answers = await kit.store.signal([
        kit.signal({ workflowId: 'over' }),
        kit.signal({ workflowId: 'open' }),
        kit.signal({ workflowId: 'unknown' }),
        kit.signal({ key: 'topic' }),
      ]);

      assert.deepEqual(answers, [
        { kind: 'ended', status: 'completed' },
        { kind: 'stored', created: true, woken: 0 },
        { kind: 'unknown' },
        { kind: 'stored', created: true, woken: 0 },
      ]);
      assert.deepEqual(await kit.store.readUnconsumed('over'), []);
    });

    rule('a wait without a key takes any key from the mailbox, one with a key only that', async (kit) => {
      const any = await kit.suspended([kit.wait('paid')], { id: 'any' });
      const exact = await kit.suspended([kit.wait('paid', { key: 'eu' })], { id: 'exact' });
      for (const workflowId of ['any', 'exact']) {
        for (const key of [undefined, 'eu', 'us'])
          await kit.store.signal([kit.signal({ id: `${workflowId}-${key}`, workflowId, key })]);
      }

      assert.deepEqual(await kit.inboxIds(any), ['any-undefined', 'any-eu', 'any-us']);
      assert.deepEqual(await kit.inboxIds(exact), ['exact-eu']);
      assert.deepEqual(
        [(await kit.get('any')).wakes - any.wakes, (await kit.get('exact')).wakes - exact.wakes],
        [3, 1],
      );
    });

    rule('on a topic the key has to be the same, and no key matches no key', async (kit) => {
      const plain = await kit.suspended([kit.wait('paid')], { id: 'plain' });
      const keyed = await kit.suspended([kit.wait('paid', { key: 'eu' })], { id: 'keyed' });
      const answers = [];
      for (const key of [undefined, 'eu', 'us'])
        answers.push(one(await kit.store.signal([kit.signal({ id: `topic-${key}`, key })])));

      assert.deepEqual(
        answers.map((answer) => answer.kind === 'stored' && answer.woken),
        [1, 1, 0],
      );
      assert.deepEqual([await kit.inboxIds(plain), await kit.inboxIds(keyed)], [['topic-undefined'], ['topic-eu']]);
    });

    rule('a mailbox signal is for nobody else, and another name for nobody', async (kit) => {
      await kit.suspended([kit.wait('paid')], { id: 'a' });
      const other = await kit.suspended([kit.wait('paid')], { id: 'b' });
      await kit.store.signal([kit.signal({ workflowId: 'a' }), kit.signal({ workflowId: 'b', name: 'shipped' })]);

      assert.deepEqual(await kit.inbox(other), []);
      assert.equal((await kit.get('b')).wakes, other.wakes);
      await kit.claim('a');
    });

    rule(
      'every instance created before a topic signal takes it, whenever it waits; none created after',
      async (kit) => {
        const waiting = await kit.suspended([kit.wait('rate', { key: 'eur' })], { id: 'waiting' });
        const later = await kit.running({ id: 'later' });
        await kit.advance(5);
        const [answer] = await kit.store.signal([kit.signal({ id: 'x', name: 'rate', key: 'eur' })]);
        assert.equal(answer?.kind === 'stored' && answer.woken, 1);
        await kit.advance(5);
        const young = await kit.running({ id: 'young' });
        for (const record of [later, young]) await kit.write(record, { waits: [kit.wait('rate', { key: 'eur' })] });

        assert.deepEqual(
          [await kit.inboxIds(waiting), await kit.inboxIds(later), await kit.inboxIds(young)],
          [['x'], ['x'], []],
        );
      },
    );

    rule('an instance takes a topic signal once, in all its generations; others still take it', async (kit) => {
      const a = await kit.running({ id: 'a' });
      const b = await kit.running({ id: 'b' });
      await kit.advance(5);
      await kit.store.signal([kit.signal({ id: 'x', name: 'rate' })]);
      await kit.write(a, { waits: [kit.wait('rate')] });
      await kit.write(b, { waits: [kit.wait('rate')] });
      assert.deepEqual(await kit.inboxIds(a), ['x']);

      await kit.write(a, { entries: [kit.entry(1, { kind: 'arrival', signalId: 'x' })] });
      assert.deepEqual([await kit.inboxIds(a), await kit.inboxIds(b)], [[], ['x']]);

      await kit.write(a, { transition: { kind: 'continue', inputHash: 'two', seed: 'two' } });
      const next = { ...a, generation: 2 };
      await kit.write(next, { waits: [kit.wait('rate')] });
      assert.deepEqual(await kit.inboxIds(next), []);
    });

    rule('a mailbox signal is taken once, in all generations', async (kit) => {
      const a = await kit.running({ id: 'a' });
      await kit.store.signal([kit.signal({ id: 'x', workflowId: 'a' }), kit.signal({ id: 'y', workflowId: 'a' })]);
      await kit.write(a, {
        entries: [kit.entry(1, { kind: 'arrival', signalId: 'x' })],
        transition: { kind: 'continue', inputHash: 'two', seed: 'two' },
      });
      const next = { ...a, generation: 2 };
      await kit.write(next, { waits: [kit.wait('paid')] });

      assert.deepEqual(await kit.inboxIds(next), ['y']);
      assert.deepEqual(
        (await kit.store.readUnconsumed('a')).map((signal) => signal.id),
        ['y'],
      );
    });

    rule('the inbox is in order of arrival, each signal once however many waits could take it', async (kit) => {
      const a = await kit.running({ id: 'a' });
      const ids = ['m-3', 'm-1', 'm-2'];
      for (const id of ids) {
        await kit.store.signal([kit.signal({ id, workflowId: 'a', key: 'k' })]);
        await kit.advance(2);
      }
      await kit.write(a, {
        waits: [
          kit.wait('paid'),
          kit.wait('paid', { wait: 'other', key: 'k' }),
          kit.wait('paid', { condition: 'second' }),
        ],
      });

      assert.deepEqual(await kit.inboxIds(a), ids);
    });

    rule('one unit can take a signal and end its wait, so that nothing is left to wake it', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.write(record, { waits: [kit.wait('paid')] });
      await kit.store.signal([kit.signal({ id: 'x', workflowId: 'a' })]);
      await kit.write(record, {
        entries: [kit.entry(1, { kind: 'arrival', signalId: 'x' })],
        endedWaits: ['wait-paid'],
        transition: { kind: 'suspend', status: 'suspended' },
      });

      await kit.poll();
      assert.deepEqual(await kit.inbox(record), []);
      await kit.assertNotClaimable();
    });
  },
};
