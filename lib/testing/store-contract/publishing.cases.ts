import assert from 'node:assert/strict';
import { startedEvent, type LifecycleEventType } from '../../core/lifecycle/index.js';
import type { InstanceRecord } from '../../core/records/index.js';
import type { StoreHint } from '../../core/store/index.js';
import { compact } from './assertions.js';
import type { CaseGroup } from './contract-case.js';
import type { ContractKit } from './contract-kit.js';

const RELAY = { workerId: 'relay-1', limit: 100, leaseMs: 5_000 };

/** @internal */
export const publishingCases: CaseGroup = {
  title: 'outbox, stream, hints and health',
  define(rule) {
    rule('events are taken whole and in order, per instance by one relay at a time', async (kit) => {
      const a = await withEvents(kit, 'a', ['started', 'step_completed']);
      await withEvents(kit, 'b', ['started']);

      const first = await kit.store.takeOutbox(RELAY);
      assert.deepEqual(of(first, 'a'), ['a:1:1', 'a:1:2']);
      assert.deepEqual(of(first, 'b'), ['b:1:1']);
      assert.deepEqual(compact(first.find((event) => event.eventId === 'a:1:1')), compact(kit.event(a, 1, 'started')));
      await kit.write(a, { events: [kit.event(a, 3, 'step_completed')] });
      assert.deepEqual(await kit.store.takeOutbox({ ...RELAY, workerId: 'relay-2' }), []);

      await kit.store.settleOutbox(['a:1:1', 'a:1:2']);

      const second = await kit.store.takeOutbox({ ...RELAY, workerId: 'relay-2' });
      assert.deepEqual(
        second.map((event) => event.eventId),
        ['a:1:3'],
      );
    });

    rule('what a relay did not settle is taken again after its time, from the lowest on', async (kit) => {
      await withEvents(kit, 'a', ['started', 'step_completed', 'completed']);
      await kit.store.takeOutbox(RELAY);
      await kit.store.settleOutbox(['a:1:1']);
      await kit.advance(RELAY.leaseMs - 1_000);
      assert.deepEqual(await kit.store.takeOutbox({ ...RELAY, workerId: 'relay-2' }), []);
      await kit.advance(1_001);

      assert.deepEqual(of(await kit.store.takeOutbox({ ...RELAY, workerId: 'relay-2' }), 'a'), ['a:1:2', 'a:1:3']);
      await kit.store.settleOutbox(['a:1:2', 'a:1:3']);
      await kit.advance(RELAY.leaseMs + 1);
      assert.deepEqual(await kit.store.takeOutbox(RELAY), []);
    });

    rule('relays at the same time never have one instance between them, and each event is taken once', async (kit) => {
      const stores = [kit.store, await kit.second()];
      const total = Math.max(20, Math.ceil(kit.rounds / 10));
      for (let index = 0; index < total; index += 1)
        await withEvents(kit, `out-${index}`, ['started', 'step_completed', 'completed']);
      const taken: string[] = [];

      await Promise.all(
        stores.map(async (store, index) => {
          for (let empty = 0; empty < 5;) {
            const events = await store.takeOutbox({ ...RELAY, workerId: `relay-${index}`, limit: 7 });
            taken.push(...events.map((event) => event.eventId));
            await kit.jitter();
            await store.settleOutbox(events.map((event) => event.eventId));
            empty = events.length === 0 ? empty + 1 : 0;
          }
        }),
      );

      assert.equal(taken.length, 3 * total);
      for (let index = 0; index < total; index += 1) {
        const mine = taken.filter((id) => id.startsWith(`out-${index}:`));
        assert.deepEqual(
          mine,
          [1, 2, 3].map((seq) => `out-${index}:1:${seq}`),
        );
      }
    });

    rule('the first event of a child is stored with the child, once', async (kit) => {
      const parent = await kit.running({ id: 'parent' });
      const child = (id: string) => {
        const seed = { ...kit.seed({ id }), parent: { workflowId: 'parent', generation: 1, close: 'cancel' as const } };
        return { seed, events: [startedEvent(seed, 0)] };
      };
      await kit.write(parent, { entries: [kit.entry(1)], children: [child('a'), child('b')] });
      await kit.write(parent, { entries: [kit.entry(2)], children: [child('b'), child('c')] });

      const events = await kit.events();
      assert.deepEqual(events.map((event) => event.eventId).sort(), ['a:1:1', 'b:1:1', 'c:1:1']);
      assert.equal((await kit.get('a')).eventSeq, 1);
    });

    rule('an event that was refused with its unit is never published', async (kit) => {
      const record = await kit.running({ id: 'a' });
      await kit.flush({ ...record, fence: 0 }, { events: [kit.event(record, 1, 'completed')] });
      await kit.flush(record, { expect: { wakes: 99 }, events: [kit.event(record, 1, 'completed')] });

      assert.deepEqual(await kit.events(), []);
      assert.equal((await kit.get('a')).eventSeq, 0);
    });

    rule('the record knows its last event', async (kit) => {
      const record = await withEvents(kit, 'a', ['started', 'suspended']);
      assert.equal((await kit.get('a')).eventSeq, 2);
      await kit.write(record, {
        events: [kit.event(record, 3, 'completed')],
        transition: { kind: 'end', status: 'completed' },
      });
      assert.equal((await kit.get('a')).eventSeq, 3);
    });

    rule('live progress is read in order, from a point on, and each item once', async (kit) => {
      const record = await kit.running({ id: 'a' });
      const item = (afterPosition: number, index: number) =>
        ({ afterPosition, index, kind: 'emit', payload: `"${afterPosition}.${index}"` }) as const;
      await kit.write(record, { stream: [item(0, 0), item(0, 1)] });
      await kit.write(record, { stream: [item(0, 1), item(1, 0)] });

      const all = await kit.store.readStream('a', 0, 10);
      assert.deepEqual(
        all.map((one) => one.payload),
        ['"0.0"', '"0.1"', '"1.0"'],
      );
      assert.deepEqual(
        all.map((one) => [one.kind, one.generation]),
        [
          ['emit', 1],
          ['emit', 1],
          ['emit', 1],
        ],
      );
      assert.ok(all.every((one, index) => index === 0 || one.id > (all[index - 1] as typeof one).id));
      assert.deepEqual(
        (await kit.store.readStream('a', (all[0] as (typeof all)[0]).id, 1)).map((one) => one.payload),
        ['"0.1"'],
      );
      assert.deepEqual(await kit.store.readStream('a', (all[2] as (typeof all)[0]).id, 10), []);
    });

    rule('a step’s latest progress is found, by step and generation', async (kit) => {
      const record = await kit.running({ id: 'a' });
      const progress = (index: number, step: string, payload: string) =>
        ({ afterPosition: 0, index, kind: 'progress', step, payload }) as const;
      await kit.write(record, { stream: [progress(0, 'read', '1'), progress(1, 'write', '"w"')] });
      await kit.write(record, { stream: [progress(2, 'read', '2')] });

      assert.equal(await kit.store.readProgress('a', 1, 'read'), '2');
      assert.equal(await kit.store.readProgress('a', 1, 'write'), '"w"');
      assert.equal(await kit.store.readProgress('a', 1, 'unknown'), undefined);
      assert.equal(await kit.store.readProgress('a', 2, 'read'), undefined);
    });

    rule('a hint reaches the listeners of every process, until they cancel', async (kit) => {
      const second = await kit.second();
      const here: StoreHint[] = [];
      const there: StoreHint[] = [];
      const listening = kit.store.onHint((hint) => here.push(hint));
      second.onHint((hint) => there.push(hint));
      const heard = (hints: StoreHint[], workflowId: string): boolean =>
        hints.some((hint) => hint.kind === 'woken' && hint.workflowId === workflowId);

      await kit.eventually('the hint', async () => {
        kit.store.hint({ kind: 'woken', workflowId: 'a' });
        await kit.harness.pause();
        return heard(here, 'a') && heard(there, 'a');
      });
      listening.cancel();
      listening.cancel();
      await kit.eventually('the second hint', async () => {
        kit.store.hint({ kind: 'woken', workflowId: 'b' });
        await kit.harness.pause();
        return heard(there, 'b');
      });
      assert.equal(heard(here, 'b'), false);
    });

    rule('health tells what is due too long, quarantined, or run by nobody', async (kit) => {
      const idle = await kit.store.health([]);
      assert.deepEqual(
        [idle.reachable, idle.schemaCurrent, idle.quarantined, idle.oldestDueAgeMs, idle.unclaimable],
        [true, true, 0, undefined, {}],
      );
      await kit.register('worker-1');
      await kit.created({ id: 'a' });
      await kit.created({ id: 'b', name: 'orphan', version: 3 });
      await kit.created({ id: 'c', name: 'orphan', version: 3 });
      await kit.created({ id: 'later', name: 'orphan', version: 4, delayMs: 600_000 });
      await kit.advance(3_000);

      const health = await kit.store.health([]);
      assert.ok((health.oldestDueAgeMs as number) >= 3_000 && (health.oldestDueAgeMs as number) < 60_000);
      assert.deepEqual(health.unclaimable, { 'orphan@3': 2 });
      assert.deepEqual((await kit.store.health(['orphan@3'])).unclaimable, {});
      await kit.store.unregisterWorker('worker-1');
      assert.deepEqual((await kit.store.health([])).unclaimable, { 'orphan@3': 2, 'order@1': 1 });
    });

    rule('a worker that is no longer heard of runs nothing', async (kit) => {
      await kit.register('worker-1');
      await kit.created({ id: 'a' });
      assert.deepEqual((await kit.store.health([])).unclaimable, {});
      await kit.advance(600_000);
      assert.deepEqual((await kit.store.health([])).unclaimable, { 'order@1': 1 });
      await kit.store.poll(kit.request({ limit: 0 }));
      assert.deepEqual((await kit.store.health([])).unclaimable, {});
    });
  },
};

/** A running instance with these events, numbered from 1. */
async function withEvents(kit: ContractKit, id: string, types: readonly LifecycleEventType[]): Promise<InstanceRecord> {
  const record = await kit.running({ id });
  await kit.write(record, { events: types.map((type, index) => kit.event(record, index + 1, type)) });
  return record;
}

function of(events: readonly { readonly eventId: string; readonly workflowId: string }[], id: string): string[] {
  return events.filter((event) => event.workflowId === id).map((event) => event.eventId);
}
