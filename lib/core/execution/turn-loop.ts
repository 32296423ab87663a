import type { WorkflowContext } from '../definition/index.js';
import type { SealedArrival } from './arrival.js';
import type { Call } from './call.js';
import type { CodeRun } from './code-run.js';
import type { Ending } from './ending.js';
import type { ExecutionHost } from './execution-host.js';
import type { Replay } from './replay.js';
import { findStop } from './stop-check.js';
import type { Verdict } from './verdict.js';

/** What an execution asks of the worker that owns it. @internal */
export interface ExecutionHooks {
  /** Calls `wake` at that stored instant, while the instance runs. */
  promptAt(workflowId: string, dueAt: number): void;
}

/** What turns are taken with. @internal */
export interface TurnParts {
  readonly code: CodeRun;
  readonly replay: Replay;
  readonly ending: Ending;
  readonly hooks: ExecutionHooks;
  readonly createContext: () => WorkflowContext;
}

/**
 * Takes turns until there is a verdict. In each: the code is quiet, its new calls begin once their past is durable, and one result is
 * handed over.
 *
 * @internal
 */
export class TurnLoop {
  /** The store refused a row of this instance. */
  refusal: Error | undefined;
  private isStarted = false;

  constructor(
    private readonly host: ExecutionHost,
    private readonly parts: TurnParts,
  ) {}

  async run(): Promise<Verdict> {
    const { code, replay } = this.parts;
    if (!this.isStarted) await this.begin();
    for (;;) {
      await code.quiet();
      if (this.host.isDropped) return { kind: 'lost' };
      const verdict = replay.isActive ? await replay.turn() : await this.turn();
      if (verdict !== undefined) return verdict;
    }
  }

  private async begin(): Promise<void> {
    this.isStarted = true;
    const { record, services, definition } = this.host;
    const input = await services.payloads.decode(record.input, { workflowId: record.id, place: 'input' });
    this.parts.code.start(definition, this.parts.createContext(), input);
  }

  private async turn(): Promise<Verdict | undefined> {
    const { host } = this;
    const { replay, ending } = this.parts;
    if (this.refusal !== undefined) return ending.refuse(this.refusal);
    host.bodies.conclude();
    const unverified = await replay.verify();
    if (unverified === 'wait') return this.pass();
    if (unverified !== undefined) return unverified;
    if (host.stop === undefined && host.codeEnd?.kind !== 'threw') {
      const cause = await findStop(host);
      if (cause !== undefined) host.beginStop(cause);
    }
    if (host.codeEnd !== undefined || host.stop !== undefined) return ending.run();
    for (const call of host.calls.takeFresh()) this.prepare(call);
    if (!host.isLeaving && host.lease.isValid && !host.inbox.cancelRequested) host.gate.release(host);
    host.desk.judgeTimers(host.services.storeTime.now());
    const arrival = host.arrivals.next();
    return arrival === undefined ? this.settleDown() : this.deliver(arrival);
  }

  /** Nothing is ready: reads the inbox, suspends, hands back, or makes staged writes durable and waits for work. */
  private async settleDown(): Promise<Verdict | undefined> {
    const { host } = this;
    const { ending, hooks } = this.parts;
    if (host.inbox.isNeeded && host.gate.isDurable(host.desk.registeredAt)) {
      await host.inbox.read();
      return undefined;
    }
    const isWorking = host.bodies.size + host.arrivals.size > 0 || host.bodies.hasEnded;
    const canSuspend = !isWorking && host.gate.size === 0 && host.desk.size > 0 && !host.inbox.isNeeded;
    if (canSuspend) return ending.suspend('suspended');
    if (host.isLeaving && !isWorking) return ending.handBack();
    this.flush();
    const dueAt = Math.min(host.desk.nextDueAt() ?? Infinity, host.record.deadlineAt ?? Infinity);
    // What is due already waits for a write or a reading, and those wake by themselves.
    if (dueAt !== Infinity && dueAt > host.services.storeTime.now()) hooks.promptAt(host.record.id, dueAt);
    return this.pass();
  }

  private prepare(call: Call): void {
    if (call.isSettled) return;
    call.prepare(this.host);
    if (call.hasEffect) this.host.gate.add(call);
  }

  private async deliver(arrival: SealedArrival): Promise<undefined> {
    const { host } = this;
    // What was handed over before becomes durable meanwhile; this result travels with the next write, or with the outcome.
    this.flush();
    const entry = await host.arrivals.place(arrival);
    if (entry === undefined || host.isDropped) return undefined;
    const { payloads } = host.services;
    const context = { workflowId: host.record.id, place: entry.name };
    const error = entry.error === undefined ? undefined : await payloads.decodeError(entry.error, context);
    host.events.stepEnded(host.writer.staged, entry);
    host.handOver(arrival.call as Call, entry, payloads.fromText(arrival.text), error);
    return undefined;
  }

  /** Asks for staged writes to become durable, and for a turn when they are. */
  private flush(): void {
    const { host } = this;
    if (host.writer.isClean) return;
    void host.writer.flush().then(() => {
      host.wake();
    });
  }

  private async pass(): Promise<undefined> {
    await this.host.idle();
    return undefined;
  }
}
