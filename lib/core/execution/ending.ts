import type { TransitionRequest } from '../journal/index.js';
import { CompensationFailedError, WorkflowCancelledError, type CompensationFailure } from '../errors/index.js';
import { summariseError, type LifecycleDetail } from '../lifecycle/index.js';
import {
  decodeName,
  type EndedInstance,
  type EntryData,
  type InstanceRecord,
  type SignalSeed,
  type TerminalStatus,
} from '../records/index.js';
import type { FlushExpectation, FlushResult } from '../store/index.js';
import { ContinueAsNew } from './continue-as-new.js';
import type { ExecutionHost } from './execution-host.js';
import { positionOf } from './failure-origin.js';
import { closings, farewell } from './farewell.js';
import { openChildren } from './open-children.js';
import { Unwinding } from './unwinding.js';
import { generationSeed } from './generation-seed.js';
import type { Verdict } from './verdict.js';

const NOT_CANCELLED: FlushExpectation = { noCancel: true };

/**
 * How a stretch of execution ends: settles open bodies, closes children, undoes what has to be undone, and writes the outcome,
 * or gives the lease back.
 *
 * @internal
 */
export class Ending {
  hasBegun = false;
  /** A write that gives the lease up is under way. */
  isSettling = false;
  /** Bodies that are still open have some time to end. */
  isAwaitingBodies = false;
  private isSettled = false;
  private unwound: Unwinding | undefined;

  constructor(private readonly host: ExecutionHost) {}

  private get unwinding(): Unwinding {
    return (this.unwound ??= new Unwinding(this.host));
  }

  /** The instance is lost, or a shutdown cannot wait: an undo that runs is told. */
  abort(reason: Error): void {
    this.unwinding.abort(reason);
  }

  /** Names of what would be undone if the run failed now. */
  undoable(): string[] {
    return this.unwinding.items().map((item) => `"${decodeName(item.name)}"`);
  }

  /** The code has ended, or the run was stopped. `undefined`: not over yet, look again. */
  run(): Promise<Verdict | undefined> {
    this.hasBegun = true;
    const { bodies, arrivals, desk } = this.host;
    if (!this.isSettled) desk.clear();
    const isQuiet = bodies.size === 0 && !bodies.hasEnded && arrivals.size === 0;
    if (this.isSettled || isQuiet) return this.conclude();
    return this.settleBodies().then(() => this.conclude());
  }

  private conclude(): Promise<Verdict | undefined> {
    this.isSettled = true;
    if (this.host.isDropped) return Promise.resolve({ kind: 'lost' });
    const { codeEnd, stop } = this.host;
    if (stop === undefined && codeEnd?.kind === 'returned') return this.complete(codeEnd.value);
    if (stop === undefined && codeEnd?.kind === 'threw' && codeEnd.error instanceof ContinueAsNew)
      return this.continue(codeEnd.error);
    return this.fail();
  }

  /** Gives the lease back and waits. `undefined` when something happened meanwhile. */
  async suspend(status: 'suspended' | 'compensating'): Promise<Verdict | undefined> {
    const { host } = this;
    const deadlineAt = status === 'suspended' ? host.record.deadlineAt : undefined;
    const timer = host.desk.nextDueAt();
    const dueAt = deadlineAt === undefined ? timer : Math.min(timer ?? Infinity, deadlineAt);
    const result = await this.settle({
      transition: { kind: 'suspend', status, ...(dueAt === undefined ? {} : { dueAt }) },
      expect: { wakes: host.inbox.expectedWakes, ...(status === 'suspended' ? { noCancel: true } : {}) },
      events: status === 'suspended' ? [host.events.draft('suspended', 'suspended')] : [],
    });
    return this.after(result, { kind: 'suspended', dueAt });
  }

  /** Hands the lease back for a shutdown. */
  async handBack(): Promise<Verdict | undefined> {
    const result = await this.settle({ transition: { kind: 'release' } });
    return this.after(result, { kind: 'released' });
  }

  /** This build's code does not match: what was staged is dropped, the verdict noted. */
  async mismatch(error: Error): Promise<Verdict> {
    const { host } = this;
    const sealed = await host.services.payloads.encodeError(error, { workflowId: host.record.id, place: 'mismatch' });
    await host.writer.takeForTransaction();
    await this.settle({ transition: { kind: 'mismatch', buildId: host.services.options.buildId, error: sealed } });
    host.services.logger.error('The code does not match the journal.', {
      workflowId: host.record.id,
      error: error.message,
    });
    return host.isDropped ? { kind: 'lost' } : { kind: 'mismatch', error };
  }

