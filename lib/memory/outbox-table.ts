import type { LifecycleEvent } from '../core/lifecycle/index.js';

interface Outgoing {
  readonly events: Map<string, LifecycleEvent>;
  /** Ids handed to the relay that has the instance, not yet settled. */
  taken: Set<string>;
  relayUntil: number;
}

/** Lifecycle events that are not yet known to be published, by instance and in order. @internal */
export class OutboxTable {
  private readonly byInstance = new Map<string, Outgoing>();
  private readonly owners = new Map<string, string>();

  add(event: LifecycleEvent): void {
    let outgoing = this.byInstance.get(event.workflowId);
    if (outgoing === undefined) {
      outgoing = { events: new Map(), taken: new Set(), relayUntil: -Infinity };
      this.byInstance.set(event.workflowId, outgoing);
    }
    outgoing.events.set(event.eventId, Object.freeze({ ...event }));
    this.owners.set(event.eventId, event.workflowId);
  }

  /** Everything unsent of as many instances as it takes to reach the limit. */
  take(limit: number, now: number, leaseMs: number): LifecycleEvent[] {
    const events: LifecycleEvent[] = [];
    for (const outgoing of this.byInstance.values()) {
      if (events.length >= limit) break;
      if (outgoing.relayUntil > now) continue;
      outgoing.relayUntil = now + leaseMs;
      outgoing.taken = new Set(outgoing.events.keys());
      events.push(...outgoing.events.values());
    }
    return events;
  }

  /** Whether a transition of the state machine waits to be published. */
  hasTransitionsOf(machineId: string): boolean {
    for (const eventId of this.byInstance.get(machineId)?.events.keys() ?? []) {
      if (eventId.startsWith(`${machineId}:transition:`)) return true;
    }
    return false;
  }

  settle(eventIds: readonly string[]): void {
    for (const eventId of eventIds) {
      const workflowId = this.owners.get(eventId);
      const outgoing = workflowId === undefined ? undefined : this.byInstance.get(workflowId);
      if (workflowId === undefined || outgoing === undefined) continue;
      this.owners.delete(eventId);
      outgoing.events.delete(eventId);
      outgoing.taken.delete(eventId);
      if (outgoing.taken.size === 0) outgoing.relayUntil = -Infinity;
      if (outgoing.events.size === 0) this.byInstance.delete(workflowId);
    }
  }
}
