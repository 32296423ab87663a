import type { SignalRecord } from '../records/index.js';

/** One thing that may end a wait. @internal */
export type OpenCondition =
  | { readonly kind: 'timer'; readonly key: string; readonly dueAt: number }
  | {
      readonly kind: 'signal';
      readonly key: string;
      readonly signal: string;
      /** Exact key to match; absent as in {@link WaitRow}. */
      readonly signalKey?: string;
      readonly match?: (payload: unknown) => boolean;
    };

/** A wait that goes on. @internal */
export interface OpenWait {
  readonly name: string;
  readonly conditions: readonly OpenCondition[];
  /** Position of its registration: its rows are in the store once this is durable. */
  readonly registeredAt: number;
  /** Ends the wait by a timer. */
  onDue(condition: string): void;
  /** Ends the wait by a signal. */
  onSignal(condition: string, signal: SignalRecord, payload: unknown): void;
}

/** A signal with its payload as the code will see it. @internal */
export interface ReadSignal {
  readonly record: SignalRecord;
  readonly payload: unknown;
}

/**
 * The open waits of one instance, in the order in which they began, and the rule by which they end: the earliest signal first,
 * signals received by a timer's instant before the timer, then the earliest timer.
 *
 * @internal
 */
export class WaitDesk {
  private waits: Map<string, OpenWait> | undefined;
  private ended: Set<string> | undefined;

  private get open(): Map<string, OpenWait> {
    return (this.waits ??= new Map());
  }

  /** Signals that ended a wait of this generation here; the store learns of it with the next flush. */
  private get taken(): Set<string> {
    return (this.ended ??= new Set());
  }

  get size(): number {
    return this.waits?.size ?? 0;
  }

  /** Whether a signal could end any of them. */
  get listens(): boolean {
    if (this.size === 0) return false;
    for (const wait of this.open.values())
      if (wait.conditions.some((condition) => condition.kind === 'signal')) return true;
    return false;
  }

  /** The last registration that must be durable before the inbox is read. */
  get registeredAt(): number {
    let position = 0;
    if (this.waits === undefined) return position;
    for (const wait of this.waits.values()) position = Math.max(position, wait.registeredAt);
    return position;
  }

  add(wait: OpenWait): void {
    this.open.set(wait.name, wait);
  }

  /** @returns whether it was open. */
  remove(name: string): boolean {
    return this.open.delete(name);
  }

  clear(): void {
    this.waits?.clear();
  }

  names(): string[] {
    return [...this.open.keys()];
  }

  /** The next stored instant, epoch milliseconds. */
  nextDueAt(): number | undefined {
    let next: number | undefined;
    if (this.waits === undefined) return next;
    for (const wait of this.waits.values()) {
      for (const condition of wait.conditions) {
        if (condition.kind === 'timer' && (next === undefined || condition.dueAt < next)) next = condition.dueAt;
      }
    }
    return next;
  }

  /** Ends the waits that only a timer could still end. Waits that listen are left to {@link judge}. */
  judgeTimers(now: number): void {
    for (const wait of [...this.open.values()]) {
      const due = earliestTimer(wait, now);
      if (due === undefined || wait.conditions.some((condition) => condition.kind === 'signal')) continue;
      this.open.delete(wait.name);
      wait.onDue(due.key);
    }
  }

  /** Ends what an inbox, read at `now`, ends: each signal goes to one wait, each wait takes one signal. */
  judge(signals: readonly ReadSignal[], now: number): void {
    for (const wait of [...this.open.values()]) {
      const due = earliestTimer(wait, now);
      const found = this.firstMatch(wait, signals, due?.dueAt);
      if (found !== undefined) {
        this.open.delete(wait.name);
        this.taken.add(found.signal.record.id);
        wait.onSignal(found.condition, found.signal.record, found.signal.payload);
      } else if (due !== undefined) {
        this.open.delete(wait.name);
        wait.onDue(due.key);
      }
    }
  }

  private firstMatch(
    wait: OpenWait,
    signals: readonly ReadSignal[],
    dueAt: number | undefined,
  ): { readonly condition: string; readonly signal: ReadSignal } | undefined {
    for (const signal of signals) {
      if (this.taken.has(signal.record.id)) continue;
      if (dueAt !== undefined && signal.record.receivedAt > dueAt) continue;
      for (const condition of wait.conditions) {
        if (condition.kind === 'signal' && accepts(condition, signal)) return { condition: condition.key, signal };
      }
    }
    return undefined;
  }
}

function earliestTimer(wait: OpenWait, now: number): { readonly key: string; readonly dueAt: number } | undefined {
  let found: { readonly key: string; readonly dueAt: number } | undefined;
  for (const condition of wait.conditions) {
    if (condition.kind !== 'timer' || condition.dueAt > now) continue;
    if (found === undefined || condition.dueAt < found.dueAt) found = condition;
  }
  return found;
}

function accepts(condition: Extract<OpenCondition, { kind: 'signal' }>, signal: ReadSignal): boolean {
  const { record, payload } = signal;
  if (record.name !== condition.signal) return false;
  const isMailbox = record.workflowId !== undefined;
  const keyFits = isMailbox && condition.signalKey === undefined ? true : record.key === condition.signalKey;
  return keyFits && (condition.match === undefined || condition.match(payload));
}
