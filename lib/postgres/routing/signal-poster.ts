import { isTerminal, type InstanceStatus, type SignalSeed } from '../../core/records/index.js';
import type { SignalOutcome } from '../../core/store/index.js';
import type { SqlExecutor, SqlRow } from '../connection/index.js';
import { flag, optionalText } from '../records/index.js';
import { NOW, RowSet, columns, type RowBatch } from '../sql/index.js';
import type { StoreCore } from '../store-core.js';

interface SeedRow {
  readonly n: number;
  readonly seed: SignalSeed;
}

const SEEDS = new RowSet<SeedRow>(
  columns<SeedRow>(
    ['n', 'int4', ({ n }) => n],
    ['id', 'text', ({ seed }) => seed.id],
    ['workflow_id', 'text', ({ seed }) => seed.workflowId],
    ['name', 'text', ({ seed }) => seed.name],
    ['key', 'text', ({ seed }) => seed.key],
    ['payload', 'text', ({ seed }) => seed.payload],
  ),
);

/** Stores signals: one INSERT that neither locks nor writes an instance row. @internal */
export class SignalPoster {
  constructor(private readonly core: StoreCore) {}

  /** `woken` is 0 in each answer: routing is a statement of its own. */
  async post(executor: SqlExecutor, seeds: readonly SignalSeed[]): Promise<SignalOutcome[]> {
    const { core } = this;
    const batch = SEEDS.batch(seeds.map((seed, index): SeedRow => ({ n: index + 1, seed })));
    const prepared = core.texts.get(`signal-${batch.code}`, () => this.text(batch));
    const result = await executor.query({ ...prepared, values: [core.offsetMs(), ...batch.values] });
    core.texts.noteRows(seeds.length);
    const seen = new Set<string>();
    return result.rows.map((row, index) => {
      const seed = seeds[index] as SignalSeed;
      const isRepeated = seen.has(seed.id);
      seen.add(seed.id);
      return outcome(row, seed, isRepeated);
    });
  }

  private text(batch: RowBatch): string {
    const t = this.core.tables;
    return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
s AS MATERIALIZED (
  SELECT u.*, x.status, EXISTS (SELECT 1 FROM ${t.signals} k WHERE k.id = u.id) AS known
  FROM ${batch.from('u', 2)} LEFT JOIN LATERAL (
    SELECT i.status FROM ${t.instances} i WHERE i.id = u.workflow_id OFFSET 0) x ON true),
stored AS (
  INSERT INTO ${t.signals} (id, received_at, workflow_id, name, key, payload)
  SELECT s.id, clock.now, s.workflow_id, s.name, s.key, s.payload FROM s, clock
  WHERE NOT s.known AND (s.workflow_id IS NULL
    OR s.status NOT IN ('completed', 'failed', 'cancelled', 'compensation_failed'))
  ORDER BY s.n ON CONFLICT (id) DO NOTHING RETURNING id)
SELECT s.n, s.status, s.known, EXISTS (SELECT 1 FROM stored d WHERE d.id = s.id) AS created FROM s ORDER BY s.n`;
  }
}

function outcome(row: SqlRow, seed: SignalSeed, isRepeated: boolean): SignalOutcome {
  if (flag(row, 'created') && !isRepeated) return { kind: 'stored', created: true, woken: 0 };
  if (flag(row, 'known') || isRepeated) return { kind: 'stored', created: false, woken: 0 };
  const status = optionalText(row, 'status') as InstanceStatus | undefined;
  if (seed.workflowId !== undefined && status === undefined) return { kind: 'unknown' };
  if (status !== undefined && isTerminal(status)) return { kind: 'ended', status };
  // Somebody else stored the same id at the same time.
  return { kind: 'stored', created: false, woken: 0 };
}
