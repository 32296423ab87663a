import type { StateHistoryQuery, StateTransitionRecord } from '../core/store/index.js';
import type { Lock } from './lock.js';

/** The transitions of all state machines, by machine and version. @internal */
export class StateTable {
  /** Machines for which an open transaction has written the next version. */
  readonly reserved = new Map<string, Lock>();
  private readonly byMachine = new Map<string, StateTransitionRecord[]>();

  last(machineId: string): StateTransitionRecord | undefined {
    return this.byMachine.get(machineId)?.at(-1);
  }

  read(machineId: string, { after = 0, limit }: StateHistoryQuery): StateTransitionRecord[] {
    // Versions are dense from 1: the version is the place.
    return this.byMachine.get(machineId)?.slice(after, after + limit) ?? [];
  }

  at(machineId: string, version: number): StateTransitionRecord | undefined {
    return this.byMachine.get(machineId)?.[version - 1];
  }

  /** The last transition of each machine. */
  *lasts(): Iterable<StateTransitionRecord> {
    for (const records of this.byMachine.values()) yield records.at(-1) as StateTransitionRecord;
  }

  /** The last transition of a machine, and of each that it, or one of these, invoked. */
  *familyOf(root: string): Iterable<StateTransitionRecord> {
    for (const last of this.lasts()) {
      if (last.machineId === root || last.machineId.startsWith(`${root}/`)) yield last;
    }
  }

  removeFamily(root: string): void {
    for (const { machineId } of [...this.familyOf(root)]) this.byMachine.delete(machineId);
  }

  add(record: StateTransitionRecord): void {
    const known = this.byMachine.get(record.machineId);
    if (known === undefined) this.byMachine.set(record.machineId, [record]);
    else known.push(record);
  }
}
