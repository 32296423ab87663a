import { AbortScope } from '../cancellation/index.js';
import type { WorkflowDefinition } from '../definition/index.js';
import { LeaseLostError, WorkflowCancelledError, WorkflowIdConflictError } from '../errors/index.js';
import { InstanceJournal, InstanceWriter, type WriteListener } from '../journal/index.js';
import type { InstanceRecord, JournalEntry } from '../records/index.js';
import type { FlushResult, FlushUnit } from '../store/index.js';
import { WaitDesk } from '../waits/index.js';
import { ArrivalLine } from './arrival-line.js';
import type { Arrival } from './arrival.js';
import type { AttemptPlan } from './attempt-plan.js';
import type { AttemptsEnd } from './attempts.js';
import { BodyBoard } from './body-board.js';
import { askedTooLate, CallBook } from './call-book.js';
import { CodeRun, type CodeEnd } from './code-run.js';
import type { Marker } from './call-host.js';
import type { Call } from './call.js';
import { EffectGate, type Effect } from './effect-gate.js';
import { Ending } from './ending.js';
import type { EngineServices } from './engine-services.js';
import { EventLine } from './event-line.js';
import type { ContextHost, StopCause } from './execution-host.js';
import { beginningOf } from './generation-seed.js';
import { InboxReader } from './inbox-reader.js';
import type { Lease } from './lease.js';
import { Replay } from './replay.js';
import { StallWatch } from './stall-watch.js';
import { TurnLoop, type ExecutionHooks, type RunListener } from './turn-loop.js';
import type { Verdict } from './verdict.js';
import { WorkSignal } from './work-signal.js';

/**
 * One instance being executed by its owner. Turn by turn: the workflow's code runs until it is quiet (one macrotask), its new calls
 * begin once their past is durable, and one result is handed over. Replay hands over recorded results the same way.
 *
 * @internal
 */
export class Execution implements ContextHost, WriteListener {
  readonly scope = new AbortScope();
  readonly desk = new WaitDesk();
  readonly calls = new CallBook();
  readonly journal: InstanceJournal;
  readonly writer: InstanceWriter;
  readonly gate: EffectGate;
  readonly bodies: BodyBoard;
  readonly arrivals: ArrivalLine;
  readonly events: EventLine;
  readonly inbox: InboxReader;
  stop: StopCause | undefined;
  delivered = 0;
  deliveredAt: number;
  isDropped = false;
  isLeaving = false;
  private readonly work: WorkSignal;
  private watch: StallWatch | undefined;
  private readonly replay: Replay;
  private readonly ending: Ending;
  private readonly turns: TurnLoop;
  private readonly code: CodeRun;

  constructor(
    readonly services: EngineServices,
    readonly definition: WorkflowDefinition,
    public record: InstanceRecord,
    entries: readonly JournalEntry[],
    public lease: Lease,
    hooks: ExecutionHooks,
    readonly carried?: unknown,
  ) {
    const { id, generation, fence, wakes } = record;
    this.journal = new InstanceJournal(entries, record.head);
    this.writer = new InstanceWriter(
      services.writer,
      { workflowId: id, generation, fence, knownWakes: wakes },
      this,
      this.journal.loadedHead > 0,
    );
    this.work = new WorkSignal();
    this.gate = new EffectGate(this.journal);
    this.code = new CodeRun(services.clock, this.work);
    this.bodies = new BodyBoard(this, this.work);
    this.events = new EventLine(services, record);
    this.arrivals = new ArrivalLine(services, id, this.journal, this.writer, this.events, this.work);
    this.inbox = new InboxReader(this);
    this.deliveredAt = beginningOf(record.seed) ?? record.createdAt;
    this.replay = new Replay(this, entries);
    this.ending = new Ending(this);
    const { code, replay, ending, work } = this;
    this.turns = new TurnLoop(this, { code, replay, ending, work, hooks });
  }

  get codeEnd(): CodeEnd | undefined {
    return this.code.end;
  }

