import { ownOptions } from './pg-connection.js';
import type { PgPool } from './pg-driver.js';

/** Connections beside the pool: one that waits for a lock keeps the next statement from nothing. */
const SPARE_CONNECTIONS = 2;

/**
 * Where the engine's own statements get their client. A transactional step keeps a client of the application's pool until its turn has
 * come, and the turn waits for writes of the same instance: where transactions have, or are about to have, every client of the pool, those
 * writes go through a few connections beside it. They are opened when that happens, and close when they were idle for a while.
 *
 * @internal
 */
export class PoolShare {
  /** Transactions that have a client of the pool, or wait for one. */
  private claimed = 0;
  private spare: PgPool | undefined;

  constructor(private readonly pool: () => PgPool) {}

  /** For a statement, or a few of them, that wait for nobody's transaction. */
  get clients(): PgPool {
    const pool = this.pool();
    if (this.claimed < (pool.options.max ?? Infinity)) return pool;
    return (this.spare ??= besides(pool));
  }

  /** Runs a transaction that keeps a client for as long as its work likes. */
  async keep<T>(transaction: () => Promise<T>): Promise<T> {
    this.claimed += 1;
    try {
      return await transaction();
    } finally {
      this.claimed -= 1;
    }
  }
}

function besides(pool: PgPool): PgPool {
  const Pool = pool.constructor as new (options: object) => PgPool;
  const spare = new Pool({ ...ownOptions(pool.options), max: SPARE_CONNECTIONS, min: 0, allowExitOnIdle: true });
  // An idle connection that is lost is no loss; unheard of it would end the process.
  spare.on('error', () => undefined);
  return spare;
}
