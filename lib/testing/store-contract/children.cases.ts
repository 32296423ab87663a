import assert from 'node:assert/strict';
import {
  childOutcomeSignal,
  closeSignal,
  type InstanceRecord,
  type InstanceSeed,
  type ParentClosePolicy,
  type SignalSeed,
} from '../../core/records/index.js';
import { one } from './assertions.js';
import type { CaseGroup } from './contract-case.js';
import type { ContractKit } from './contract-kit.js';

const ERROR = '{"name":"WorkflowTerminatedError","message":"enough"}';

/** @internal */
export const childrenCases: CaseGroup = {
  title: 'children',
  define(rule) {
    rule('a child and its parent’s entry are written in one', async (kit) => {
      const parent = await kit.running({ id: 'parent' });
      const answer = await kit.write(parent, {
        entries: [kit.entry(1, { kind: 'child', data: { childId: 'parent/child#0' } })],
        children: [{ seed: childSeed(kit, parent, 'parent/child#0') }],
      });

      assert.equal(answer.existingChildren, undefined);
      const child = one(await kit.store.children('parent'));
      assert.deepEqual(
        [child.id, child.status, child.parent],
        ['parent/child#0', 'pending', { workflowId: 'parent', generation: 1, close: 'cancel' }],
      );
      await kit.claim('parent/child#0');
    });

    rule('an id that belongs to somebody else is left alone and reported; one of our own is not', async (kit) => {
      const parent = await kit.running({ id: 'parent' });
      const stranger = await kit.created({ id: 'taken' });
      await kit.write(parent, { entries: [kit.entry(1)], children: [{ seed: childSeed(kit, parent, 'ours') }] });

      const answer = await kit.write(parent, {
        entries: [kit.entry(2)],
        children: ['ours', 'taken', 'new'].map((id) => ({ seed: childSeed(kit, parent, id) })),
      });

      assert.deepEqual(answer.existingChildren, ['taken']);
      const taken = await kit.get('taken');
      assert.deepEqual([taken.seed, taken.parent], [stranger.seed, undefined]);
      assert.deepEqual((await kit.store.children('parent')).map((child) => child.id).sort(), ['new', 'ours']);
    });

    rule('a child’s outcome reaches its waiting parent with the child’s end', async (kit) => {
      const { parent, child } = await family(kit, 'cancel');
      await kit.write(parent, {
        waits: [kit.wait('$child', { key: child.id })],
        transition: { kind: 'suspend', status: 'suspended' },
      });
      const outcome = childOutcomeSignal(child, child.parent as NonNullable<typeof child.parent>, {
        status: 'completed',
        output: '1',
      });
      await kit.write(child, { transition: { kind: 'end', status: 'completed', output: '1' }, signals: [outcome] });

      await kit.eventually('the parent’s wake-up', async () => (await kit.claimedIds()).includes('parent'));
      const signal = one(await kit.inbox(parent));
      assert.deepEqual(
        [signal.key, JSON.parse(signal.payload as string)],
        [child.id, { status: 'completed', output: '1' }],
      );
    });

    rule('a parent that is gone or over does not keep its child from ending', async (kit) => {
      for (const gone of [false, true]) {
        const { parent, child } = await family(kit, 'abandon', gone ? 'gone' : 'over');
        await kit.write(parent, { transition: { kind: 'end', status: 'completed' } });
        if (gone) assert.equal(await kit.store.delete(parent.id), true);
        const outcome = childOutcomeSignal(child, child.parent as NonNullable<typeof child.parent>, {
          status: 'completed',
        });
        await kit.write(child, { transition: { kind: 'end', status: 'completed' }, signals: [outcome] });
        assert.equal((await kit.get(child.id)).status, 'completed');
      }
    });

    rule('a terminated parent asks its open children as their policies say', async (kit) => {
      const parent = await kit.running({ id: 'parent' }, kit.grant('worker-1', 'build-1', 600_000));
      const policies: ParentClosePolicy[] = ['cancel', 'terminate', 'abandon'];
      await kit.write(parent, {
        entries: [kit.entry(1)],
        children: policies.map((close) => ({
          seed: childSeed(kit, parent, close, { parent: { workflowId: 'parent', generation: 1, close } }),
        })),
      });
      assert.equal((await kit.claimedIds()).length, 3);

      await kit.store.terminate('parent', 'enough', ERROR);
      await kit.eventually('the close requests', async () => {
        await kit.poll({ limit: 0 });
        return (await kit.get('cancel')).cancel !== undefined && (await kit.get('terminate')).status === 'cancelled';
      });

      assert.equal((await kit.get('terminate')).error, ERROR);
      assert.deepEqual(
        [(await kit.get('cancel')).status, (await kit.get('cancel')).cancel?.reason],
        ['running', 'enough'],
      );
      const abandoned = await kit.get('abandon');
      assert.deepEqual([abandoned.status, abandoned.cancel], ['running', undefined]);
    });

    rule('a parent’s end carries close requests, and the router applies them', async (kit) => {
      const { parent, child } = await family(kit, 'cancel');
      const pending = childSeed(kit, parent, 'pending', { delayMs: 60_000 });
      await kit.write(parent, { entries: [kit.entry(1)], children: [{ seed: pending }] });
      const request = { reason: 'The parent ended.', error: ERROR };
      const signals = [child.id, 'pending'].map((id) => closeSignal(parent, id, 'cancel', request) as SignalSeed);
      await kit.write(parent, { transition: { kind: 'end', status: 'completed' }, signals });

      await kit.eventually('the requests', async () => {
        await kit.poll({ limit: 0 });
        return (await kit.get(child.id)).cancel !== undefined && (await kit.get('pending')).status === 'cancelled';
      });
      assert.equal((await kit.get(child.id)).status, 'running');
      assert.equal((await kit.get('pending')).error, ERROR);
    });

    rule('a child that ends without an owner tells its parent', async (kit) => {
      const endings = {
        cancelled: (id: string) => kit.store.requestCancel(id, 'enough', ERROR),
        terminated: (id: string) => kit.store.terminate(id, 'enough', ERROR),
      };
      for (const [name, end] of Object.entries(endings)) {
        const parent = await kit.running({ id: name });
        const id = `${name}/child`;
        await kit.write(parent, {
          entries: [kit.entry(1)],
          children: [{ seed: childSeed(kit, parent, id, { delayMs: 60_000 }) }],
          waits: [kit.wait('$child', { key: id })],
        });
        await kit.write(parent, { transition: { kind: 'suspend', status: 'suspended' } });
        await end(id);
        await kit.eventually('the parent’s wake-up', async () => (await kit.claimedIds()).includes(name));
        const signal = one(await kit.inbox(parent));
        assert.deepEqual(JSON.parse(signal.payload as string), { status: 'cancelled', error: ERROR });
      }
    });

    rule('a child whose parent has ended does not run as if nothing had happened', async (kit) => {
      const parent = await kit.running({ id: 'parent' });
      const seeds = (['cancel', 'terminate', 'abandon'] as const).map((close) =>
        childSeed(kit, parent, close, { parent: { workflowId: 'parent', generation: 1, close } }),
      );
      await kit.write(parent, { entries: [kit.entry(1)], children: seeds.map((seed) => ({ seed })) });
      await kit.write(parent, { transition: { kind: 'end', status: 'completed' } });

      const { claimed } = await kit.poll();

      for (const record of claimed) assert.equal(record.cancel !== undefined, record.id !== 'abandon', record.id);
      for (const id of ['cancel', 'terminate']) {
        const record = await kit.get(id);
        assert.ok(record.cancel !== undefined || record.status === 'cancelled', id);
      }
      assert.ok(claimed.some((record) => record.id === 'abandon'));
    });

    rule('a child that was restarted runs, also when its parent has ended', async (kit) => {
      const parent = await kit.running({ id: 'parent' });
      await kit.write(parent, { entries: [kit.entry(1)], children: [{ seed: childSeed(kit, parent, 'child') }] });
      const [child] = (await kit.poll()).claimed;
      await kit.write(child as InstanceRecord, { transition: { kind: 'end', status: 'failed', error: ERROR } });
      await kit.write(parent, { transition: { kind: 'end', status: 'failed', error: ERROR } });

      await kit.store.restart('child', 'seed');
      const { claimed } = await kit.poll();

      assert.deepEqual(
        claimed.map(({ id, generation, cancel }) => [id, generation, cancel]),
        [['child', 2, undefined]],
      );
    });
  },
};

function childSeed(
  kit: ContractKit,
  parent: InstanceRecord,
  id: string,
  extra: Partial<InstanceSeed> = {},
): InstanceSeed {
  return kit.seed({
    id,
    parent: { workflowId: parent.id, generation: parent.generation, close: 'cancel' },
    idGiven: false,
    ...extra,
  });
}

/** A running parent with a running child. */
async function family(
  kit: ContractKit,
  close: ParentClosePolicy,
  id = 'parent',
): Promise<{ parent: InstanceRecord; child: InstanceRecord }> {
  const parent = await kit.running({ id });
  const seed = childSeed(kit, parent, `${id}/child`, { parent: { workflowId: id, generation: 1, close } });
  await kit.write(parent, { children: [{ seed }] });
  return { parent, child: await kit.claim(`${id}/child`) };
}
