import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import type { InstanceRecord } from '../../core/records/index.js';
import type { PollRequest, PollResult } from '../../core/store/index.js';
import type { SqlRow } from '../connection/index.js';
import { flag, instanceRecord, json, number, optionalNumber, text } from '../records/index.js';
import type { StoreCore } from '../store-core.js';
import { definitionArrays } from './definition-keys.js';
import { pollText } from './poll-statement.js';

/** What a poll found beside its result, each of it the reason for a statement of its own. @internal */
export interface PollFindings {
  readonly result: PollResult;
  /** The worker's row is gone. */
  readonly isUnregistered: boolean;
  readonly hasUnroutedSignals: boolean;
  readonly hasReleasedSlots: boolean;
  readonly hasLimitedDue: boolean;
  readonly hasMismatched: boolean;
}

/** The one statement of an idle worker. @internal */
export class InstancePoller {
  constructor(private readonly core: StoreCore) {}

  /** @param passByLimited Claims also what comes after the first due instance with limits, which another statement claims. */
  async poll(request: PollRequest, passByLimited: boolean): Promise<PollFindings> {
    const { core } = this;
    const { names, versions } = definitionArrays(request.definitions);
    const prepared = core.texts.get('poll', () => pollText(core.tables, core.outbox));
    const { rows } = await core.database.once({
      ...prepared,
      values: [
        core.offsetMs(),
        names,
        versions,
        request.workerId,
        request.buildId,
        Math.ceil(request.leaseMs),
        request.limit,
        request.allowSuspect,
        request.maxCrashes,
        Math.ceil(request.mismatchGraceMs),
        passByLimited,
      ],
    });
    const first = rows[0] as SqlRow;
    const { claimed, events } = claimOf(rows);
    core.texts.noteRows(claimed.length);
    const nextDueAt = optionalNumber(first, 'next_due_at');
    return {
      result: {
        claimed,
        events,
        now: number(first, 'now'),
        more: flag(first, 'more'),
        ...(nextDueAt === undefined ? {} : { nextDueAt }),
      },
      isUnregistered: number(first, 'beats') === 0,
      hasUnroutedSignals: flag(first, 'unrouted'),
      hasReleasedSlots: flag(first, 'released'),
      hasLimitedDue: flag(first, 'limited'),
      hasMismatched: flag(first, 'mismatched'),
    };
  }
}

/** The claimed records and raised events among rows that have `verdict` and `event` beside the record. @internal */
export function claimOf(rows: readonly SqlRow[]): { claimed: InstanceRecord[]; events: LifecycleEvent[] } {
  const claimed: InstanceRecord[] = [];
  const events: LifecycleEvent[] = [];
  for (const row of rows) {
    const event = json<LifecycleEvent>(row, 'event');
    if (event !== undefined) events.push(event);
    if (text(row, 'verdict') === 'claim') claimed.push(instanceRecord(row));
  }
  return { claimed, events };
}
