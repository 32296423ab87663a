import { decodeName, type JournalEntry } from '../records/index.js';
import { queueTick } from '../time/index.js';
import type { Arrival } from './arrival.js';
import type { Call } from './call.js';
import type { CodeRun } from './code-run.js';
import { ContinueAsNew } from './continue-as-new.js';
import { createContext } from './durable-context.js';
import type { Ending } from './ending.js';
import type { ContextHost, ExecutionHost } from './execution-host.js';
import type { Replay } from './replay.js';
import { findStop, mustStop } from './stop-check.js';
import type { Verdict } from './verdict.js';
import type { WorkSignal } from './work-signal.js';

/** What an execution asks of the worker that owns it. @internal */
export interface ExecutionHooks {
  /** Calls `wake` at that stored instant, while the instance runs. */
  promptAt(workflowId: string, dueAt: number): void;
}

/** Who follows a run. @internal */
export interface RunListener {
  onVerdict(verdict: Verdict): void;
  /** The store could not be reached for good, or a defect of the engine. */
  onFailure(error: unknown): void;
}

/** What turns are taken with. @internal */
export interface TurnParts {
  readonly code: CodeRun;
  readonly work: WorkSignal;
  readonly replay: Replay;
  readonly ending: Ending;
  readonly hooks: ExecutionHooks;
}

/** What a turn led to: a verdict; `undefined`: take another one; `idle`: first something has to happen. */
type TurnEnd = Verdict | 'idle' | undefined;

/**
 * Takes turns until there is a verdict. In each: the code is quiet, its new calls begin once their past is durable, and one result is
 * handed over. What need not wait for anything is done without a promise: each of them is dear where asynchronous hooks are on, as
 * they are in Node 20 since bodies run in a scope of their own.
 *
 * @internal
 */
export class TurnLoop {
  /** The store refused a row of this instance. */
  refusal: Error | undefined;
  private isStarted = false;
  private hasRested = false;
  private listener: RunListener | undefined;

  constructor(
    private readonly host: ContextHost,
    private readonly parts: TurnParts,
  ) {}

  /** Takes turns until there is a verdict; called again for a warm execution. */
  run(listener: RunListener): void {
    this.listener = listener;
    queueTick(this.takeTurns);
  }

  private begin(): undefined | Promise<undefined> {
    this.isStarted = true;
    const { record, services } = this.host;
    const input = services.payloads.decode(record.input, { workflowId: record.id, place: 'input' });
    return input instanceof Promise ? input.then((decoded) => this.startCode(decoded)) : this.startCode(input);
  }

  private startCode(input: unknown): undefined {
    this.parts.code.start(this.host.definition, createContext(this.host), input);
    return undefined;
  }

  /** Takes turns for as long as nothing has to be waited for; what ends the waiting calls it again. */
  private readonly takeTurns = (): void => {
    let turn: ReturnType<TurnLoop['advance']>;
    try {
      turn = this.advance();
    } catch (error) {
      this.fail(error);
      return;
    }
    if (turn instanceof Promise) this.goOnAfter(turn);
    else if (turn !== 'resting') this.conclude(turn);
  };

  private goOnAfter(turn: Promise<TurnEnd>): void {
    turn.then(
      (end) => {
        if (end === undefined) this.takeTurns();
        else this.conclude(end);
      },
      (error: unknown) => {
        this.fail(error);
      },
    );
  }

  private advance(): Verdict | 'idle' | 'resting' | Promise<TurnEnd> {
    const { host } = this;
    const { code, replay, work } = this.parts;
    const beginning = this.isStarted ? undefined : this.begin();
    if (beginning !== undefined) return beginning;
    for (;;) {
      if (code.isActive) {
        code.rest(this.wakeUp, this.anticipate);
        return 'resting';
      }
      if (host.isDropped) return { kind: 'lost' };
      work.clear();
      const turn = replay.isActive ? replay.turn() : this.turn();
      if (turn !== undefined) return turn;
    }
  }

  private readonly wakeUp = (): void => {
    const { code } = this.parts;
    if (!code.isResting) return;
    code.noteQuiet();
    this.hasRested = true;
    this.takeTurns();
  };

  /**
   * Does what need not wait for the macrotask after which the code is quiet: results alone are handed over in an order. What the code
   * has asked for begins, or has its past made durable, and code that has returned has nothing more to ask for. The first rest is
   * waited for in any case, so that instances that follow one another leave room for everything else.
   */
  private readonly anticipate = (): void => {
    const { host } = this;
    const { code, replay } = this.parts;
    if (!code.isResting || host.isDropped || this.refusal !== undefined) return;
    if (code.end !== undefined) {
      if (this.hasRested) this.wakeUp();
      return;
    }
    if (!replay.isExhausted || host.stop !== undefined || mustStop(host)) return;
    this.beginFresh();
    if (host.gate.size > 0) host.writer.flushSoon();
  };

  private conclude(end: Verdict | 'idle'): void {
    if (end === 'idle') this.parts.work.callBack(this.takeTurns);
    else this.listener?.onVerdict(end);
  }

