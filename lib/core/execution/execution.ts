import { AbortScope } from '../cancellation/index.js';
import type { WorkflowContext, WorkflowDefinition } from '../definition/index.js';
import {
  ContextUsageError,
  LeaseLostError,
  WorkflowCancelledError,
  WorkflowJournalLimitError,
  WorkflowTimeoutError,
} from '../errors/index.js';
import { startedEvent } from '../lifecycle/index.js';
import { InstanceJournal, InstanceWriter } from '../journal/index.js';
import { resolveRetry, type RetryPolicy } from '../policies/index.js';
import { decodeName, type InstanceRecord, type InstanceSeed, type JournalEntry } from '../records/index.js';
import { WaitDesk } from '../waits/index.js';
import type { FlushResult, FlushUnit, StartUnit } from '../store/index.js';
import { runAttempts, type AttemptPlan, type AttemptsEnd } from './attempts.js';
import type { CallHost } from './call-host.js';
import type { Arrival, Call } from './call.js';
import { createContext } from './durable-context.js';
import { Ending } from './ending.js';
import { beginningOf } from './generation-seed.js';
import type { EngineServices } from './engine-services.js';
import { EventLine } from './event-line.js';
import type { ContinueAsNew } from './continue-as-new.js';

import { InboxReader } from './inbox-reader.js';
import type { Lease } from './lease.js';
import { Replay } from './replay.js';
import type { Verdict } from './verdict.js';
import { WorkSignal } from './work-signal.js';

/** How the workflow's code ended. @internal */
export type CodeEnd =
  { readonly kind: 'returned'; readonly value: unknown } | { readonly kind: 'threw'; readonly error: unknown };

/** Why a run stops although its code has not ended. @internal */
export interface StopCause {
  readonly kind: 'cancel' | 'deadline' | 'limit';
  readonly error: Error;
}

/** What an execution asks of the worker that owns it. @internal */
export interface ExecutionHooks {
  /** Calls `wake` at that stored instant, while the instance runs. */
  promptAt(workflowId: string, dueAt: number): void;
}

/**
 * One instance being executed by its owner. Turn by turn: the workflow's code runs until it is quiet (one macrotask), its new calls
 * begin once their past is durable, and one result is handed over. Replay hands over recorded results the same way.
 *
 * @internal
 */
export class Execution implements CallHost {
  readonly scope = new AbortScope();
  readonly desk = new WaitDesk();
  readonly journal: InstanceJournal;
  readonly writer: InstanceWriter;
  readonly events: EventLine;
  readonly calls = new Map<string, Call>();
  readonly inbox: InboxReader;
  /** Where a failure that was handed over stands in the journal. */
  readonly failures = new WeakMap<object, number>();
  record: InstanceRecord;
  codeEnd: CodeEnd | undefined;
  stop: StopCause | undefined;
  /** The last position handed over, and when it was recorded. */
  delivered: number;
  deliveredAt: number;
  private readonly retry: RetryPolicy;
  private readonly replay: Replay;
  private readonly work = new WorkSignal();
  private readonly ending: Ending;
  private readonly bodies = new Map<string, number>();
  private fresh: Call[] = [];
  private gated: { readonly gate: number; readonly call: { begin(host: CallHost): void } }[] = [];
  private ready: Arrival[] = [];
  private concluded: (() => void)[] = [];
  private durableHead: number;
  private isCodeActive = false;
  private isStarted = false;
  private isReleasing = false;
  private isLost = false;
  private areBodiesAbandoned = false;
  private refusal: Error | undefined;

  constructor(
    readonly services: EngineServices,
    readonly definition: WorkflowDefinition,
    record: InstanceRecord,
    entries: readonly JournalEntry[],
    public lease: Lease,
    private readonly hooks: ExecutionHooks,
  ) {
    this.record = record;
    this.journal = new InstanceJournal(entries, record.head);
    this.durableHead = this.journal.head;
    this.delivered = 0;
    this.deliveredAt = beginningOf(record.seed) ?? record.createdAt;
    this.writer = new InstanceWriter(
      services.writer,
      { workflowId: record.id, generation: record.generation, fence: record.fence },
      (unit, result) => {
        this.onWritten(unit, result);
      },
    );
    this.retry = resolveRetry(definition.retry, services.options.retry, `workflow "${definition.name}", retry`);
    this.events = new EventLine(services, record);
    this.inbox = new InboxReader(this);
    this.replay = new Replay(this, entries);
    this.ending = new Ending(this);
  }

