import { AbortScope } from '../cancellation/index.js';
import type { CompensationContext } from '../definition/index.js';
import { compensationFailure, StepInterruptedError, type CompensationFailure } from '../errors/index.js';
import { retryKey } from '../journal/index.js';
import type { RetryPolicy } from '../policies/index.js';
import { decodeName, type JournalEntry } from '../records/index.js';
import type { AttemptPlan } from './attempt-plan.js';
import type { AttemptsEnd } from './attempts.js';
import { ChildCall } from './child-call.js';
import type { ExecutionHost } from './execution-host.js';
import type { OpenChild } from './open-children.js';
import { startMarker, StepCall } from './step-call.js';
import { WaitCall } from './wait-call.js';

/** One thing to undo. @internal */
export interface UndoItem {
  /** Journal name of the step or child. */
  readonly name: string;
  readonly compensate: (result: unknown, context: CompensationContext) => unknown;
  readonly policy: RetryPolicy;
  /** Once it was begun, it does not run again. */
  readonly atMostOnce: boolean;
  /** The recorded result; absent when it was begun and nothing was recorded. */
  readonly completed: JournalEntry | undefined;
  /** Orders the items: recorded completion, or recorded start. */
  readonly position: number;
}

/** The journal name of an undo. @internal */
export function undoName(name: string): string {
  return `$compensate:${name}`;
}

/**
 * Undoes what a run has done: possibly-done steps first, in reverse of their start, then completed ones in reverse of their recorded
 * completion; each journaled and retried; shielded from the cancel that caused it. Where it stood is read from the journal, so
 * it goes on after a crash.
 *
 * @internal
 */
export class Unwinding {
  hasBegun = false;
  private readonly scope = new AbortScope();
  private readonly failures: CompensationFailure[] = [];
  private readonly untried: string[] = [];
  private readonly closing = new Map<string, WaitCall>();

  constructor(private readonly host: ExecutionHost) {}

  /** What there is to undo, in the order of undoing. */
  items(): UndoItem[] {
    const { calls, journal } = this.host;
    let committed = 0;
    for (const call of calls.all())
      if (call.kind === 'commit') committed = Math.max(committed, journal.get(call.name)?.position ?? 0);
    const done: UndoItem[] = [];
    const uncertain: UndoItem[] = [];
    for (const call of calls.all()) {
      const undo = undoOf(call);
      if (undo === undefined) continue;
      const result = journal.get(call instanceof ChildCall ? `$result:${call.name}` : call.name);
      if (result !== undefined && result.data?.uncertain !== true) {
        if (result.status === 'completed' && result.position > committed)
          done.push({ ...undo, name: call.name, completed: result, position: result.position });
        continue;
      }
      const start = call instanceof StepCall ? journal.get(startMarker(call.name)) : undefined;
      if (start !== undefined)
        uncertain.push({ ...undo, name: call.name, completed: undefined, position: start.position });
    }
    const newestFirst = (a: UndoItem, b: UndoItem): number => b.position - a.position;
    return [...uncertain.sort(newestFirst), ...done.sort(newestFirst)];
  }

  /** Closes children, then undoes. `wait`: a stored instant or a child must come first; `release`: a shutdown goes first. */
  async run(
    items: readonly UndoItem[],
    children: readonly OpenChild[],
    cause: unknown,
  ): Promise<'done' | 'wait' | 'release'> {
    this.hasBegun = true;
    this.failures.length = 0;
    this.untried.length = 0;
    if (!(await this.closeChildren(children))) return 'wait';
    const reason = cause instanceof Error ? cause : new Error(String(cause));
    for (const item of items) {
      if (this.host.isDropped) return 'done';
      if (this.host.isLeaving) return 'release';
      if (this.failures.length > 0 && this.host.definition.onUndoFailure === 'stop') {
        this.untried.push(decodeName(item.name));
        continue;
      }
      const pause = await this.undo(item, reason);
      if (pause !== 'done') return pause;
    }
    return 'done';
  }

  abort(reason: Error): void {
    this.scope.abort(reason);
  }

  /** What could not be undone. */
  report(): { readonly failures: readonly CompensationFailure[]; readonly untried: readonly string[] } {
    return { failures: this.failures, untried: this.untried };
  }

  private async undo(item: UndoItem, reason: Error): Promise<'done' | 'wait' | 'release'> {
    const { host } = this;
    const name = undoName(item.name);
    const recorded = host.journal.get(name);
    if (recorded !== undefined) {
      if (recorded.status !== 'completed') this.failures.push(await this.failureOf(item, recorded));
      return 'done';
    }
    const retry = host.journal.latestRetry(name);
    const dueAt = retry?.data?.dueAt?.['retry'];
    if (retry !== undefined && dueAt !== undefined && dueAt > host.services.storeTime.now())
      return this.waitUntil(retry, dueAt);
    if (item.atMostOnce) {
      const start = startMarker(name);
      if (host.journal.has(start)) return this.record(item, name, interrupted(item));
      host.stageMarker({ name: start, kind: 'start', status: 'running' });
    }
    await host.persist();
    while (!host.lease.isValid && !host.isDropped) await host.idle();
    if (host.isDropped) return 'done';
    const end = await this.attempt(item, name, (retry?.attempts ?? 0) + 1, reason);
    if (host.isDropped) return 'done';
    return end === undefined ? 'release' : this.record(item, name, end);
  }