  get isReplaying(): boolean {
    return this.replay.isActive;
  }

  get isPastRecords(): boolean {
    return this.replay.isExhausted;
  }

  /** Whether a write that gives the lease up is under way: a renewal that misses it means nothing. */
  get isSettling(): boolean {
    return this.ending.isSettling;
  }

  /** Not once the lease has run out here, nor once a cancel is known. */
  get mayBegin(): boolean {
    return this.lease.isValid && !this.inbox.cancelRequested;
  }

  /** Whether nothing goes on but waits between attempts. */
  get isPausing(): boolean {
    return this.bodies.isPausing && this.hasNothingElse;
  }

  /** Whether nothing goes on but bodies that time will end: by limits of their own, by the deadline of the run, or where the run is over. */
  get isLimited(): boolean {
    const { bodies, ending, record } = this;
    if (bodies.size === 0 || !this.hasNothingElse) return false;
    if (ending.hasBegun) return ending.isAwaitingBodies || bodies.isPausing;
    return bodies.isLimited || record.deadlineAt !== undefined;
  }

  private get hasNothingElse(): boolean {
    return this.arrivals.size === 0 && this.gate.size === 0 && this.writer.isClean;
  }

  /** Executes until a verdict; called again on a warm execution after {@link reclaim}. */
  run(listener: RunListener): void {
    this.turns.run(listener);
  }

  /** A new claim of a warm execution: valid because nobody else wrote in between. */
  reclaim(record: InstanceRecord, lease: Lease): void {
    this.record = record;
    this.lease = lease;
    const { id, generation, fence, wakes } = record;
    this.writer.owner = { workflowId: id, generation, fence, knownWakes: wakes };
    this.events.reclaim(record);
    this.inbox.invalidate();
  }

  /** Something may have arrived: a signal, a due timer, a cancel, a renewed lease. */
  wake(): void {
    this.work.raise();
  }

  /** Wake-ups seen by a renewal. */
  observe(wakes: number, cancelRequested: boolean): void {
    this.inbox.observe(wakes, cancelRequested);
    this.work.raise();
  }

  /** Another worker owns it now: bodies are told, nothing is written any more. */
  lose(): void {
    if (this.isDropped) return;
    this.isDropped = true;
    this.lease.lose();
    const reason = new LeaseLostError({ workflowId: this.record.id });
    this.scope.abort(reason);
    this.ending.abort(reason);
    this.arrivals.refuse(reason);
    this.work.raise();
  }

  /** Shutdown: begins nothing new, lets open bodies end, hands the lease back. */
  release(): void {
    this.isLeaving = true;
    this.work.raise();
  }

  /** Shutdown, later: bodies are told to stop, and what they still say is not recorded. */
  abandonBodies(): void {
    this.bodies.abandon();
    const reason = new WorkflowCancelledError({ workflowId: this.record.id, reason: 'the worker shuts down' });
    this.scope.abort(reason);
    this.ending.abort(reason);
    this.work.raise();
  }

  /** Takes a call of the workflow's code. @throws ContextUsageError when its name was used before in this run. */
  ask<T>(call: Call<T>): Promise<T> {
    this.calls.add(call as Call, this.definition.name, this.record.id);
    if (this.stop !== undefined || this.ending.hasBegun) {
      call.abandon(this.stop?.error ?? askedTooLate(call, this.definition.name, this.record.id));
      return call.promise;
    }
    this.replay.noteAsked(call.name);
    this.calls.enqueue(call as Call);
    this.code.noteAsked();
    this.work.raise();
    return call.promise;
  }

  stageMarker(marker: Marker): JournalEntry {
    const recordedAt = this.services.storeTime.now();
    const entry = this.journal.append({ attempts: 0, calledAt: this.delivered, ...marker, recordedAt });
    this.writer.staged.addEntry(entry);
    return entry;
  }

  arrive(arrival: Arrival): void {
    this.arrivals.push(arrival);
  }

