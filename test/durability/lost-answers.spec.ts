import { isWorkflowStoreError } from '../../lib/core/errors/index.js';
import type { PostgresStore } from '../../lib/postgres/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { entryOf, pollOf, seedOf, startRunning, unitOf } from '../utils/store-scenario.js';
import type { TcpProxy } from '../utils/tcp-proxy.js';

const ROUNDS = 5;
const lease = { workerId: 'worker-1', buildId: 'build-1', leaseMs: 10_000 };

describe.each([
  ['the answer to it is lost', 'answer'],
  ['it never arrives', 'request'],
] as const)('When a connection breaks and %s', (_title, lose) => {
  let fixture: PostgresFixture;
  let proxy: TcpProxy;
  let store: PostgresStore;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('lost');
    const way = await fixture.proxy();
    proxy = way.proxy;
    store = await fixture.store({}, await fixture.dataSource({ url: way.url, poolSize: 2 }));
    await store.registerWorker({ id: 'worker-1', buildId: 'build-1', definitions: ['order@1'], heartbeatMs: 2_000 });
  });

  afterAll(() => fixture.dispose());

  /** Sends until there is an answer, as the engine does: again as it is, saying that it is a repetition. */
  async function untilAnswered<T>(text: string, send: (resend: boolean) => Promise<T>): Promise<T> {
    const lost = proxy.loseNext(lose, text);
    const failure = await send(false).then(
      () => undefined,
      (error: unknown) => error,
    );
    await lost;
    expect(isWorkflowStoreError(failure)).toBe(true);
    return send(true);
  }

  it('a start creates one instance, and its sender is told that it did', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const unit = { seed: seedOf(), lease };
      const [result] = await untilAnswered('nw_start', (resend) => store.start([unit], resend));
      expect(result).toMatchObject({ kind: 'created', record: { id: unit.seed.id, fence: 1, workerId: 'worker-1' } });
    }
  });

  it('an entry is written once and counts as written', async () => {
    const owners = await startRunning(store, 3);
    for (let position = 1; position <= ROUNDS; position += 1) {
      const units = owners.map((owner) => unitOf(owner, { entries: [entryOf(position)] }));
      const results = await untilAnswered('nw_entry', (resend) => store.flush(units, resend));
      expect(results.map((result) => result.kind)).toEqual(['applied', 'applied', 'applied']);
    }
    for (const { id } of owners) expect(await store.readJournal(id)).toHaveLength(ROUNDS);
  });

  it('an entry that travels alone is written once and counts as written', async () => {
    const [owner] = await startRunning(store, 1);
    for (let position = 1; position <= ROUNDS; position += 1) {
      const units = [unitOf(owner!, { entries: [entryOf(position)] })];
      const results = await untilAnswered('nw_entry', (resend) => store.flush(units, resend));
      expect(results.map((result) => result.kind)).toEqual(['applied']);
    }
    expect(await store.readJournal(owner!.id)).toHaveLength(ROUNDS);
  });

  it.each([
    ['an outcome', { transition: { kind: 'end', status: 'completed', output: '1' } }],
    ['a suspension', { transition: { kind: 'suspend', status: 'suspended' } }],
    ['a release', { transition: { kind: 'release' } }],
    ['a continuation', { transition: { kind: 'continue', inputHash: 'h', seed: 's' } }],
    ['an outcome with entries', { entries: [entryOf(1)], transition: { kind: 'end', status: 'failed', error: '{}' } }],
    ['progress', { stream: [{ afterPosition: 0, index: 0, kind: 'emit', payload: '1' }] }],
  ] as const)('%s is written once and counts as written', async (_name, parts) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [owner] = await startRunning(store, 1);
      const units = [unitOf(owner!, parts)];
      const [result] = await untilAnswered('nw_flush', (resend) => store.flush(units, resend));
      expect(result!.kind).toBe('applied');
    }
  });

  it('children and signals are there once', async () => {
    const [owner] = await startRunning(store, 1);
    const child = seedOf({ parent: { workflowId: owner!.id, generation: 1, close: 'cancel' } });
    const unit = unitOf(owner!, {
      entries: [entryOf(1, { kind: 'child' })],
      children: [{ seed: child }],
      signals: [{ id: `to-${child.id}`, workflowId: child.id, name: 'hello' }],
    });

    const [result] = await untilAnswered('nw_flush', (resend) => store.flush([unit], resend));

    expect(result).toMatchObject({ kind: 'applied' });
    expect(result).not.toHaveProperty('existingChildren');
    expect(await store.children(owner!.id)).toHaveLength(1);
    expect(await store.readUnconsumed(child.id)).toHaveLength(1);
  });

  it('a signal is stored once without the sender noticing', async () => {
    const [owner] = await startRunning(store, 1);
    for (let round = 0; round < ROUNDS; round += 1) {
      const lost = proxy.loseNext(lose, 'nw_signal');
      const [outcome] = await store.signal([{ id: `s-${lose}-${round}`, workflowId: owner!.id, name: 'paid' }]);
      await lost;
      expect(outcome).toMatchObject({ kind: 'stored' });
    }
    expect(await store.readUnconsumed(owner!.id)).toHaveLength(ROUNDS);
  });

  it('a claim of which nobody knows comes back when its lease is over, and no instance is lost', async () => {
    await fixture.empty();
    await store.registerWorker({ id: 'worker-1', buildId: 'build-1', definitions: ['order@1'], heartbeatMs: 2_000 });
    const { id } = seedOf();
    await store.start([{ seed: seedOf({ id }) }]);
    const lost = proxy.loseNext(lose, 'nw_poll');

    const failure = await store.poll(pollOf({ leaseMs: 50 })).catch((error: unknown) => error);
    await lost;
    const claimed: string[] = [];
    while (claimed.length === 0) {
      claimed.push(...(await store.poll(pollOf({ leaseMs: 50 }))).claimed.map((record) => record.id));
    }

    expect(isWorkflowStoreError(failure)).toBe(true);
    expect(claimed).toEqual([id]);
  });

  it('a transactional step is settled by what it left', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const [owner] = await startRunning(store, 1);
      const unit = unitOf(owner!, { entries: [entryOf(1, { name: 'transfer' })] });
      const lost = proxy.loseNext(lose, 'COMMIT');

      const failure = await store
        .transaction(async (transaction) => transaction.flush(unit))
        .catch((error: unknown) => error);
      await lost;
      const wasCommitted = (await store.readJournal(owner!.id)).length === 1;

      expect(isWorkflowStoreError(failure)).toBe(true);
      // The server commits what it has been told, and rolls back what it has not.
      expect(wasCommitted).toBe(lose === 'answer');
      const [again] = await store.flush([unit], true);
      expect(again!.kind).toBe('applied');
      expect(await store.readJournal(owner!.id)).toHaveLength(1);
    }
  });

  it('a cancel is asked for once, also when it is sent twice', async () => {
    const [owner] = await startRunning(store, 1);
    const lost = proxy.loseNext(lose, 'nw_cancel');
    const failure = await store.requestCancel(owner!.id, 'enough', '{}').catch((error: unknown) => error);
    await lost;

    const outcome = await store.requestCancel(owner!.id, 'enough', '{}');

    expect(isWorkflowStoreError(failure)).toBe(true);
    expect(outcome).toMatchObject({ accepted: true, record: { cancel: { reason: 'enough' } } });
  });
});
