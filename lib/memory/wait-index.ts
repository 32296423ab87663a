import type { SignalRecord } from '../core/records/index.js';
import type { WaitQuery, WaitRecord, WaitRow } from '../core/store/index.js';
import type { InstanceRow } from './instance-row.js';
import { takesFromMailbox, topicKey } from './signal-table.js';

/** Registered waits, so that the router finds who a topic signal is for. @internal */
export class WaitIndex {
  private readonly byTopic = new Map<string, Map<InstanceRow, number>>();

  register(row: InstanceRow, wait: WaitRow): void {
    row.waits ??= new Map();
    const key = `${wait.wait}\0${wait.condition}`;
    const earlier = row.waits.get(key);
    if (earlier !== undefined) this.count(row, earlier, -1);
    row.waits.set(key, Object.freeze({ ...wait }));
    this.count(row, wait, 1);
  }

  end(row: InstanceRow, name: string): void {
    for (const [key, wait] of row.waits ?? []) {
      if (wait.wait !== name) continue;
      row.waits?.delete(key);
      this.count(row, wait, -1);
    }
  }

  endAll(row: InstanceRow): void {
    for (const wait of row.waits?.values() ?? []) this.count(row, wait, -1);
    row.waits = undefined;
  }

  /** Instances with a wait that could take the signal, in id order. */
  matches(signal: SignalRecord, mailbox: InstanceRow | undefined): InstanceRow[] {
    if (signal.workflowId !== undefined) {
      for (const wait of mailbox?.waits?.values() ?? []) {
        if (takesFromMailbox(wait, signal)) return [mailbox as InstanceRow];
      }
      return [];
    }
    const waiting = this.byTopic.get(topicKey(signal.name, signal.key));
    if (waiting === undefined) return [];
    return [...waiting.keys()]
      .filter((row) => row.seq < signal.seq && !row.hasConsumed(signal.id))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The waits for a signal, whatever its key, in order. */
  find({ signal, workflowId, after, limit }: WaitQuery): WaitRecord[] {
    const found: WaitRecord[] = [];
    const rows = new Set([...this.byTopic.values()].flatMap((waiting) => [...waiting.keys()]));
    for (const row of rows) {
      if (workflowId !== undefined && row.id !== workflowId) continue;
      for (const { wait, key, signal: awaited } of row.waits?.values() ?? [])
        if (awaited === signal) found.push({ workflowId: row.id, wait, ...(key !== undefined && { key }) });
    }
    const sorted = found.sort((a, b) => compare(a.workflowId, b.workflowId) || compare(a.wait, b.wait));
    const rest = after === undefined ? sorted : sorted.filter((each) => isBehind(each, after));
    return rest.slice(0, limit);
  }

  private count(row: InstanceRow, wait: WaitRow, change: 1 | -1): void {
    const topic = topicKey(wait.signal, wait.key);
    let waiting = this.byTopic.get(topic);
    if (waiting === undefined) this.byTopic.set(topic, (waiting = new Map<InstanceRow, number>()));
    const total = (waiting.get(row) ?? 0) + change;
    if (total > 0) waiting.set(row, total);
    else waiting.delete(row);
    if (waiting.size === 0) this.byTopic.delete(topic);
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function isBehind(each: WaitRecord, after: Pick<WaitRecord, 'workflowId' | 'wait'>): boolean {
  return (compare(each.workflowId, after.workflowId) || compare(each.wait, after.wait)) > 0;
}
