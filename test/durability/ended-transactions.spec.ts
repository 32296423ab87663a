import type { EntityManager } from 'typeorm';
import type { WorkflowStore } from '../../lib/core/store/index.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { entryOf, startRunning, unitOf } from '../utils/store-scenario.js';

describe('A transaction that its own body has ended', () => {
  let fixture: PostgresFixture;
  let store: WorkflowStore;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('ended');
    store = await fixture.store();
  });

  afterAll(() => fixture.dispose());

  async function attempt(body: (manager: EntityManager) => Promise<unknown>): Promise<unknown> {
    const [owner] = await startRunning(store, 1);
    const unit = unitOf(owner!, { entries: [entryOf(1)] });
    const outcome = await store
      .transaction(async (transaction) => {
        await body(transaction.handle as EntityManager);
        return transaction.flush(unit);
      })
      .catch((error: unknown) => error);
    return { outcome, entries: (await store.readJournal(owner!.id, 1)).length };
  }

  it.each<[string, (manager: EntityManager) => Promise<unknown>]>([
    ['COMMIT', (manager) => manager.query('COMMIT')],
    ['ROLLBACK', (manager) => manager.query('ROLLBACK')],
    ['COMMIT, and another one begun', (manager) => manager.query('COMMIT').then(() => manager.query('BEGIN'))],
    ['commitTransaction', (manager) => manager.queryRunner!.commitTransaction()],
    ['rollbackTransaction', (manager) => manager.queryRunner!.rollbackTransaction()],
  ])('is refused its record: %s', async (_how, body) => {
    expect(await attempt(body)).toMatchObject({ outcome: { code: 'WORKFLOW_TRANSACTION' }, entries: 0 });
  });

  it('is recorded where a savepoint alone was rolled back', async () => {
    const nested = async (manager: EntityManager): Promise<void> => {
      await manager.transaction(() => Promise.reject(new Error('inside'))).catch(() => undefined);
      await manager.query('SELECT 1');
    };

    expect(await attempt(nested)).toMatchObject({ outcome: { kind: 'applied' }, entries: 1 });
  });
});