  /** True while results come from the journal: nothing is emitted, logged or begun. */
  get isReplaying(): boolean {
    return this.replay.isActive;
  }

  /** True when it is ours no more: nothing it does matters. */
  get isDropped(): boolean {
    return this.isLost;
  }

  /** True while a shutdown waits for it. */
  get isLeaving(): boolean {
    return this.isReleasing;
  }

  /** For steps that say nothing themselves. */
  get defaultRetry(): RetryPolicy {
    return this.retry;
  }

  /** Bodies that run now. */
  get openBodies(): number {
    return this.bodies.size;
  }

  /** Executes until a verdict; called again on a warm execution after {@link reclaim}. */
  async run(): Promise<Verdict> {
    if (!this.isStarted) await this.begin();
    for (;;) {
      if (this.isCodeActive) {
        this.isCodeActive = false;
        await this.quiet();
      }
      if (this.isLost) return { kind: 'lost' };
      const verdict = this.replay.isActive ? await this.replay.turn() : await this.turn();
      if (verdict !== undefined) return verdict;
    }
  }

  /** A new claim of a warm execution: valid because nobody else wrote in between. */
  reclaim(record: InstanceRecord, lease: Lease): void {
    this.record = record;
    this.lease = lease;
    this.writer.owner = { workflowId: record.id, generation: record.generation, fence: record.fence };
    this.events.reclaim(record);
    this.inbox.invalidate();
  }

  /** Something may have arrived: a signal, a due timer, a cancel. */
  wake(): void {
    this.work.raise();
  }

  /** Wake-ups seen by a renewal or a hint. */
  observe(wakes: number | undefined, cancelRequested: boolean): void {
    this.inbox.observe(wakes);
    if (cancelRequested) this.inbox.observeCancel();
    this.work.raise();
  }

  /** Another worker owns it now: bodies are told, nothing is written any more. */
  lose(): void {
    if (this.isLost) return;
    this.isLost = true;
    this.lease.lose();
    const reason = new LeaseLostError({ workflowId: this.record.id });
    this.scope.abort(reason);
    for (const arrival of this.ready) arrival.commit?.refuse(reason);
    this.ready = [];
    this.work.raise();
  }

  /** Shutdown: begins nothing new, lets open bodies end, hands the lease back. */
  release(): void {
    this.isReleasing = true;
    this.work.raise();
  }

  /** Whether its last write is under way, after which the lease is gone by its own doing. */
  get isSettling(): boolean {
    return this.ending.isSettling;
  }

  /** Shutdown, later: bodies are told to stop, what they still say is not recorded. */
  abandonBodies(): void {
    this.areBodiesAbandoned = true;
    this.bodies.clear();
    this.concluded = [];
    this.scope.abort(new WorkflowCancelledError({ workflowId: this.record.id, reason: 'the worker shuts down' }));
    this.work.raise();
  }

  isBodyOpen(name: string): boolean {
    return this.bodies.has(name);
  }

  /** This build's code does not match the journal. */
  giveUp(error: Error): Promise<Verdict> {
    return this.ending.mismatch(error);
  }

  /** What `setStatus` shows, written with the next write. */
  showStatus(text: string | null): void {
    this.writer.staged.customStatus = text;
  }

  /** Records the answer of a `patched` call. Its position is the next free one: replay finds it by name. */
  recordPatch(name: string, patched: boolean): void {
    this.stageMarker({ name, kind: 'patch', status: 'completed', data: { patched } });
  }

  /** Ends this generation. @throws ContextUsageError while steps, children or undos are open */
  continueWith(next: ContinueAsNew): ContinueAsNew {
    const open = this.isReplaying ? [] : this.outstanding().map((call) => `"${decodeName(call.name)}"`);
    const undos = this.isReplaying ? [] : this.ending.undoable();
    if (open.length === 0 && undos.length === 0) return next;
    throw new ContextUsageError(
      open.length > 0
        ? `continueAsNew was called while ${open.join(', ')} had not ended. Await every call before it.`
        : `continueAsNew was called while ${undos.join(', ')} could still have to be undone. Call ctx.commit first.`,
    );
  }

  /** The start of a child: its row, and the event that tells of it. */
  startUnitOf(seed: InstanceSeed): StartUnit {
    return { seed, events: [startedEvent(seed, this.services.storeTime.now())] };
  }

