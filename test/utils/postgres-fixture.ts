import { DataSource, type DataSourceOptions } from 'typeorm';
import { newWorkflowId } from '../../lib/core/records/index.js';
import type { PostgresStore } from '../../lib/postgres/index.js';
import { createTypeOrmStore, type TypeOrmStoreOptions } from '../../lib/typeorm/index.js';
import { TcpProxy } from './tcp-proxy.js';

/** A schema of its own on the test database, with as many "processes" (data source and store) as a spec needs. */
export class PostgresFixture {
  private readonly closers: (() => Promise<void>)[] = [];

  private constructor(
    readonly schema: string,
    /** For looking at what the store wrote; not used by any store. */
    readonly admin: DataSource,
  ) {}

  static async create(name: string): Promise<PostgresFixture> {
    const schema = `${name}_${newWorkflowId().replaceAll('-', '').slice(-12)}`;
    const admin = await connect({ poolSize: 4 });
    await admin.query(`CREATE SCHEMA "${schema}"`);
    return new PostgresFixture(schema, admin);
  }

  /** A data source as one process has it. */
  async dataSource(options: Partial<DataSourceOptions> = {}): Promise<DataSource> {
    const dataSource = await connect(options);
    this.closers.push(() => (dataSource.isInitialized ? dataSource.destroy() : Promise.resolve()));
    return dataSource;
  }

  /** A way to the database that breaks on demand, and the URL that leads over it. */
  async proxy(): Promise<{ readonly proxy: TcpProxy; readonly url: string }> {
    const url = new URL(testDatabaseUrl());
    const proxy = await TcpProxy.open({ host: url.hostname, port: Number(url.port || 5_432) });
    url.port = String(proxy.port);
    this.closers.push(() => proxy.close());
    return { proxy, url: url.href };
  }

  /** An opened store as one process has it. */
  async store(options: TypeOrmStoreOptions = {}, dataSource?: DataSource): Promise<PostgresStore> {
    const store = createTypeOrmStore(dataSource ?? (await this.dataSource()), {
      schema: this.schema,
      migrate: true,
      notify: false,
      ...options,
    });
    await store.open();
    this.closers.push(() => store.close());
    return store;
  }

  /** The store's table of that name, quoted. */
  table(name: string): string {
    return `"${this.schema}"."workflow_${name}"`;
  }

  /** Runs SQL that looks or meddles. */
  async sql<Row = Record<string, string>>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.admin.query(text, values);
  }

  async empty(): Promise<void> {
    const tables = [
      'instances',
      'entries',
      'signals',
      'waits',
      'workers',
      'slots',
      'stream',
      'outbox',
      'state_transitions',
    ];
    await this.sql(`TRUNCATE ${tables.map((name) => this.table(name)).join(', ')}`);
  }

  /** Closes what was opened last first. */
  async dispose(): Promise<void> {
    for (const close of this.closers.reverse()) await close();
    await this.admin.query(`DROP SCHEMA IF EXISTS "${this.schema}" CASCADE`);
    await this.admin.destroy();
  }
}

/** The database that the run has for its specs. */
export function testDatabaseUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (url === undefined) throw new Error('TEST_DATABASE_URL is not set: run the specs by "npm test".');
  return url;
}

function connect(options: Partial<DataSourceOptions>): Promise<DataSource> {
  return new DataSource({
    type: 'postgres',
    url: testDatabaseUrl(),
    poolSize: 6,
    ...options,
  } as DataSourceOptions).initialize();
}
