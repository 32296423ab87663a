import { LeaseLostError } from '../errors/index.js';
import type { InstanceJournal, InstanceWriter } from '../journal/index.js';
import type { JournalEntry } from '../records/index.js';
import type { Arrival, TransactionTurn } from './arrival.js';
import type { EngineServices } from './engine-services.js';
import type { EventLine } from './event-line.js';
import type { WorkSignal } from './work-signal.js';

/**
 * Fresh results in the order in which they came, each waiting for its turn. A position is given in the turn in which the result is
 * handed over, never before.
 *
 * @internal
 */
export class ArrivalLine {
  private ready: Arrival[] | undefined;
  private sealing = 0;
  private refusal: Error | undefined;

  constructor(
    private readonly services: EngineServices,
    private readonly workflowId: string,
    private readonly journal: InstanceJournal,
    private readonly writer: InstanceWriter,
    private readonly events: EventLine,
    private readonly work: WorkSignal,
  ) {}

  /** Results that wait, or are on their way through the codec. */
  get size(): number {
    return (this.ready?.length ?? 0) + this.sealing;
  }

  push(arrival: Arrival): void {
    if (this.refusal !== undefined) {
      arrival.commit?.refuse(this.refusal);
      return;
    }
    const context = { workflowId: this.workflowId, place: arrival.call.name };
    const { payloads } = this.services;
    const sealed =
      arrival.error === undefined ? payloads.seal(arrival.text, context) : payloads.encodeError(arrival.error, context);
    if (!(sealed instanceof Promise)) {
      this.enqueue(arrival, sealed);
      return;
    }
    this.sealing += 1;
    void sealed
      .catch((error: unknown) => this.unsealable(arrival, error))
      .then((text) => {
        this.sealing -= 1;
        this.enqueue(arrival, text);
      });
  }

  /** Takes a result that is still being made. */
  pushLater(arrival: Promise<Arrival>): void {
    this.sealing += 1;
    void arrival.then((made) => {
      this.sealing -= 1;
      this.push(made);
      this.work.raise();
    });
  }

  /** The next result that may be handed over. */
  next(): Arrival | undefined {
    while (this.ready !== undefined) {
      const arrival = this.ready.shift();
      if (this.ready.length === 0) this.ready = undefined;
      if (arrival?.commit?.isOpen !== false) return arrival;
    }
    return undefined;
  }

  /** Gives a result its position and stages it. `undefined` when its transaction was rolled back instead. */
  async place(arrival: Arrival): Promise<JournalEntry | undefined> {
    return arrival.commit === undefined ? this.stage(arrival) : this.placeInTransaction(arrival, arrival.commit);
  }

  /** Gives a result that no transaction carries its position and stages it. */
  stage(arrival: Arrival): JournalEntry {
    const entry = this.journal.append(this.entryOf(arrival), arrival.call.leavesSomething);
    this.writer.staged.addEntry(entry);
    this.events.stepEnded(this.writer.staged, entry);
    arrival.onPlaced?.(entry);
    return entry;
  }

  /** Records what waits without handing it to the code: results that settle while the run ends. */
  async recordAll(): Promise<void> {
    for (let arrival = this.next(); arrival !== undefined; arrival = this.next()) await this.place(arrival);
  }

  /** Nothing is handed over any more; transactions roll back. */
  refuse(reason: Error): void {
    this.refusal = reason;
    for (const arrival of this.ready ?? []) arrival.commit?.refuse(reason);
    this.ready = undefined;
  }

  private async placeInTransaction(arrival: Arrival, turn: TransactionTurn): Promise<JournalEntry | undefined> {
    const taken = await this.writer.takeForTransaction();
    // The write that was under way may have told that the instance is lost.
    if (this.refusal !== undefined) turn.refuse(this.refusal);
    const { entries, events } = taken;
    const number = this.events.number;
    const entry = this.journal.append(this.entryOf(arrival), arrival.call.leavesSomething);
    taken.entries = [...entries, entry];
    taken.events = events && [...events];
    this.events.stepEnded(taken, entry);
    const unit = taken.toUnit(this.writer.owner);
    const written = turn.isOpen ? await turn.grant(unit) : undefined;
    if (written !== undefined) {
      this.writer.noteWritten(unit, written);
      return entry;
    }
    this.journal.retract(entry);
    this.events.number = number;
    Object.assign(taken, { entries, events });
    this.writer.staged.restore(taken);
    return undefined;
  }

  private entryOf(arrival: Arrival): Omit<JournalEntry, 'position'> {
    // What is known of the store's time may go back a little; what ended by an instant is never recorded before it.
    const recordedAt = Math.max(this.services.storeTime.now(), arrival.dueAt ?? 0);
    return {
      name: arrival.call.name,
      kind: arrival.call.kind,
      status: arrival.status,
      calledAt: arrival.call.calledAt,
      recordedAt,
      attempts: arrival.attempts,
      value: arrival.error === undefined ? arrival.sealed : undefined,
      error: arrival.error === undefined ? undefined : arrival.sealed,
      signalId: arrival.signalId,
      data: arrival.data,
    };
  }

  private enqueue(arrival: Arrival, text: string | undefined): void {
    if (this.refusal !== undefined) {
      arrival.commit?.refuse(this.refusal);
      return;
    }
    arrival.sealed = text;
    if (this.ready === undefined) this.ready = [arrival];
    else this.ready.push(arrival);
    this.work.raise();
  }

  /** A codec that fails leaves a value that cannot be stored: the instance waits for its lease to end, and somebody tries again. */
  private unsealable(arrival: Arrival, error: unknown): undefined {
    this.services.logger.error('The payload codec failed.', {
      workflowId: this.workflowId,
      place: arrival.call.name,
      error: String(error),
    });
    this.refuse(new LeaseLostError({ workflowId: this.workflowId }));
    return undefined;
  }
}
