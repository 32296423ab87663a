import pg from 'pg';
import { RandomSource } from '../../../lib/core/records/index.js';
import { CrashBench } from '../utils/crash-bench.js';
import type { WorkerProcess } from '../utils/worker-process.js';
import { accountSql, auditSql, ledgerSql } from './audit.js';
import { Cast, pause } from './cast.js';
import { Crew, type CrewOptions, type Slot } from './crew.js';
import { judge } from './judgement.js';
import type { Rig } from './rig.js';
import { Tally } from './tally.js';

/** So long nothing may move before a round is given up. */
const STALL_MS = 25_000;
const LIMIT_MS = 400_000;

/** What came of a round. */
export interface RoundResult {
  readonly instances: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
}

/** One seed of one scenario: tables of its own, a crew, a client, and at the end a judgement. */
export class Round {
  readonly tally = new Tally();
  readonly chance: RandomSource;
  readonly cast: Cast;
  /** Whether events are stored to be told: others may get lost with their process. */
  readonly storesEvents: boolean;
  crew!: Crew;
  private client!: WorkerProcess;

  private constructor(
    readonly rig: Rig,
    readonly bench: CrashBench,
    seed: string,
    { storesEvents = true }: CrewOptions,
  ) {
    this.storesEvents = storesEvents;
    this.chance = new RandomSource(seed, 1);
    this.cast = this.castBy(() => this.client);
  }

  static async begin(rig: Rig, seed: string, crew: CrewOptions): Promise<Round> {
    const bench = await CrashBench.create(rig.server.url, {
      spareCount: 4,
      isQuiet: crew.isSick === true,
      ledgerUrl: rig.ledger.url,
      ...(rig.library === undefined ? {} : { library: rig.library }),
    });
    const { schema } = bench.config;
    await bench.sql(auditSql(schema) + 'SET search_path TO DEFAULT');
    await bench.sql(ledgerSql(schema));
    await bench.sql(accountSql(schema));
    await withClient(rig.ledger.url, async (ledger) => {
      await ledger.query(`CREATE SCHEMA "${schema}"`);
      await ledger.query(ledgerSql(schema));
    });
    await bench.sql(
      `INSERT INTO "${schema}".scope VALUES (${String(crew.tellsSteps ?? true)}, ${String(crew.storesEvents ?? true)})`,
    );
    const round = new Round(rig, bench, seed, crew);
    round.crew = new Crew(bench, round.chance, round.tally, crew, (what) => round.breach('I14', what));
    round.client = await bench.worker({ worker: false, outbox: round.storesEvents });
    await round.crew.muster();
    return round;
  }

  /** Waits for the end of everything, or until nothing moves any more; then judges, and clears up. */
  async finish(): Promise<RoundResult> {
    try {
      await this.settle();
      await this.crew.dismiss();
      const violations = await judge(this);
      return { instances: await this.count(), faults: this.tally.faults, violations };
    } finally {
      await this.crew.dismiss();
      await this.bench.dispose();
      await withClient(this.rig.ledger.url, (ledger) =>
        ledger.query(`DROP SCHEMA "${this.bench.config.schema}" CASCADE`),
      );
    }
  }

  /** The same cast, asked for through a worker's own process. */
  castOf(slot: Slot): Cast {
    return this.castBy(() => slot.process, this.cast);
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + this.chance.random() * (high - low);
  }

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.chance.random() * values.length)] as T;
  }

  /** From now on every so many writes of entries fail by 40001 or 40P01; 0: none. */
  async raiseConflicts(every: number): Promise<void> {
    await this.bench.sql(`UPDATE "${this.bench.config.schema}".conflict_rate SET every = ${every}`);
  }

  async breach(rule: string, what: string): Promise<void> {
    await this.bench.sql(`INSERT INTO "${this.bench.config.schema}".breaches VALUES ($1, $2)`, [rule, what]);
  }

  private async settle(): Promise<void> {
    const began = Date.now();
    let last = '';
    let movedAt = began;
    while (Date.now() - movedAt < STALL_MS && Date.now() - began < LIMIT_MS) {
      const [state] = await this.bench.sql<{ open: string; untold: string; moved: string }>(
        `SELECT (SELECT count(*) FROM ${this.bench.table('instances')}
            WHERE status NOT IN ('completed', 'failed', 'cancelled', 'compensation_failed', 'quarantined')) AS open,
          (SELECT count(*) FROM ${this.bench.table('outbox')}) AS untold,
          (SELECT count(*) FROM ${this.bench.table('entries')}) || '/' || (SELECT count(*) FROM ${this.bench.table('outbox')}) AS moved`,
      );
      if (state?.open === '0' && state.untold === '0') return;
      const now = `${state?.moved}/${state?.open}`;
      if (now !== last) movedAt = Date.now();
      last = now;
      await pause(100);
    }
  }

  private castBy(asker: () => WorkerProcess, shared?: Cast): Cast {
    return new Cast(asker, this.chance, this.tally, (rule, what) => this.breach(rule, what), shared);
  }

  private async count(): Promise<number> {
    const [row] = await this.bench.sql(`SELECT count(*) FROM ${this.bench.table('instances')}`);
    return Number(row?.['count']);
  }
}

export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