  /** Takes a call of the workflow's code. @throws ContextUsageError when its name was used before in this run. */
  ask<T>(call: Call<T>): Promise<T> {
    if (this.calls.has(call.name)) {
      throw new ContextUsageError(
        `The name "${decodeName(call.name)}" is used twice in workflow "${this.definition.name}" (instance "${this.record.id}"). Names are keys of the journal: give each call its own, in a loop for example with the turn's number.`,
      );
    }
    this.calls.set(call.name, call as Call);
    if (this.stop !== undefined || this.ending.hasBegun) {
      call.abandon(
        this.stop?.error ?? new WorkflowCancelledError({ workflowId: this.record.id, reason: 'the run has ended' }),
      );
      return call.promise;
    }
    this.fresh.push(call as Call);
    this.isCodeActive = true;
    this.work.raise();
    return call.promise;
  }

  /** Calls made and not handed over. */
  outstanding(): Call[] {
    return [...this.calls.values()].filter((call) => !call.isSettled);
  }

  stageMarker(entry: Pick<JournalEntry, 'name' | 'kind' | 'status'> & Partial<JournalEntry>): JournalEntry {
    return this.stage({ attempts: 0, calledAt: this.delivered, ...entry });
  }

  arrive(arrival: Arrival): void {
    if (this.isLost) {
      arrival.commit?.refuse(new LeaseLostError({ workflowId: this.record.id }));
      return;
    }
    const context = { workflowId: this.record.id, place: arrival.call.name };
    const sealed =
      arrival.error === undefined
        ? this.services.payloads.seal(arrival.text, context)
        : this.services.payloads.encodeError(arrival.error, context);
    if (sealed instanceof Promise) {
      this.bodies.set(`$seal:${arrival.call.name}`, this.services.clock.monotonic());
      void sealed.then((text) => {
        this.bodies.delete(`$seal:${arrival.call.name}`);
        this.enqueue(arrival, text);
      });
    } else {
      this.enqueue(arrival, sealed);
    }
  }

  attempt(name: string, plan: AttemptPlan, onEnd: (end: AttemptsEnd) => void, scope: AbortScope = this.scope): void {
    this.bodies.set(name, this.services.clock.monotonic());
    const surroundings = { clock: this.services.clock, random: this.services.random, scope };
    const withProgress: AttemptPlan = {
      ...plan,
      onProgress: (progress) => {
        this.onProgress(plan.step, progress);
      },
    };
    void runAttempts(withProgress, surroundings).then((end) => {
      if (this.areBodiesAbandoned) return;
      // Concluded in a turn, never in the middle of a transaction's commit.
      this.concluded.push(() => {
        this.bodies.delete(name);
        onEnd(end);
      });
      this.work.raise();
    });
  }

  requeue(call: { begin(host: CallHost): void }): void {
    this.gated.push({ gate: this.journal.head, call });
    this.work.raise();
  }

  /** Live progress, stored with the next write and told at once here. */
  emit(kind: 'emit' | 'progress', payload: unknown, step?: string): void {
    this.events.emit(this, kind, payload, step);
    this.work.raise();
  }

  /** Places an entry without handing it to the code: results that settle while the run ends. */
  async recordOnly(): Promise<void> {
    this.conclude();
    for (let arrival = this.ready.shift(); arrival !== undefined; arrival = this.ready.shift())
      await this.place(arrival);
  }

  /** Marks bodies that have run for long as possibly done, and tells of code that waits for something that is not journaled. */
  sweep(now: number): void {
    if (this.isReplaying || this.isLost) return;
    for (const [name, beganAt] of this.bodies) {
      if (now - beganAt < this.services.options.recordStartAfterMs) continue;
      const call = this.calls.get(name);
      if (call !== undefined && 'recordLateStart' in call) {
        this.concluded.push(() => {
          (call as unknown as { recordLateStart(host: CallHost): void }).recordLateStart(this);
        });
        this.work.raise();
      }
    }
  }

  /** Waits until something happens. */
  async idle(): Promise<void> {
    await this.work.wait();
  }

  /** Everything staged is durable, or the execution is dropped. */
  async persist(): Promise<void> {
    while (!this.isLost && !this.writer.isClean) await this.writer.flush();
  }

  /** Runs what ended bodies have to say. */
  conclude(): void {
    const concluded = this.concluded;
    if (concluded.length === 0) return;
    this.concluded = [];
    for (const conclude of concluded) conclude();
  }

  /** Begins gated effects whose past is durable; asks for the flush that the others need. */
  releaseGated(): void {
    if (this.gated.length === 0 || this.isReleasing || !this.lease.isValid) return;
    const waiting = this.gated;
    this.gated = [];
    for (const item of waiting) {
      if (item.gate <= this.durableHead) item.call.begin(this);
      else this.gated.push(item);
    }
  }

