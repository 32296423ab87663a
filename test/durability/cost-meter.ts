import pg from 'pg';
import { OwnPostgres } from '../utils/own-postgres.js';

/** What a server was asked for and wrote between two readings. */
export interface Cost {
  readonly statements: number;
  /** Transactions that wrote something. */
  readonly commits: number;
  readonly walBytes: number;
}

/** A server of its own with nothing on it that works by itself, and its own account of what it does. */
export class CostMeter {
  private constructor(
    private readonly server: OwnPostgres,
    private readonly observer: pg.Client,
  ) {}

  static async start(): Promise<CostMeter> {
    const server = await OwnPostgres.start({ autovacuum: 'off' });
    const observer = new pg.Client({ connectionString: server.url });
    await observer.connect();
    await observer.query('CREATE EXTENSION pg_stat_statements');
    return new CostMeter(server, observer);
  }

  get url(): string {
    return this.server.url;
  }

  /** What `work` cost, with everything that followed it until the server had nothing more to do. */
  async of(work: () => Promise<unknown>): Promise<Cost> {
    const before = await this.settled();
    await work();
    const after = await this.settled();
    return {
      statements: after.statements - before.statements,
      commits: after.commits - before.commits,
      walBytes: after.walBytes - before.walBytes,
    };
  }

  /** The statements that were run since the last call, by text, for finding out what a cost is made of. */
  async texts(): Promise<string[]> {
    const { rows } = await this.observer.query<{ query: string; calls: string }>(
      `SELECT query, calls FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%' ORDER BY calls DESC`,
    );
    await this.observer.query('SELECT pg_stat_statements_reset()');
    return rows.map(({ query, calls }) => `${calls} × ${query.replace(/\s+/g, ' ').slice(0, 160)}`);
  }

  async stop(): Promise<void> {
    await this.observer.end();
    await this.server.stop();
  }

  /** Notifications and polls follow a commit without anybody waiting for them: a reading counts when it repeats itself. */
  async settled(): Promise<Cost> {
    let last = await this.read();
    for (let same = 0; same < 10;) {
      await this.observer.query('SELECT pg_sleep(0.005) /* pg_stat_statements */');
      const next = await this.read();
      same = next.statements === last.statements && next.commits === last.commits ? same + 1 : 0;
      last = next;
    }
    return last;
  }

  private async read(): Promise<Cost> {
    const { rows } = await this.observer.query<Record<'statements' | 'commits' | 'wal', string>>(
      `SELECT (SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%') AS statements,
        pg_snapshot_xmax(pg_current_snapshot()) AS commits, pg_current_wal_insert_lsn() - '0/0' AS wal`,
    );
    const [row] = rows;
    return { statements: Number(row?.statements), commits: Number(row?.commits), walBytes: Number(row?.wal) };
  }
}
