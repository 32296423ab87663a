import type { LifecycleEvent } from '../../../lib/core/lifecycle/index.js';
import type { SimProcess } from '../engine/sim-process.js';
import type { World } from '../engine/world.js';
import type { Watch } from './watch.js';

/** Rules over lifecycle events: told after their commit, each number one event, in order where they are relayed. */
export class EventRules {
  private readonly byInstance = new Map<string, Map<number, LifecycleEvent>>();

  constructor(
    private readonly world: World,
    private readonly watch: Watch,
  ) {}

  on(process: SimProcess, event: LifecycleEvent): void {
    if (this.watch.rows.isDeleted(event.workflowId)) return;
    const what = `${event.type} ${event.eventId} (${process.loop.name})`;
    if (this.committed(event) < event.seq) this.watch.violate('events are told after their commit', what);
    const known = this.byInstance.get(event.workflowId) ?? new Map<number, LifecycleEvent>();
    this.byInstance.set(event.workflowId, known);
    const earlier = known.get(event.seq);
    if (earlier !== undefined) {
      if (earlier.type !== event.type || earlier.eventId !== event.eventId)
        this.watch.violate('one number is one event', `${what} was ${earlier.type} before`);
      return;
    }
    if (this.world.config.outbox) {
      for (let seq = 1; seq < event.seq; seq++)
        if (!known.has(seq)) this.watch.violate('events are relayed in order', `${what} came before number ${seq}`);
    }
    known.set(event.seq, event);
  }

  /** The last number that stands in the database; those of a state machine are its versions. */
  private committed({ type, workflowId }: LifecycleEvent): number {
    const { instances, states } = this.world.database.database;
    if (type === 'state_transitioned') return states.last(workflowId)?.version ?? 0;
    return instances.get(workflowId)?.eventSeq ?? 0;
  }

  /** Every number up to the row's was told, where events are stored and relayed. */
  finish(): void {
    if (!this.world.config.outbox) return;
    for (const row of this.world.database.database.instances.all()) {
      if (this.watch.rows.isDeleted(row.id)) continue;
      const known = this.byInstance.get(row.id);
      const last = known?.get(row.eventSeq)?.type;
      if (row.isEnded && last !== undefined && last !== row.status)
        this.watch.violate('the last event is the outcome', `"${row.id}" is ${row.status}, told was ${last}`);
      for (let seq = 1; seq <= row.eventSeq; seq++)
        if (known?.has(seq) !== true)
          this.watch.violate('every event is told', `"${row.id}" never told number ${seq} of ${row.eventSeq}`);
    }
  }

  isRelayed(): boolean {
    for (const row of this.world.database.database.instances.all())
      if (!this.watch.rows.isDeleted(row.id) && (this.byInstance.get(row.id)?.size ?? 0) < row.eventSeq) return false;
    return true;
  }
}