  private fail(error: unknown): void {
    this.listener?.onFailure(error);
  }

  private turn(): TurnEnd | Promise<TurnEnd> {
    const { host } = this;
    const { replay, ending } = this.parts;
    if (this.refusal !== undefined) return ending.refuse(this.refusal);
    host.bodies.conclude();
    const unverified = replay.verify();
    if (unverified === 'wait') return 'idle';
    if (unverified !== undefined) return unverified;
    if (host.stop === undefined && !hasFailed(host) && mustStop(host)) return this.stop();
    if (host.codeEnd !== undefined || host.stop !== undefined) {
      this.tellForgotten();
      return ending.run();
    }
    this.beginFresh();
    // Bodies that answered at once have ended in this very turn.
    host.bodies.conclude();
    if (host.desk.size > 0) host.desk.judgeTimers(host.services.storeTime.now());
    const arrival = host.arrivals.next();
    return arrival === undefined ? this.settleDown() : this.deliver(arrival);
  }

  /** Begins what the code has asked for, as far as its past is durable. */
  private beginFresh(): void {
    const { host } = this;
    for (const call of host.calls.takeFresh()) this.prepare(call);
    if (host.gate.isOpen && !host.isLeaving && host.lease.isValid && !host.inbox.cancelRequested)
      host.gate.release(host);
  }

  private async stop(): Promise<TurnEnd> {
    const cause = await findStop(this.host);
    if (cause === undefined) return undefined;
    this.host.beginStop(cause);
    return this.parts.ending.run();
  }

  /** Nothing is ready: reads the inbox, suspends, hands back, or makes staged writes durable and waits for work. */
  private settleDown(): TurnEnd | Promise<TurnEnd> {
    const { host } = this;
    const { ending, hooks } = this.parts;
    if (host.inbox.isNeeded && host.gate.isDurable(host.desk.registeredAt)) return this.readInbox();
    const isWorking = host.bodies.size + host.arrivals.size > 0 || host.bodies.hasEnded;
    const canSuspend = !isWorking && host.gate.size === 0 && host.desk.size > 0 && !host.inbox.isNeeded;
    if (canSuspend) return ending.suspend('suspended');
    if (host.isLeaving && !isWorking) return ending.handBack();
    host.writer.flushSoon();
    const dueAt = Math.min(host.desk.nextDueAt() ?? Infinity, host.record.deadlineAt ?? Infinity);
    // What is due already waits for a write or a reading, and those wake by themselves.
    if (dueAt !== Infinity && dueAt > host.services.storeTime.now()) hooks.promptAt(host.record.id, dueAt);
    return 'idle';
  }

  private async readInbox(): Promise<undefined> {
    await this.host.inbox.read();
    return undefined;
  }

  /** Calls made in the last turn of code that returned: nobody awaited them, and they never begin. */
  private tellForgotten(): void {
    const { host } = this;
    const forgotten = host.calls.takeFresh().filter((call) => !call.isSettled);
    if (forgotten.length === 0 || host.codeEnd?.kind !== 'returned' || host.stop !== undefined) return;
    host.services.logger.warn(
      'A run has returned before calls that it made could begin; they are dropped. Await every call of ctx.',
      {
        workflowId: host.record.id,
        workflow: host.definition.name,
        calls: forgotten.map((call) => decodeName(call.name)),
      },
    );
  }

  private prepare(call: Call): void {
    if (call.isSettled) return;
    call.prepare(this.host);
    if (call.hasEffect) this.host.gate.add(call);
  }

  private deliver(arrival: Arrival): undefined | Promise<undefined> {
    const { host } = this;
    // What was handed over before becomes durable meanwhile; this result travels with the next write, or with the outcome.
    host.writer.flushSoon();
    if (arrival.commit === undefined && arrival.error === undefined) {
      this.handOver(arrival, host.arrivals.stage(arrival), undefined);
      return undefined;
    }
    return this.deliverLater(arrival);
  }

  /** A transaction commits first, and a recorded error may have to be decoded. */
  private async deliverLater(arrival: Arrival): Promise<undefined> {
    const { host } = this;
    const entry = await host.arrivals.place(arrival);
    if (entry === undefined || host.isDropped) return undefined;
    const context = { workflowId: host.record.id, place: entry.name };
    const { payloads } = host.services;
    const error = entry.error === undefined ? undefined : await payloads.decodeError(entry.error, context);
    this.handOver(arrival, entry, error);
    return undefined;
  }

  private handOver(arrival: Arrival, entry: JournalEntry, error: Error | undefined): void {
    const { host } = this;
    const value = host.services.payloads.reread(arrival.value, arrival.text);
    host.handOver(arrival.call as Call, entry, value, error);
  }
}

/** Whether the code ended with a failure; what it threw to begin a next generation is none. */
function hasFailed({ codeEnd }: ExecutionHost): boolean {
  return codeEnd?.kind === 'threw' && !(codeEnd.error instanceof ContinueAsNew);
}
