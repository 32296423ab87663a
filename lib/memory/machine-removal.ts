import type { PurgeRequest, StateTransitionRecord } from '../core/store/index.js';
import type { InstanceRow } from './instance-row.js';
import type { MemoryDatabase } from './memory-database.js';

/** Lets ended state machines go, with the machines they invoked: their ids begin with that of the one that nobody invoked. @internal */
export class MachineRemoval {
  constructor(private readonly database: MemoryDatabase) {}

  delete(machineId: string): boolean {
    const last = this.database.states.last(machineId);
    if (last?.ended === undefined || !this.isFree(last)) return false;
    const work = this.instancesOf(machineId);
    if (work.some((row) => !row.isEnded || row.lock !== undefined)) return false;
    for (const row of work) this.database.delete(row);
    this.database.states.removeFamily(machineId);
    return true;
  }

  purge({ endedBefore, status, limit }: PurgeRequest): number {
    const { states } = this.database;
    const old = [...states.lasts()]
      .filter(({ ended, at }) => ended !== undefined && at < endedBefore && (status?.includes(ended) ?? true))
      .filter((last) => this.isFree(last) && this.instancesOf(last.machineId).length === 0)
      .sort((a, b) => a.at - b.at)
      .slice(0, limit);
    for (const { machineId } of old) states.removeFamily(machineId);
    return old.length;
  }

  /** Nobody invoked it, no transaction writes it, and all of it is told. */
  private isFree({ machineId }: StateTransitionRecord): boolean {
    const { states, outbox } = this.database;
    return !machineId.includes('/') && !states.reserved.has(machineId) && outbox?.hasTransitionsOf(machineId) !== true;
  }

  /** The instances that wait for its end, do what its transitions left to be done, or were begun there. */
  private instancesOf(root: string): InstanceRow[] {
    const { instances, states } = this.database;
    const found = new Set<InstanceRow | undefined>();
    for (const last of states.familyOf(root)) {
      found.add(instances.get(last.machineId));
      for (let version = 1; version <= last.version; version += 1) {
        const job = `${last.machineId}/transition#${version}`;
        found.add(instances.get(job));
        for (const child of instances.childrenOf(job)) found.add(child);
      }
    }
    found.delete(undefined);
    return [...found] as InstanceRow[];
  }
}