  /** The store refused a row of this instance: it fails with the reason, its neighbours go on. */
  async refuse(error: Error): Promise<Verdict | undefined> {
    await this.host.writer.takeForTransaction();
    return this.end('failed', undefined, error, {});
  }

  private async settleBodies(): Promise<void> {
    const { host } = this;
    const { clock, options } = host.services;
    await this.recordEnded();
    if (host.bodies.size === 0) return;
    host.scope.abort(
      host.stop?.error ?? new WorkflowCancelledError({ workflowId: host.record.id, reason: 'the run has ended' }),
    );
    let isOver = false;
    const timer = clock.schedule(options.settleTimeoutMs, () => {
      isOver = true;
      host.wake();
    });
    this.isAwaitingBodies = true;
    while (host.bodies.size > 0 && !isOver && !host.isDropped) {
      await host.idle();
      await this.recordEnded();
    }
    this.isAwaitingBodies = false;
    timer.cancel();
  }

  /** Ended bodies still have their results recorded, though nobody waits for them. */
  private async recordEnded(): Promise<void> {
    this.host.bodies.conclude();
    await this.host.arrivals.recordAll();
  }

  private complete(value: unknown): Promise<Verdict | undefined> {
    const { host } = this;
    let text: string | undefined;
    try {
      text = host.services.payloads.toText(value, `result of workflow "${host.definition.name}"`);
    } catch (error) {
      host.failCode(error);
      return this.fail();
    }
    const sealed = host.services.payloads.seal(text, { workflowId: host.record.id, place: 'output' });
    if (sealed instanceof Promise) return sealed.then((output) => this.sayFarewell(output));
    return this.sayFarewell(sealed);
  }

  /** What need not wait for anything makes no promise: most runs end here. */
  private sayFarewell(output: string | undefined): Promise<Verdict | undefined> {
    const told = farewell(this.host, { status: 'completed', ...(output === undefined ? {} : { output }) });
    if (told instanceof Promise) return told.then((signals) => this.recordCompletion(output, signals));
    return this.recordCompletion(output, told);
  }

  private recordCompletion(output: string | undefined, signals: readonly SignalSeed[]): Promise<Verdict | undefined> {
    const request: TransitionRequest = {
      transition: { kind: 'end', status: 'completed', ...(output === undefined ? {} : { output }) },
      expect: NOT_CANCELLED,
      events: [this.host.events.draft('completed', 'completed')],
      signals,
    };
    return this.settle(request, (result) => this.after(result, this.ended({ status: 'completed', output })));
  }

  private async continue({ input, carried }: ContinueAsNew): Promise<Verdict | undefined> {
    const { host } = this;
    const { payloads, storeTime } = host.services;
    let sealed: string | undefined;
    try {
      sealed = await payloads.encode(input, { workflowId: host.record.id, place: 'input' });
    } catch (error) {
      host.failCode(error);
      return this.fail();
    }
    const inputHash = payloads.fingerprint(input);
    const seed = generationSeed(host.record.seed, storeTime.now());
    const marker = host.stageMarker({ name: '$continued', kind: 'continued', status: 'completed' });
    const event = host.events.draft('continued', 'running');
    const result = await this.settle({
      transition: { kind: 'continue', inputHash, seed, ...(sealed === undefined ? {} : { input: sealed }) },
      expect: NOT_CANCELLED,
      events: [event],
    });
    if (result.kind === 'changed') {
      // A cancel came first: the generation does not end in this way.
      host.journal.retract(marker);
      host.writer.staged.entries = host.writer.staged.entries.filter((entry) => entry !== marker);
    }
    const { input: _previous, ...rest } = host.record;
    const record: InstanceRecord = {
      ...rest,
      ...(sealed === undefined ? {} : { input: sealed }),
      generation: host.record.generation + 1,
      head: 0,
      eventSeq: event.seq,
      inputHash,
      seed,
      wakes: result.kind === 'applied' ? result.wakes : host.record.wakes,
    };
    // A renewal may have told of a cancel while the write was under way.
    return this.after(result, { kind: 'continued', record, cancelRequested: host.inbox.cancelRequested, carried });
  }