  /** Gives a fresh result its position and stages it. False when its transaction was rolled back. */
  async place(arrival: Arrival): Promise<JournalEntry | undefined> {
    if (arrival.commit !== undefined) return this.placeInTransaction(arrival, arrival.commit);
    const entry = this.stage(entryOf(arrival));
    arrival.onPlaced?.(entry);
    return entry;
  }

  /** Hands a result over to the code. */
  handOver(call: Call, entry: JournalEntry, value: unknown, error: Error | undefined): void {
    this.delivered = entry.position;
    this.deliveredAt = entry.recordedAt;
    this.isCodeActive = true;
    const thrown = call.deliver({ status: entry.status, value, error, data: entry.data });
    if (thrown !== undefined && typeof thrown === 'object') this.failures.set(thrown, entry.position);
  }

  /** Calls of the code that have not begun, in the order in which they were made. */
  takeFresh(): Call[] {
    const fresh = this.fresh;
    this.fresh = [];
    return fresh;
  }

  private async begin(): Promise<void> {
    this.isStarted = true;
    const input = await this.services.payloads.decode(this.record.input, {
      workflowId: this.record.id,
      place: 'input',
    });
    const context: WorkflowContext = createContext(this);
    this.isCodeActive = true;
    // A promise job of its own: a body that throws at once ends the same way as one that throws later.
    void Promise.resolve()
      .then(() => this.definition.run(context, input))
      .then(
        (value) => {
          this.endCode({ kind: 'returned', value });
        },
        (error: unknown) => {
          this.endCode({ kind: 'threw', error });
        },
      );
  }

  private endCode(end: CodeEnd): void {
    this.codeEnd ??= end;
    this.work.raise();
  }

  private quiet(): Promise<void> {
    return new Promise((resolve) => {
      this.services.clock.macrotask(resolve);
    });
  }

  private async turn(): Promise<Verdict | undefined> {
    if (this.refusal !== undefined) return this.ending.refuse(this.refusal);
    this.conclude();
    const unverified = await this.replay.verify();
    if (unverified === 'wait') {
      await this.work.wait();
      return undefined;
    }
    if (unverified !== undefined) return unverified;
    await this.lookForStop();
    for (const call of this.takeFresh()) if (!call.isSettled) this.prepare(call);
    if (this.codeEnd !== undefined || this.stop !== undefined) return this.ending.run();
    this.releaseGated();
    this.desk.judgeTimers(this.services.storeTime.now());
    const arrival = this.ready.shift();
    if (arrival !== undefined) {
      await this.deliver(arrival);
      return undefined;
    }
    return this.settleDown();
  }

  /** Nothing is ready: makes staged writes durable, reads the inbox, suspends, or waits for work. */
  private async settleDown(): Promise<Verdict | undefined> {
    if (this.inbox.isNeeded && this.desk.registeredAt <= this.durableHead) {
      await this.inbox.read();
      return undefined;
    }
    const isIdle =
      this.bodies.size === 0 && this.gated.length === 0 && this.concluded.length === 0 && this.desk.size > 0;
    if (isIdle && !this.inbox.isNeeded) return this.ending.suspend('suspended');
    if (this.isReleasing && this.bodies.size === 0 && this.concluded.length === 0) return this.ending.handBack();
    if (!this.writer.isClean)
      void this.writer.flush().then(() => {
        this.work.raise();
      });
    const dueAt = this.desk.nextDueAt();
    const next = this.record.deadlineAt === undefined ? dueAt : Math.min(dueAt ?? Infinity, this.record.deadlineAt);
    if (next !== undefined) this.hooks.promptAt(this.record.id, next);
    await this.work.wait();
    return undefined;
  }

  private prepare(call: Call): void {
    call.prepare(this);
    if (call.hasEffect) this.gated.push({ gate: this.journal.head, call });
  }

  private async deliver(arrival: Arrival): Promise<void> {
    if (arrival.commit?.isOpen === false) return;
    const entry = await this.place(arrival);
    if (entry === undefined || this.isLost) return;
    const error =
      arrival.error === undefined
        ? undefined
        : await this.services.payloads.decodeError(arrival.sealedError as string, {
            workflowId: this.record.id,
            place: entry.name,
          });
    this.handOver(arrival.call, entry, this.services.payloads.fromText(arrival.text), error);
    this.events.stepEnded(this, entry);
  }