  private async record(item: UndoItem, name: string, end: AttemptsEnd): Promise<'done' | 'wait' | 'release'> {
    const { host } = this;
    if (end.kind === 'later') {
      const dueAt = Math.ceil(host.services.storeTime.now() + end.delayMs);
      const marker = host.stageMarker({
        name: retryKey(name, end.attempts),
        kind: 'retry',
        status: 'running',
        attempts: end.attempts,
        data: { dueAt: { retry: dueAt } },
      });
      return this.waitUntil(marker, dueAt);
    }
    const data = item.completed === undefined ? { data: { uncertain: true } } : {};
    if (end.kind === 'completed') {
      const entry = host.stageMarker({ name, kind: 'undo', status: 'completed', attempts: end.attempts, ...data });
      host.events.stepEnded(host.writer.staged, entry);
      return 'done';
    }
    const error = await host.services.payloads.encodeError(end.error, { workflowId: host.record.id, place: name });
    const entry = host.stageMarker({ name, kind: 'undo', status: end.status, attempts: end.attempts, error, ...data });
    this.failures.push(await this.failureOf(item, entry));
    return 'done';
  }

  /** Tries an undo; `undefined` when a shutdown could not wait for it. */
  private attempt(item: UndoItem, name: string, firstAttempt: number, reason: Error): Promise<AttemptsEnd | undefined> {
    const { host } = this;
    const step = decodeName(item.name);
    const plan: AttemptPlan = {
      kind: 'step',
      workflowId: host.record.id,
      generation: host.record.generation,
      step,
      name,
      headers: host.record.headers,
      policy: item.policy,
      inProcessBelowMs: item.policy.inProcessBelowMs,
      firstAttempt,
      undo: { reason, uncertain: item.completed === undefined, name: item.name },
      body: async (context) => {
        const { payloads } = host.services;
        const result = await payloads.decode(item.completed?.value, { workflowId: host.record.id, place: item.name });
        return item.compensate(result, context as CompensationContext);
      },
      record: () => undefined,
    };
    return new Promise((resolve) => {
      host.attempt(name, plan, this.scope, resolve);
      void this.pump(name).then(() => {
        // Only a shutdown that cannot wait takes the body away without its end.
        resolve(undefined);
      });
    });
  }

  /** Keeps concluding while an undo runs: its end is told in a turn, and nobody else takes turns now. */
  private async pump(name: string): Promise<void> {
    while (this.host.bodies.has(name) && !this.host.isDropped) {
      await this.host.idle();
      this.host.bodies.conclude();
    }
  }

  private waitUntil(marker: JournalEntry, dueAt: number): 'wait' {
    this.host.desk.clear();
    this.host.desk.add({
      name: marker.name,
      conditions: [{ kind: 'timer', key: 'retry', dueAt }],
      registeredAt: marker.position,
      onDue: () => undefined,
      onSignal: () => undefined,
    });
    return 'wait';
  }

  private async failureOf(item: UndoItem, entry: JournalEntry): Promise<CompensationFailure> {
    const context = { workflowId: this.host.record.id, place: entry.name };
    const step = decodeName(item.name);
    if (entry.error === undefined) return { step, message: 'no reason was recorded' };
    return compensationFailure(step, await this.host.services.payloads.decodeError(entry.error, context));
  }

  /** Waits for the outcomes of children that were asked to close. False: they have not ended yet. */
  private async closeChildren(children: readonly OpenChild[]): Promise<boolean> {
    const { host } = this;
    if (children.length === 0) return true;
    for (const child of children) {
      const name = `$closed:${child.name}`;
      if (this.closing.has(name)) continue;
      const condition = {
        kind: 'child',
        key: 'child',
        childId: child.childId,
        workflowName: child.workflowName,
      } as const;
      const call = new WaitCall(name, host.delivered, [condition], () => undefined);
      this.closing.set(name, call);
      call.prepare(host);
    }
    await host.persist();
    if (host.isDropped) return true;
    if (host.inbox.isNeeded) await host.inbox.read();
    await host.arrivals.recordAll();
    return [...this.closing.keys()].every((name) => host.journal.has(name));
  }
}

function interrupted({ name }: UndoItem): AttemptsEnd {
  return { kind: 'failed', status: 'failed', error: new StepInterruptedError({ step: decodeName(name) }), attempts: 1 };
}

function undoOf(call: unknown): Pick<UndoItem, 'compensate' | 'policy' | 'atMostOnce'> | undefined {
  if (call instanceof StepCall && call.options.compensate !== undefined)
    return {
      compensate: call.options.compensate,
      policy: call.options.compensateRetry,
      atMostOnce: call.options.compensateAtMostOnce,
    };
  if (call instanceof ChildCall && call.plan.compensate !== undefined)
    return { compensate: call.plan.compensate, policy: call.plan.compensateRetry, atMostOnce: false };
  return undefined;
}
