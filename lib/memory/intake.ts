import type { SignalRecord, SignalSeed, TerminalStatus } from '../core/records/index.js';
import type { SignalOutcome, StartResult, StartUnit } from '../core/store/index.js';
import { waitForRelease, type Lock } from './lock.js';
import type { MemoryDatabase } from './memory-database.js';

/** What became of a signal, and its record when it is new and has to be routed. @internal */
export interface StoredSignal {
  readonly outcome: SignalOutcome;
  readonly record?: SignalRecord;
}

/** Takes in new instances and signals that no transaction carries. @internal */
export class Intake {
  constructor(private readonly database: MemoryDatabase) {}

  /** Without a promise where nobody holds the id. */
  start(unit: StartUnit, resend: boolean): StartResult | Promise<StartResult> {
    const holder = this.database.reserved.get(unit.seed.id);
    return holder === undefined ? this.startNow(unit, resend) : this.startAfter(holder, unit, resend);
  }

  private async startAfter(holder: Lock, unit: StartUnit, resend: boolean): Promise<StartResult> {
    const { clock, lockTimeoutMs } = this.database;
    const isFree = await waitForRelease(holder, clock, lockTimeoutMs);
    return isFree ? this.start(unit, resend) : { kind: 'locked' };
  }

  private startNow(unit: StartUnit, resend: boolean): StartResult {
    const { database } = this;
    const existing = database.instances.get(unit.seed.id);
    if (existing !== undefined) {
      // The seed is drawn for each start: the same one tells that the lost answer was `created`.
      const arrived = resend && existing.seed === unit.seed.seed && existing.generation === 1;
      return { kind: arrived ? 'created' : 'existing', record: existing.toRecord() };
    }
    try {
      const row = database.draft(unit);
      database.insert(row, unit);
      return { kind: 'created', record: row.toRecord() };
    } catch (error) {
      return { kind: 'rejected', error: error as Error };
    }
  }

  signal(seed: SignalSeed): StoredSignal {
    const { database } = this;
    if (database.signals.has(seed.id)) return { outcome: { kind: 'stored', created: false, woken: 0 } };
    if (seed.workflowId !== undefined) {
      const mailbox = database.instances.get(seed.workflowId);
      if (mailbox === undefined) return { outcome: { kind: 'unknown' } };
      if (mailbox.isEnded) return { outcome: { kind: 'ended', status: mailbox.status as TerminalStatus } };
    }
    const record = database.receive(seed);
    database.store(record);
    return { outcome: { kind: 'stored', created: true, woken: 0 }, record };
  }
}
