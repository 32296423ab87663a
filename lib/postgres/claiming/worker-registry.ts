import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import type { PollRequest, WorkerRegistration } from '../../core/store/index.js';
import { json } from '../records/index.js';
import { NOW, eventJson, postEvents } from '../sql/index.js';
import type { StoreCore } from '../store-core.js';
import { definitionArrays } from './definition-keys.js';

/** Workers unheard of for so long are forgotten; until then a mismatch may ask when their build was last seen. */
const REMEMBERED_MS = 86_400_000;

/** Rows given up in one round. */
const ROUND = 200;

/** Who executes: registration, take-over, and what nobody living can execute. @internal */
export class WorkerRegistry {
  constructor(private readonly core: StoreCore) {}

  /** Safe to call again: a worker whose row is gone registers anew. */
  async register(worker: WorkerRegistration): Promise<void> {
    const { core } = this;
    const t = core.tables;
    const { names, versions } = definitionArrays(worker.added ?? worker.definitions);
    await core.database.repeatable({
      ...core.texts.get('worker-register', () => {
        return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
forgotten AS (DELETE FROM ${t.workers} w USING clock WHERE w.heartbeat_at < clock.now - ${REMEMBERED_MS} AND w.id <> $2::text)
INSERT INTO ${t.workers} (id, started_at, heartbeat_at, heartbeat_ms, build_id, definitions)
SELECT $2::text, clock.now, clock.now, $3::int8, $4::text, $5::text[] FROM clock
ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, heartbeat_at = excluded.heartbeat_at,
  heartbeat_ms = excluded.heartbeat_ms, build_id = excluded.build_id, definitions = excluded.definitions, stopped = false`;
      }),
      values: [core.offsetMs(), worker.id, Math.ceil(worker.heartbeatMs), worker.buildId, worker.definitions],
    });
    await this.takeOver(worker.id, names, versions);
    await this.revive(worker.buildId, names, versions);
  }

  async unregister(workerId: string): Promise<void> {
    const prepared = this.core.texts.get('worker-stop', () => {
      return `UPDATE ${this.core.tables.workers} SET stopped = true WHERE id = $1::text`;
    });
    await this.core.database.repeatable({ ...prepared, values: [workerId] });
  }

  /** Gives up instances that no build seen within the grace can take. */
  async quarantineMismatched(request: PollRequest): Promise<LifecycleEvent[]> {
    const { core } = this;
    const t = core.tables;
    const { names, versions } = definitionArrays(request.definitions);
    const prepared = core.texts.get('mismatch-quarantine', () => {
      const event = eventJson(
        'quarantined',
        'c',
        'c.updated_at',
        `json_build_object('reason', 'No living build matches the journal.')`,
      );
      return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
late AS MATERIALIZED (
  SELECT x.id FROM unnest($2::text[], $3::int4[]) AS d(name, version) CROSS JOIN clock CROSS JOIN LATERAL (
    SELECT i.id FROM ${t.instances} i
    WHERE i.name = d.name AND i.version = d.version AND i.mismatched_builds IS NOT NULL AND i.blocked_on IS NULL
      AND i.due_at <= clock.now AND i.mismatched_at <= clock.now - $4::int8
      AND NOT EXISTS (SELECT 1 FROM ${t.workers} w WHERE w.heartbeat_at >= clock.now - $4::int8
        AND (d.name || '@' || d.version) = ANY (w.definitions) AND NOT w.build_id = ANY (i.mismatched_builds))
    ORDER BY i.id LIMIT ${ROUND} FOR NO KEY UPDATE SKIP LOCKED) x),
given_up AS (UPDATE ${t.instances} i SET updated_at = clock.now, status = 'quarantined', quarantined_for = 'mismatch',
    resume_status = CASE WHEN i.status = 'compensating' THEN i.status END, worker_id = NULL, due_at = NULL,
    event_seq = i.event_seq + 1
  FROM late l, clock WHERE i.id = l.id RETURNING i.*),
told AS MATERIALIZED (SELECT c.*, ${event} AS event FROM given_up c)${
        core.outbox ? `,\nposted AS (${postEvents(t.outbox, 'told', 'p.updated_at')})` : ''
      }
SELECT event FROM told`;
    });
    const values = [core.offsetMs(), names, versions, Math.ceil(request.mismatchGraceMs)];
    const { rows } = await core.database.once({ ...prepared, values });
    return rows.flatMap((row) => json<LifecycleEvent>(row, 'event') ?? []);
  }

  /** Leases left under the worker's id are due at once; the owner stays named, so that the claim counts the crash. */
  private async takeOver(workerId: string, names: readonly string[], versions: readonly number[]): Promise<void> {
    const { core } = this;
    const prepared = core.texts.get('worker-take-over', () => {
      const t = core.tables;
      return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
left_over AS MATERIALIZED (
  SELECT x.id FROM unnest($2::text[], $3::int4[]) AS d(name, version) CROSS JOIN clock CROSS JOIN LATERAL (
    SELECT i.id FROM ${t.instances} i WHERE i.name = d.name AND i.version = d.version AND i.blocked_on IS NULL
      AND i.due_at > clock.now AND i.worker_id = $4::text ORDER BY i.id FOR NO KEY UPDATE SKIP LOCKED) x)
UPDATE ${t.instances} i SET due_at = clock.now FROM left_over l, clock WHERE i.id = l.id`;
    });
    await core.database.repeatable({ ...prepared, values: [core.offsetMs(), names, versions, workerId] });
  }

  /** What earlier builds could not run, or crashed on, a new build may try. */
  private async revive(buildId: string, names: readonly string[], versions: readonly number[]): Promise<void> {
    const { core } = this;
    const prepared = core.texts.get('worker-revive', () => {
      const t = core.tables;
      return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
hope AS MATERIALIZED (
  SELECT i.id FROM ${t.instances} i WHERE i.status = 'quarantined'
    AND (i.name, i.version) IN (SELECT * FROM unnest($2::text[], $3::int4[]))
    AND NOT coalesce($4::text = ANY (i.mismatched_builds), false)
    AND (i.quarantined_for = 'mismatch' OR (i.quarantined_for = 'crash' AND i.build_id IS DISTINCT FROM $4::text))
  ORDER BY i.id FOR NO KEY UPDATE SKIP LOCKED)
UPDATE ${t.instances} i SET updated_at = clock.now, status = coalesce(i.resume_status, 'suspended'), resume_status = NULL,
  quarantined_for = NULL, error = NULL, crashes = 0, due_at = clock.now
FROM hope h, clock WHERE i.id = h.id`;
    });
    await core.database.repeatable({ ...prepared, values: [core.offsetMs(), names, versions, buildId] });
  }
}
