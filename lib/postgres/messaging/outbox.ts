import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import { json } from '../records/index.js';
import { NOW } from '../sql/index.js';
import type { StoreCore } from '../store-core.js';

/** Events that are not known to be published: handed out by instance, so that each instance's order is kept. @internal */
export class Outbox {
  constructor(private readonly core: StoreCore) {}

  /** The unsent events of instances whose lowest one nobody has; whole instances, until `limit` is reached. */
  async take(request: {
    readonly workerId: string;
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<LifecycleEvent[]> {
    const { core } = this;
    const prepared = core.texts.get('outbox-take', () => {
      const t = core.tables;
      // The lowest row of an instance stands for all of them: who has its lock and lease has the instance.
      return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
lowest AS MATERIALIZED (
  SELECT o.instance_id FROM ${t.outbox} o, clock
  WHERE NOT EXISTS (SELECT 1 FROM ${t.outbox} e WHERE e.instance_id = o.instance_id AND e.seq < o.seq)
    AND (o.leased_until IS NULL OR o.leased_until <= clock.now)
  ORDER BY o.created_at, o.instance_id LIMIT $4::int4 FOR UPDATE OF o SKIP LOCKED),
counted AS (
  SELECT l.instance_id, sum(count(o.seq)) OVER (ORDER BY min(o.created_at), l.instance_id) - count(o.seq) AS before
  FROM lowest l JOIN ${t.outbox} o ON o.instance_id = l.instance_id GROUP BY l.instance_id),
taken AS (
  UPDATE ${t.outbox} o SET leased_by = $2::text, leased_until = clock.now + $3::int8
  FROM counted c, clock WHERE o.instance_id = c.instance_id AND c.before < $4::int4
  RETURNING o.instance_id, o.seq, o.created_at, o.event)
SELECT event FROM taken ORDER BY min(created_at) OVER (PARTITION BY instance_id), instance_id, seq`;
    });
    const values = [core.offsetMs(), request.workerId, Math.ceil(request.leaseMs), request.limit];
    const { rows } = await core.database.once({ ...prepared, values });
    return rows.flatMap((row) => json<LifecycleEvent>(row, 'event') ?? []);
  }

  async settle(eventIds: readonly string[]): Promise<void> {
    if (eventIds.length === 0) return;
    const { core } = this;
    const prepared = core.texts.get('outbox-settle', () => {
      return `DELETE FROM ${core.tables.outbox} o USING unnest($1::text[], $2::int4[]) AS u(instance_id, seq)
        WHERE o.instance_id = u.instance_id AND o.seq = u.seq`;
    });
    const keys = eventIds.map(eventKey);
    await core.database.repeatable({
      ...prepared,
      values: [keys.map((key) => key.instanceId), keys.map((key) => key.seq)],
    });
  }
}

/** Under what the events of a state machine are kept: an instance of its own may have the machine's id. @internal */
export function outboxId(machineId: string): string {
  return `${machineId}/$transitions`;
}

/** An event id is `workflowId:generation:seq`, that of a machine `machineId:transition:version`; ids may contain colons. */
function eventKey(eventId: string): { instanceId: string; seq: number } {
  const beforeSeq = eventId.lastIndexOf(':');
  const beforeGeneration = eventId.lastIndexOf(':', beforeSeq - 1);
  const id = eventId.slice(0, beforeGeneration);
  const isOfMachine = eventId.slice(beforeGeneration + 1, beforeSeq) === 'transition';
  return { instanceId: isOfMachine ? outboxId(id) : id, seq: Number(eventId.slice(beforeSeq + 1)) };
}
