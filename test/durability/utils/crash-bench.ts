import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { newWorkflowId } from '../../../lib/core/records/index.js';
import { pathToFileURL } from 'node:url';
import * as ownPostgres from '../../../lib/postgres/index.js';
import { compiledLibrary } from '../../utils/compiled-library.js';
import { WorkerProcess, type RunSettings, type WorkerConfig } from './worker-process.js';

/** A line of the ledger. */
export interface LedgerLine {
  readonly id: string;
  readonly what: 'effect' | 'undo' | 'event' | 'incident' | 'note';
  readonly step: string;
  readonly key: string;
  readonly attempt: number;
  readonly eventId: string;
  readonly seq: number;
  readonly type: string;
  readonly generation?: number;
  readonly at: number;
  readonly pid: number;
  readonly text?: string;
}

/** How a {@link CrashBench} is made. */
export interface CrashBenchOptions {
  readonly spareCount?: number;
  readonly isQuiet?: boolean;
  /** Another compiled library. */
  readonly library?: string;
  /** Where effects are told, if not to a file. */
  readonly ledgerUrl?: string;
}

/** The processes, the tables and the ledger of one spec file. Spare processes stand ready, because a start takes long. */
export class CrashBench {
  private readonly processes = new Set<WorkerProcess>();
  private readonly spares: Promise<WorkerProcess>[] = [];

  private constructor(
    readonly config: WorkerConfig,
    private readonly folder: string,
    private readonly pool: pg.Pool,
    private readonly spareCount: number,
  ) {}

  /**
   * @param url A database; a schema of its own is made in it.
   * @param options How many processes stand ready; whether what processes say while they die is kept from the test's output.
   */
  static async create(url: string, options: CrashBenchOptions = {}): Promise<CrashBench> {
    const { spareCount = 1, isQuiet = false, ledgerUrl } = options;
    const library = options.library ?? (await compiledLibrary());
    const schema = `crash_${newWorkflowId().replaceAll('-', '').slice(-12)}`;
    const folder = await mkdtemp(join(tmpdir(), 'workflow-crash-'));
    const pool = new pg.Pool({ connectionString: url, max: 4 });
    // A server that goes away under an idle connection is what some specs are about.
    pool.on('error', () => undefined);
    // Of the library that the processes use.
    const postgres = options.library === undefined ? ownPostgres : await postgresOf(options.library);
    await pool.query(postgres.migrationSql(new postgres.TableNames(schema, 'workflow_')));
    await pool.query(`CREATE TABLE "${schema}".business (instance_id text NOT NULL, step text NOT NULL)`);
    const file = join(folder, 'ledger');
    await writeFile(file, '');
    const config = {
      ...{ library, url, schema, ledger: file, isQuiet },
      ...(ledgerUrl === undefined ? {} : { ledgerUrl }),
    };
    const bench = new CrashBench(config, folder, pool, spareCount);
    bench.refill();
    return bench;
  }

  /** A process that has not begun to work. */
  async spare(): Promise<WorkerProcess> {
    this.refill();
    const process = await (this.spares.shift() as Promise<WorkerProcess>);
    this.refill();
    return process;
  }

  /** A process that works. */
  async worker(settings: RunSettings): Promise<WorkerProcess> {
    const process = await this.spare();
    await process.run(settings);
    return process;
  }

  /** The store's table of that name, quoted. */
  table(name: string): string {
    return `"${this.config.schema}"."workflow_${name}"`;
  }

  async sql<Row extends object = Record<string, string | null>>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, values)).rows;
  }

  async ledger(): Promise<LedgerLine[]> {
    const text = await readFile(this.config.ledger, 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LedgerLine);
  }

  async dispose(): Promise<void> {
    const started = await Promise.allSettled(this.spares);
    for (const outcome of started) if (outcome.status === 'fulfilled') this.processes.add(outcome.value);
    await Promise.all([...this.processes].map((process) => process.kill()));
    await this.pool.query(`DROP SCHEMA IF EXISTS "${this.config.schema}" CASCADE`).catch(() => undefined);
    await this.pool.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  private refill(): void {
    while (this.spares.length < Math.max(1, this.spareCount)) {
      const process = WorkerProcess.fork(this.config);
      process.then(
        (forked) => this.processes.add(forked),
        () => undefined,
      );
      this.spares.push(process);
    }
  }
}

function postgresOf(library: string): Promise<typeof ownPostgres> {
  return import(pathToFileURL(join(library, 'postgres/index.js')).href) as Promise<typeof ownPostgres>;
}
