import type { SignalRecord, SignalSeed } from '../core/records/index.js';
import type { WaitRow } from '../core/store/index.js';
import type { InstanceRow } from './instance-row.js';

/** Topic signals up to this many are kept without asking who could still take them. */
const UNCHECKED_TOPIC_SIGNALS = 10_000;

/** Signals as they were stored: by id, by topic, and those whose waits nobody has looked for yet. @internal */
export class SignalTable {
  private readonly byId = new Map<string, SignalRecord>();
  private readonly topics = new Map<string, SignalRecord[]>();
  private readonly waitingForRouter = new Set<SignalRecord>();
  private topicSignals = 0;
  private checkAt = UNCHECKED_TOPIC_SIGNALS;

  constructor(private readonly oldestOpen: () => number) {}

  has(id: string): boolean {
    return this.byId.has(id);
  }

  /** Makes a signal visible; it is routed in a turn of its own. */
  add(signal: SignalRecord, mailbox: InstanceRow | undefined): void {
    this.byId.set(signal.id, signal);
    this.waitingForRouter.add(signal);
    if (mailbox !== undefined) mailbox.deliver(signal);
    else this.addToTopic(signal);
  }

  get unrouted(): ReadonlySet<SignalRecord> {
    return this.waitingForRouter;
  }

  markRouted(signal: SignalRecord): void {
    this.waitingForRouter.delete(signal);
  }

  /** Forgets what belonged to a mailbox. */
  forget(ids: Iterable<string>): void {
    for (const id of ids) {
      const signal = this.byId.get(id);
      this.byId.delete(id);
      if (signal !== undefined) this.waitingForRouter.delete(signal);
    }
  }

  /** What the registered waits of an instance could take, oldest first, each signal once. */
  inboxOf(row: InstanceRow): SignalRecord[] {
    if (row.waits === undefined || row.waits.size === 0) return [];
    const found = new Set<SignalRecord>();
    for (const wait of row.waits.values()) {
      for (const signal of row.mailbox?.values() ?? []) if (takesFromMailbox(wait, signal)) found.add(signal);
      for (const signal of this.topicSince(wait, row.seq)) if (!row.hasConsumed(signal.id)) found.add(signal);
    }
    return [...found].sort(bySeq);
  }

  private addToTopic(signal: SignalRecord): void {
    const topic = topicKey(signal.name, signal.key);
    const signals = this.topics.get(topic);
    if (signals === undefined) this.topics.set(topic, [signal]);
    // A transaction that commits late brings a number that lies behind.
    else signals.splice(countUpTo(signals, signal.seq), 0, signal);
    this.topicSignals += 1;
    if (this.topicSignals > this.checkAt) this.dropUntakeable();
  }

  private topicSince(wait: WaitRow, seq: number): SignalRecord[] {
    const signals = this.topics.get(topicKey(wait.signal, wait.key));
    return signals === undefined ? [] : signals.slice(countUpTo(signals, seq));
  }

  /** A topic signal from before every open instance can be taken by nobody. */
  private dropUntakeable(): void {
    const oldest = this.oldestOpen();
    for (const [topic, signals] of this.topics) {
      const kept = signals.slice(countUpTo(signals, oldest));
      this.forget(signals.slice(0, signals.length - kept.length).map((signal) => signal.id));
      this.topicSignals -= signals.length - kept.length;
      if (kept.length === 0) this.topics.delete(topic);
      else this.topics.set(topic, kept);
    }
    this.checkAt = Math.max(UNCHECKED_TOPIC_SIGNALS, 2 * this.topicSignals);
  }
}

/** What a topic is known by. @internal */
export function topicKey(name: string, key: string | undefined): string {
  return key === undefined ? name : `${name}\0${key}`;
}

/** Whether a wait takes a signal of its instance's own mailbox. @internal */
export function takesFromMailbox(wait: WaitRow, signal: SignalSeed): boolean {
  return wait.signal === signal.name && (wait.key === undefined || wait.key === signal.key);
}

function bySeq(a: SignalRecord, b: SignalRecord): number {
  return a.seq - b.seq;
}

/** How many of them arrived up to a number. */
function countUpTo(signals: readonly SignalRecord[], seq: number): number {
  if (signals.length === 0 || (signals.at(-1) as SignalRecord).seq <= seq) return signals.length;
  let low = 0;
  let high = signals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((signals[middle] as SignalRecord).seq <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
