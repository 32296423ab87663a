import type { WorkerIdentity } from '../../core/store/index.js';
import { WorkflowStoreError } from '../../core/errors/index.js';
import type { Cancellable } from '../../core/time/index.js';
import type { ReservedConnection, SqlConnection } from '../connection/index.js';
import { flag } from '../records/index.js';
import type { StoreCore } from '../store-core.js';

/** Between two attempts to have a lost connection again. */
const RESTORE_PAUSE_MS = 500;

/** More processes than this under one name on one host are a mistake. */
const MAX_SLOTS = 4_096;

/**
 * Worker ids that survive a restart: `base:slot`, each guarded by a lock that the server frees the moment the holder's connection
 * ends, however it ended.
 *
 * @internal
 */
export class WorkerIdentities {
  private readonly held = new Set<string>();
  private restoring: Cancellable | undefined;

  constructor(
    private readonly core: StoreCore,
    private readonly connection: ReservedConnection,
  ) {}

  async acquire(base: string): Promise<WorkerIdentity> {
    const connection = await this.connection.open();
    for (let slot = 0; slot < MAX_SLOTS; slot += 1) {
      const id = `${base}:${slot}`;
      if (this.held.has(id) || !(await this.tryLock(connection, id))) continue;
      this.held.add(id);
      return { id, release: () => this.release(id) };
    }
    throw new WorkflowStoreError(`All ${MAX_SLOTS} worker ids of "${base}" are in use.`, { retryable: false });
  }

  /** Says that the connection was lost, and with it the locks: makes it anew without waiting for somebody to need it. */
  restore(): void {
    if (this.held.size === 0) return;
    this.restoring ??= this.core.clock.schedule(
      RESTORE_PAUSE_MS,
      () => {
        this.restoring = undefined;
        this.connection.open().catch(() => this.restore());
      },
      { unref: true },
    );
  }

  close(): void {
    this.restoring?.cancel();
    this.held.clear();
  }

  /** On a new connection: takes the locks again, so that nobody else starts under an id that is in use. */
  async hold(connection: SqlConnection): Promise<void> {
    for (const id of this.held) {
      if (await this.tryLock(connection, id)) continue;
      this.core.logger.warn('Another process has taken over this worker id while the connection was lost.', {
        workerId: id,
      });
    }
  }

  private async release(id: string): Promise<void> {
    if (!this.held.delete(id)) return;
    const text = `SELECT pg_advisory_unlock(${this.lockKey('$1::text')})`;
    // Without the connection there is no lock either.
    await this.connection.query({ text, values: [id] }).catch(() => undefined);
  }

  private async tryLock(connection: SqlConnection, id: string): Promise<boolean> {
    const text = `SELECT pg_try_advisory_lock(${this.lockKey('$1::text')}) AS locked`;
    const { rows } = await connection.query({ text, values: [id] });
    return rows.some((row) => flag(row, 'locked'));
  }

  private lockKey(parameter: string): string {
    return `hashtextextended('${this.core.tables.scope}:worker:' || ${parameter}, 0)`;
  }
}