  private async fail(): Promise<Verdict | undefined> {
    const { host } = this;
    const cause = host.stop?.error ?? (host.codeEnd as { readonly error: unknown }).error;
    const items = this.unwinding.items();
    const children = openChildren(host);
    await this.recordCause(cause, items.length > 0 || children.length > 0);
    if (host.isDropped) return { kind: 'lost' };
    const pause = await this.unwinding.run(items, children, cause);
    if (host.isDropped) return { kind: 'lost' };
    if (pause === 'wait') return this.suspend('compensating');
    if (pause === 'release') return this.handBack();
    const { failures, untried } = this.unwinding.report();
    const status: TerminalStatus =
      failures.length > 0 ? 'compensation_failed' : host.stop?.kind === 'cancel' ? 'cancelled' : 'failed';
    const error = failures.length === 0 ? cause : undone(failures, cause);
    const detail: LifecycleDetail = {
      ...this.detailOf(error),
      ...(failures.length === 0 ? {} : { uncompensated: [...failures.map((failure) => failure.step), ...untried] }),
    };
    return this.end(status, undefined, error, detail);
  }

  /** The failure or stop as an entry with a position; with the change to `compensating` when there is something to undo. */
  private async recordCause(cause: unknown, isUndoing: boolean): Promise<void> {
    const { host } = this;
    const kind = host.stop === undefined || host.stop.kind === 'limit' ? 'failure' : host.stop.kind;
    const name = `$${kind}`;
    if (!host.journal.has(name)) {
      const causePosition = positionOf(cause, host.calls.failures);
      const data: EntryData | undefined = causePosition === undefined ? undefined : { causePosition };
      const error = await host.services.payloads.encodeError(cause, { workflowId: host.record.id, place: name });
      host.stageMarker({
        name,
        kind,
        status: kind === 'cancel' ? 'cancelled' : 'failed',
        error,
        ...(data === undefined ? {} : { data }),
      });
    } else if (host.record.status === 'compensating') {
      return;
    }
    if (!isUndoing || this.unwinding.hasBegun) return;
    await this.settle({
      transition: { kind: 'compensate' },
      events: [host.events.draft('compensating', 'compensating', this.detailOf(cause))],
      signals: await closings(host),
    });
  }

  /** What events tell of a run that did not complete, in the words of whoever cancelled it where somebody did. */
  private detailOf(cause: unknown): LifecycleDetail {
    const { stop, inbox } = this.host;
    const reason = stop?.kind === 'cancel' ? inbox.cancelReason : undefined;
    return { error: summariseError(cause), ...(reason === undefined ? {} : { reason }) };
  }

  private async end(
    status: TerminalStatus,
    output: string | undefined,
    cause: unknown,
    detail: LifecycleDetail,
  ): Promise<Verdict | undefined> {
    const { host } = this;
    const error = await host.services.payloads.encodeError(cause, { workflowId: host.record.id, place: 'error' });
    const type = status === 'completed' ? 'completed' : status;
    const result = await this.settle({
      transition: { kind: 'end', status, error, ...(output === undefined ? {} : { output }) },
      events: [host.events.draft(type, status, { error: summariseError(cause), ...detail })],
      signals: await farewell(host, { status, error }),
    });
    return this.after(result, this.ended({ status, output, error }));
  }

  private ended(outcome: Pick<EndedInstance, 'status' | 'output' | 'error'>): Verdict {
    const { id, cancel } = this.host.record;
    return { kind: 'ended', instance: { id, cancel, ...outcome } };
  }

  private settle(request: TransitionRequest): Promise<FlushResult>;
  private settle<T>(request: TransitionRequest, read: (result: FlushResult) => T): Promise<T>;
  private settle(request: TransitionRequest, read: (result: FlushResult) => unknown = asItIs): Promise<unknown> {
    this.isSettling = request.transition.kind !== 'compensate' && request.transition.kind !== 'continue';
    return new Promise((resolve) => {
      this.host.writer.settle(request, (result) => {
        this.isSettling = false;
        resolve(read(result));
      });
    });
  }

  private after(result: FlushResult, verdict: Verdict): Verdict | undefined {
    if (this.host.isDropped) return { kind: 'lost' };
    return result.kind === 'applied' ? verdict : undefined;
  }
}

function undone(failures: readonly CompensationFailure[], cause: unknown): CompensationFailedError {
  return new CompensationFailedError({ failures, cause });
}

function asItIs(result: FlushResult): FlushResult {
  return result;
}
