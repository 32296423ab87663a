import type { EntryData, JournalEntry, SignalRecord } from '../records/index.js';
import { CHILD_OUTCOME_SIGNAL, type ChildOutcome } from '../records/index.js';
import { ChildWorkflowFailedError } from '../errors/index.js';
import type { OpenCondition } from '../waits/index.js';
import type { CallHost } from './call-host.js';
import type { Delivery } from './arrival.js';
import { Call } from './call.js';

/** What a wait asks for, before its instants are fixed. @internal */
export type WaitFor =
  | { readonly kind: 'timer'; readonly key: string; readonly dueAt: (now: number) => number }
  | {
      readonly kind: 'signal';
      readonly key: string;
      readonly signal: string;
      readonly signalKey?: string;
      readonly match?: (payload: unknown) => boolean;
    }
  | { readonly kind: 'child'; readonly key: string; readonly childId: string; readonly workflowName: string };

/** The condition of a wait that its own time-out is. @internal */
export const TIMEOUT_CONDITION = '$timeout';

/**
 * The condition of a wait that is nothing but a timer: with no signal to register for, its stored instant holds whatever else ends.
 *
 * @internal
 */
export const SLEEP_CONDITION = '$timer';

/** The marker that a wait is registered, with its instants. @internal */
export function waitMarker(name: string): string {
  return `$wait:${name}`;
}

/**
 * A wait for signals, timers and children: the one primitive under sleep, signals, children's results and `waitForAny`.
 * Registered with its instants, which are never computed again; ended by one entry.
 *
 * @internal
 */
export class WaitCall extends Call {
  readonly hasEffect = false;

  /**
   * @param shape Turns the winner and its value into what the code receives.
   */
  constructor(
    name: string,
    calledAt: number,
    readonly conditions: readonly WaitFor[],
    private readonly shape: (winner: string, value: unknown) => unknown,
  ) {
    super(name, 'arrival', calledAt);
  }

  prepare(host: CallHost): void {
    const marker = host.journal.get(waitMarker(this.name)) ?? this.register(host);
    host.desk.add({
      name: this.name,
      conditions: this.conditions.map((condition) => toOpen(condition, marker)),
      registeredAt: marker.position,
      onDue: (key) => {
        const timedOut = key === TIMEOUT_CONDITION;
        const dueAt = marker.data?.dueAt?.[key];
        host.arrive({
          call: this,
          status: timedOut ? 'timed_out' : 'completed',
          attempts: 0,
          data: { winner: key },
          ...(dueAt === undefined ? {} : { dueAt }),
          onPlaced: this.end(host),
        });
      },
      onSignal: (key, signal, payload) => {
        this.take(host, key, signal, payload);
      },
    });
  }

  protected receive(delivery: Delivery): unknown {
    if (delivery.error !== undefined) throw delivery.error;
    return this.shape(delivery.data?.winner ?? '', delivery.value);
  }

  private register(host: CallHost): JournalEntry {
    const now = host.services.storeTime.now();
    const dueAt: Record<string, number> = {};
    for (const condition of this.conditions)
      if (condition.kind === 'timer') dueAt[condition.key] = Math.ceil(condition.dueAt(now));
    const marker = host.stageMarker({
      name: waitMarker(this.name),
      kind: 'wait',
      status: 'running',
      calledAt: this.calledAt,
      ...(Object.keys(dueAt).length === 0 ? {} : { data: { dueAt } }),
    });
    for (const condition of this.conditions) {
      if (condition.kind === 'timer') continue;
      const signal = condition.kind === 'child' ? CHILD_OUTCOME_SIGNAL : condition.signal;
      const key = condition.kind === 'child' ? condition.childId : condition.signalKey;
      host.writer.staged.addWait({
        wait: this.name,
        condition: condition.key,
        signal,
        ...(key === undefined ? {} : { key }),
      });
    }
    return marker;
  }

  private take(host: CallHost, key: string, signal: SignalRecord, payload: unknown): void {
    const condition = this.conditions.find((candidate) => candidate.key === key);
    const common = { call: this, attempts: 0, signalId: signal.id, onPlaced: this.end(host) } as const;
    if (condition?.kind !== 'child') {
      const text = host.services.payloads.toText(payload, `payload of signal "${signal.name}"`);
      host.arrive({ ...common, status: 'completed', text, data: { winner: key } });
      return;
    }
    const outcome = payload as ChildOutcomeValue;
    const data: EntryData = { winner: key, childId: condition.childId };
    if (outcome.status === 'completed') {
      const text = host.services.payloads.toText(outcome.output, `result of child "${condition.childId}"`);
      host.arrive({ ...common, status: 'completed', text, data });
    } else {
      const error = new ChildWorkflowFailedError({
        childId: condition.childId,
        workflowName: condition.workflowName,
        cause: outcome.error,
      });
      host.arrive({ ...common, status: outcome.status === 'cancelled' ? 'cancelled' : 'failed', error, data });
    }
  }

  private end(host: CallHost): () => void {
    return () => {
      if (this.conditions.some((condition) => condition.kind !== 'timer')) host.writer.staged.endWait(this.name);
    };
  }
}

/** A child's outcome with its texts decoded. @internal */
export interface ChildOutcomeValue extends Pick<ChildOutcome, 'status'> {
  readonly output: unknown;
  readonly error: Error | undefined;
}

function toOpen(condition: WaitFor, marker: JournalEntry): OpenCondition {
  switch (condition.kind) {
    case 'timer':
      return { kind: 'timer', key: condition.key, dueAt: marker.data?.dueAt?.[condition.key] ?? 0 };
    case 'child':
      return { kind: 'signal', key: condition.key, signal: CHILD_OUTCOME_SIGNAL, signalKey: condition.childId };
    case 'signal':
      return condition;
  }
}