  arriveLater(arrival: Promise<Arrival>): void {
    this.arrivals.pushLater(arrival);
  }

  attempt(name: string, plan: AttemptPlan, scope: AbortScope, onEnd: (end: AttemptsEnd) => void): void {
    this.bodies.run(name, plan, scope, onEnd);
  }

  requeue(effect: Effect): void {
    this.gate.add(effect);
    this.work.raise();
  }

  /** What `setStatus` shows, written with the next write. */
  showStatus(text: string | undefined): void {
    this.events.showStatus(this.writer, text);
    this.work.raise();
  }

  /** Live progress, told at once here and stored with the next write. */
  emit(kind: 'emit' | 'progress', payload: unknown, step?: string): void {
    if (this.isDropped) return;
    this.events.emit(this.writer, this.delivered, kind, payload, step);
    this.work.raise();
  }

  /** What is still open or would be undone, in words: reasons not to begin a next generation. */
  unfinished(): { readonly calls: string[]; readonly undos: string[] } {
    return { calls: this.calls.outstanding().map((call) => call.name), undos: this.ending.undoable() };
  }

  /** Marks bodies that have run for long as possibly done. Called now and then by the worker. */
  sweep(): void {
    if (this.isDropped) return;
    (this.watch ??= new StallWatch()).look(this);
    if (this.isReplaying) return;
    for (const name of this.bodies.olderThan(this.services.options.recordStartAfterMs)) {
      const call = this.calls.get(name);
      if (call !== undefined && !this.journal.has(`$start:${name}`)) {
        this.bodies.later(() => {
          call.recordLateStart(this);
        });
      }
    }
  }

  handOver(call: Call, entry: JournalEntry, value: unknown, error: Error | undefined): void {
    this.delivered = entry.position;
    this.deliveredAt = entry.recordedAt;
    this.code.noteActive();
    const thrown = call.deliver({ status: entry.status, value, error, data: entry.data });
    this.calls.noteSettled(call);
    if (typeof thrown !== 'object') return;
    this.calls.failures.set(thrown, entry.position);
    // Code may throw on what the step itself threw, without the name around it.
    if (typeof thrown.cause === 'object' && thrown.cause !== null)
      this.calls.failures.set(thrown.cause, entry.position);
  }

  failCode(error: unknown): void {
    this.code.fail(error);
  }

  beginStop(cause: StopCause): void {
    this.stop = cause;
    this.scope.abort(cause.error);
    this.desk.clear();
    this.gate.clear();
    this.calls.takeFresh();
    for (const call of this.calls.outstanding()) call.abandon(cause.error);
  }

  giveUp(error: Error): Promise<Verdict> {
    return this.ending.mismatch(error);
  }

  idle(): Promise<void> {
    return this.work.wait();
  }

  async persist(): Promise<void> {
    while (!this.isDropped && !this.writer.isClean) await this.writer.flush();
  }

  /** @internal */
  onWritten(unit: FlushUnit, result: FlushResult): void {
    if (result.kind === 'applied') {
      this.gate.note(unit.entries.at(-1)?.position ?? 0);
      this.events.publish(unit, result.existingChildren);
      this.inbox.observe(result.wakes, result.cancelRequested);
      if (unit.children !== undefined) this.services.store.hint({ kind: 'due' });
      const [foreign] = result.existingChildren ?? [];
      if (foreign !== undefined) {
        const reason = 'another instance was started under it at the same time';
        this.turns.refusal = new WorkflowIdConflictError({ workflowId: foreign, reason });
      }
    } else if (result.kind === 'changed') {
      this.inbox.observe(result.wakes, result.cancelRequested);
    } else if (result.kind === 'rejected') {
      this.turns.refusal = result.error;
      // What came after the refused entries must not be recorded without them.
      this.arrivals.refuse(result.error);
    } else {
      // A conflict never patches a running execution: it is dropped, and replayed by whoever claims it next.
      this.lose();
    }
    this.work.raise();
  }
}
