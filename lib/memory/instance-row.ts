import {
  isTerminal,
  type CancelRequest,
  type ConcurrencySlot,
  type InstanceRecord,
  type InstanceSeed,
  type InstanceStatus,
  type JournalEntry,
  type ParentLink,
  type SignalRecord,
  type WorkflowAttributes,
  type WorkflowHeaders,
} from '../core/records/index.js';
import type { WaitRow } from '../core/store/index.js';
import type { HeapItem, IndexedHeap } from '../core/time/index.js';
import { Journal } from './journal.js';
import type { Lane } from './lane.js';
import type { Lock } from './lock.js';
import type { StreamLog } from './stream-log.js';

/** Journals of earlier generations that stay readable. */
const KEPT_GENERATIONS = 20;

/** An instance as the memory store holds it. Never leaves the store: readers get {@link toRecord}. @internal */
export class InstanceRow implements HeapItem<InstanceRow> {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly headers: WorkflowHeaders;
  readonly attributes: WorkflowAttributes;
  readonly priority: number;
  readonly limits: readonly ConcurrencySlot[];
  readonly parent: ParentLink | undefined;
  readonly timeoutMs: number | undefined;

  input: string | undefined;
  inputHash: string;
  seed: string;
  generation = 1;
  status: InstanceStatus = 'pending';
  fence = 0;
  wakes = 0;
  crashes = 0;
  eventSeq = 0;
  updatedAt: number;
  endedAt: number | undefined = undefined;
  deadlineAt: number | undefined;
  dueAt: number | undefined;
  workerId: string | undefined = undefined;
  cancel: CancelRequest | undefined = undefined;
  customStatus: string | undefined = undefined;
  output: string | undefined = undefined;
  error: string | undefined = undefined;
  mismatchedBuilds: readonly string[] = NONE;

  /** What the last mismatch said, and when. */
  mismatch: { readonly error: string; readonly at: number } | undefined = undefined;
  /** The build of the last lease. */
  buildId: string | undefined = undefined;
  /** Whether the present lease has written an entry. */
  progressed = false;
  /** Undoing has begun. */
  undoing = false;
  /** A build that has not run it makes a quarantined instance claimable again, unless a person is needed. */
  quarantine: 'mismatch' | 'crashes' | 'person' | undefined = undefined;
  deleted = false;

  journal = new Journal();
  stream: StreamLog | undefined = undefined;
  lock: Lock | undefined = undefined;
  lane!: Lane<InstanceRow>;
  holdsSlots = false;
  heap: IndexedHeap<InstanceRow> | undefined = undefined;
  heapIndex = -1;
  /** Registered waits by wait and condition. */
  waits: Map<string, WaitRow> | undefined = undefined;
  /** Mailbox signals that no entry names. */
  mailbox: Map<string, SignalRecord> | undefined = undefined;
  /** Signals that an entry names; `undefined` for those not of the mailbox. */
  private consumed: Map<string, SignalRecord | undefined> | undefined = undefined;
  private past: Map<number, Journal> | undefined = undefined;

  constructor(
    seed: InstanceSeed,
    /** Order of creation, in one count with the arrival of signals. */
    readonly seq: number,
    readonly createdAt: number,
  ) {
    this.id = seed.id;
    this.name = seed.name;
    this.version = seed.version;
    this.input = seed.input;
    this.inputHash = seed.inputHash;
    this.seed = seed.seed;
    this.headers = frozenCopy(seed.headers);
    this.attributes = frozenCopy(seed.attributes);
    this.priority = seed.priority;
    this.limits =
      seed.limits.length === 0 ? NONE : Object.freeze(seed.limits.map((limit) => Object.freeze({ ...limit })));
    this.parent = seed.parent === undefined ? undefined : Object.freeze({ ...seed.parent });
    this.timeoutMs = seed.timeoutMs;
    this.updatedAt = createdAt;
    this.deadlineAt = seed.timeoutMs === undefined ? undefined : createdAt + seed.timeoutMs;
    this.dueAt = createdAt + (seed.delayMs ?? 0);
  }

