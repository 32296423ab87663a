import {
  CHILD_OUTCOME_SIGNAL,
  isTerminal,
  type ChildOutcome,
  type InstanceRecord,
  type SignalRecord,
} from '../records/index.js';
import { readPatiently, type Inbox } from '../store/index.js';
import type { ReadSignal, WaitDesk } from '../waits/index.js';
import type { EngineServices } from './engine-services.js';
import type { ChildOutcomeValue } from './wait-call.js';

/** What the inbox belongs to. @internal */
export interface InboxHost {
  readonly services: EngineServices;
  readonly record: InstanceRecord;
  readonly desk: WaitDesk;
  readonly isDropped: boolean;
  lose(): void;
}

/**
 * Keeps the rule by which no wake-up is lost: register the wait durably, read the wake count with the inbox, suspend only where
 * the count is unchanged, read again where it changed.
 *
 * @internal
 */
export class InboxReader {
  cancelRequested: boolean;
  private reason: string | undefined;
  /** The wake count last seen, from whatever answer. */
  private wakes: number;
  /** The wake count and the registrations that the last reading covered. */
  private covered: { readonly wakes: number; readonly registeredAt: number; readonly now: number } | undefined;

  /** Ends of children that have been opened again since: they will tell how they end anew. */
  private readonly outdated = new Set<string>();
  private mayBeOutdated: boolean;

  constructor(private readonly host: InboxHost) {
    this.wakes = host.record.wakes;
    // Only what has been executed before can have been retried with its children.
    this.mayBeOutdated = host.record.head > 0;
    this.cancelRequested = host.record.cancel !== undefined;
  }

  /** The count that a suspension is conditional on. */
  get expectedWakes(): number {
    return this.host.desk.listens ? (this.covered?.wakes ?? this.wakes) : this.wakes;
  }

  /** Whether a signal could have come that was not looked at. */
  get isNeeded(): boolean {
    const { desk, services } = this.host;
    if (!desk.listens) return false;
    const { covered } = this;
    if (covered === undefined || covered.wakes !== this.wakes || covered.registeredAt < desk.registeredAt) return true;
    const dueAt = desk.nextDueAt();
    return dueAt !== undefined && covered.now < dueAt && dueAt <= services.storeTime.now();
  }

  /** After a new claim nothing read before counts. */
  invalidate(): void {
    this.covered = undefined;
    this.wakes = this.host.record.wakes;
    this.cancelRequested ||= this.host.record.cancel !== undefined;
  }

  /** What any answer tells of the instance's row. */
  observe(wakes: number, cancelRequested: boolean): void {
    if (wakes > this.wakes) this.wakes = wakes;
    if (cancelRequested) this.cancelRequested = true;
  }

  /** Why the run is to stop, once that is known. */
  get cancelReason(): string | undefined {
    return this.reason;
  }

  /** The reason given with the cancel: answers carry only that there is one. */
  async readCancelReason(): Promise<string | undefined> {
    this.reason ??= this.host.record.cancel?.reason;
    if (this.reason !== undefined) return this.reason;
    const { store } = this.host.services;
    this.reason = (await this.ask(() => store.find(this.host.record.id)))?.cancel?.reason;
    return this.reason;
  }

  async read(): Promise<void> {
    const { services, desk } = this.host;
    const registeredAt = desk.registeredAt;
    const inbox = await this.readInbox();
    if (inbox === undefined) {
      this.host.lose();
      return;
    }
    services.storeTime.observe(inbox.now);
    this.wakes = Math.max(this.wakes, inbox.wakes);
    if (inbox.cancelRequested) this.cancelRequested = true;
    this.covered = { wakes: inbox.wakes, registeredAt, now: inbox.now };
    const signals: ReadSignal[] = [];
    for (const signal of latestOutcomes(inbox.signals))
      if (!this.outdated.has(signal.id)) signals.push({ record: signal, payload: await this.payloadOf(signal) });
    desk.judge(signals, inbox.now);
  }

  private async readInbox(): Promise<Inbox | undefined> {
    const { services, record } = this.host;
    const { id: workflowId, generation } = record;
    const [inbox] = await this.ask(() => services.store.readInboxes([{ workflowId, generation }]));
    const ends = this.mayBeOutdated ? (inbox?.signals ?? []).filter(({ name }) => name === CHILD_OUTCOME_SIGNAL) : [];
    this.mayBeOutdated = false;
    if (ends.length === 0) return inbox;
    for (const { id, key = '' } of ends) {
      const child = await this.ask(() => services.store.find(key));
      if (child !== undefined && !isTerminal(child.status)) this.outdated.add(id);
    }
    // A child that ended while it was looked for has told so by now.
    return this.readInbox();
  }

  private ask<T>(read: () => Promise<T>): Promise<T> {
    return readPatiently(this.host.services.clock, read, () => this.host.isDropped);
  }

  private async payloadOf(signal: SignalRecord): Promise<unknown> {
    const { payloads } = this.host.services;
    const context = { workflowId: signal.workflowId ?? '', place: `signal "${signal.name}"` };
    if (signal.name !== CHILD_OUTCOME_SIGNAL) return payloads.decode(signal.payload, context);
    const outcome = JSON.parse(signal.payload ?? '{}') as ChildOutcome;
    const childContext = { workflowId: signal.key ?? '', place: 'output' };
    const value: ChildOutcomeValue = {
      status: outcome.status,
      output: await payloads.decode(outcome.output, childContext),
      error:
        outcome.error === undefined
          ? undefined
          : await payloads.decodeError(outcome.error, { ...childContext, place: 'error' }),
    };
    return value;
  }
}

/** A child that was retried has ended more than once: only its last end counts. */
function latestOutcomes(signals: readonly SignalRecord[]): readonly SignalRecord[] {
  const last = new Map<string | undefined, SignalRecord>();
  for (const signal of signals) if (signal.name === CHILD_OUTCOME_SIGNAL) last.set(signal.key, signal);
  return signals.filter((signal) => signal.name !== CHILD_OUTCOME_SIGNAL || last.get(signal.key) === signal);
}