  private async placeInTransaction(
    arrival: Arrival,
    turn: NonNullable<Arrival['commit']>,
  ): Promise<JournalEntry | undefined> {
    const taken = await this.writer.takeForTransaction();
    const entry = this.journal.append({ ...entryOf(arrival), recordedAt: this.services.storeTime.now() });
    const before = taken.entries;
    taken.entries = [...before, entry];
    if (await turn.grant(taken.toUnit(this.writer.owner))) {
      this.durableHead = Math.max(this.durableHead, entry.position);
      return entry;
    }
    this.journal.retract(entry);
    taken.entries = before;
    this.writer.staged.restore(taken);
    return undefined;
  }

  private stage(entry: Omit<JournalEntry, 'position' | 'recordedAt'>): JournalEntry {
    const { journalHardLimit, journalSoftLimit } = this.services.options;
    if (this.journal.size >= journalHardLimit && this.stop === undefined) {
      const error = new WorkflowJournalLimitError({
        workflowId: this.record.id,
        entries: this.journal.size,
        limit: journalHardLimit,
      });
      this.beginStop({ kind: 'limit', error });
    } else if (this.journal.size === journalSoftLimit) {
      this.services.logger.warn('A journal has grown long; consider continueAsNew.', {
        workflowId: this.record.id,
        entries: this.journal.size,
      });
    }
    const placed = this.journal.append({ ...entry, recordedAt: this.services.storeTime.now() });
    this.writer.staged.entries.push(placed);
    return placed;
  }

  private enqueue(arrival: Arrival, sealed: string | undefined): void {
    this.ready.push(arrival.error === undefined ? { ...arrival, sealed } : { ...arrival, sealedError: sealed });
    this.work.raise();
  }

  private async lookForStop(): Promise<void> {
    if (this.stop !== undefined || this.codeEnd?.kind === 'threw') return;
    if (this.inbox.cancelRequested) {
      const reason = await this.inbox.readCancelReason();
      this.beginStop({
        kind: 'cancel',
        error: new WorkflowCancelledError({ workflowId: this.record.id, ...(reason === undefined ? {} : { reason }) }),
      });
    } else if (this.record.deadlineAt !== undefined && this.services.storeTime.now() >= this.record.deadlineAt) {
      const timeoutMs = this.record.deadlineAt - this.record.createdAt;
      this.beginStop({ kind: 'deadline', error: new WorkflowTimeoutError({ workflowId: this.record.id, timeoutMs }) });
    }
  }

  /** Stops the run: bodies are told, outstanding calls reject. What was recorded is undone by the ending. */
  beginStop(cause: StopCause): void {
    this.stop = cause;
    this.scope.abort(cause.error);
    this.desk.clear();
    this.gated = [];
    this.fresh = [];
    for (const call of this.outstanding()) call.abandon(cause.error);
  }

  private onProgress(step: string, progress: unknown): void {
    if (!this.isLost) this.emit('progress', progress, step);
  }

  private onWritten(unit: FlushUnit, result: FlushResult): void {
    switch (result.kind) {
      case 'applied':
        this.durableHead = Math.max(this.durableHead, unit.entries.at(-1)?.position ?? 0);
        this.events.publish(unit.events);
        this.inbox.observe(result.wakes);
        if (result.cancelRequested) this.inbox.observeCancel();
        if (unit.children !== undefined) this.services.store.hint({ kind: 'due' });
        break;
      case 'changed':
        this.inbox.observe(result.wakes);
        if (result.cancelRequested) this.inbox.observeCancel();
        break;
      case 'fenced':
      case 'conflict':
        // A conflict never patches a running execution: it is dropped, and replayed by whoever claims it next.
        this.lose();
        break;
      case 'rejected':
        this.refusal = result.error;
        break;
    }
    this.work.raise();
  }
}

function entryOf(arrival: Arrival): Omit<JournalEntry, 'position' | 'recordedAt'> {
  return {
    name: arrival.call.name,
    kind: arrival.call.kind,
    status: arrival.status,
    calledAt: arrival.call.calledAt,
    attempts: arrival.attempts,
    ...(arrival.sealed === undefined ? {} : { value: arrival.sealed }),
    ...(arrival.sealedError === undefined ? {} : { error: arrival.sealedError }),
    ...(arrival.signalId === undefined ? {} : { signalId: arrival.signalId }),
    ...(arrival.data === undefined ? {} : { data: arrival.data }),
  };
}