  get isEnded(): boolean {
    return isTerminal(this.status);
  }

  get isLeased(): boolean {
    return this.workerId !== undefined;
  }

  /** The crash count as it will stand when the instance is claimed next. */
  get crashesAtClaim(): number {
    if (!this.isLeased) return this.crashes;
    return this.progressed ? 0 : this.crashes + 1;
  }

  get rank(): number {
    return (this.dueAt as number) + this.priority * 1000;
  }

  journalOf(generation: number): Journal | undefined {
    return generation === this.generation ? this.journal : this.past?.get(generation);
  }

  /** Returns the ids of consumed signals that are forgotten with the oldest journal. */
  beginGeneration(seed: string): string[] {
    this.past ??= new Map();
    this.past.set(this.generation, this.journal);
    this.generation += 1;
    this.seed = seed;
    this.journal = new Journal();
    const oldest = this.generation - KEPT_GENERATIONS;
    const forgotten: string[] = [];
    for (const { signalId } of this.past.get(oldest)?.read() ?? []) {
      // Signals of a topic stay noted: they are still there to be taken.
      if (signalId === undefined || this.consumed?.get(signalId) === undefined) continue;
      this.consumed.delete(signalId);
      forgotten.push(signalId);
    }
    this.past.delete(oldest);
    return forgotten;
  }

  hasConsumed(signalId: string): boolean {
    return this.consumed?.has(signalId) ?? false;
  }

  consume(signalId: string): void {
    this.consumed ??= new Map();
    this.consumed.set(signalId, this.mailbox?.get(signalId));
    this.mailbox?.delete(signalId);
  }

  /** The signals of removed entries may be taken again. */
  release(entries: readonly JournalEntry[]): void {
    for (const { signalId } of entries) {
      if (signalId === undefined) continue;
      const signal = this.consumed?.get(signalId);
      this.consumed?.delete(signalId);
      if (signal !== undefined) this.deliver(signal);
    }
  }

  deliver(signal: SignalRecord): void {
    this.mailbox ??= new Map();
    this.mailbox.set(signal.id, signal);
  }

  /** Ids of every signal that was ever in the mailbox. */
  signalIds(): Iterable<string> {
    return this.mailbox === undefined && this.consumed === undefined ? NONE : this.everySignalId();
  }

  private *everySignalId(): Iterable<string> {
    if (this.mailbox !== undefined) yield* this.mailbox.keys();
    for (const [id, signal] of this.consumed ?? []) if (signal !== undefined) yield id;
  }

  toRecord(): InstanceRecord {
    return {
      id: this.id,
      name: this.name,
      version: this.version,
      input: this.input,
      inputHash: this.inputHash,
      headers: this.headers,
      attributes: this.attributes,
      priority: this.priority,
      seed: this.seed,
      limits: this.limits,
      parent: this.parent,
      generation: this.generation,
      status: this.status,
      fence: this.fence,
      wakes: this.wakes,
      head: this.journal.head,
      crashes: this.crashes,
      eventSeq: this.eventSeq,
      createdAt: this.createdAt,
      updatedAt: this.updatedAt,
      endedAt: this.endedAt,
      deadlineAt: this.deadlineAt,
      dueAt: this.dueAt,
      workerId: this.workerId,
      cancel: this.cancel,
      customStatus: this.customStatus,
      output: this.output,
      error: this.error ?? this.mismatch?.error,
      mismatchedBuilds: this.mismatchedBuilds,
    };
  }
}

const NONE: readonly never[] = Object.freeze([]);
const EMPTY = Object.freeze({});

function frozenCopy<T extends object>(value: T): Readonly<T> {
  for (const _key in value) return Object.freeze({ ...value });
  return EMPTY as T;
}
