import { WorkflowStoreError } from '../../core/errors/index.js';
import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import type { PurgeRequest, ReopenRequest, RequestOutcome } from '../../core/store/index.js';
import type { SqlRow } from '../connection/index.js';
import { flag, instanceRecord, json, number, text } from '../records/index.js';
import type { StoreCore } from '../store-core.js';
import { deleteText, purgeText, purgeTopicsText } from './deletion-statements.js';
import { ENDING_ROWS, endingText, type EndingRequest } from './ending-statement.js';
import { reopenText, restartText } from './reopening-statements.js';

/** What a person, or a parent, can ask of instances. @internal */
export class InstanceRequests {
  constructor(private readonly core: StoreCore) {}

  /** Cancels or terminates; the answer lacks what is unknown, and what was locked at that moment. */
  async end(kind: 'cancel' | 'terminate', requests: readonly EndingRequest[]): Promise<Map<string, RequestOutcome>> {
    const { core } = this;
    const batch = ENDING_ROWS.batch(requests);
    const prepared = core.texts.get(`${kind}-${batch.code}`, () => endingText(core.tables, kind, batch, core.outbox));
    const { rows } = await core.database.once({
      ...prepared,
      values: [core.offsetMs(), ...batch.values],
    });
    return new Map(rows.map((row) => [text(row, 'id'), outcomeOf(row, flag(row, 'open'))]));
  }

  /** The same for one instance, waiting while its row is locked. `undefined` when unknown. */
  async endOne(kind: 'cancel' | 'terminate', request: EndingRequest): Promise<RequestOutcome | undefined> {
    return this.untilUnlocked(request.workflowId, async () =>
      (await this.end(kind, [request])).get(request.workflowId),
    );
  }

  async reopen(request: ReopenRequest): Promise<RequestOutcome | undefined> {
    const { core } = this;
    const prepared = core.texts.get('reopen', () => reopenText(core.tables, core.outbox));
    const { rows } = await core.database.once({
      ...prepared,
      values: [
        core.offsetMs(),
        request.workflowId,
        request.fence,
        request.removePositions,
        request.timeoutMs === undefined ? null : Math.ceil(request.timeoutMs),
      ],
    });
    return rows[0] === undefined ? undefined : outcomeOf(rows[0], true);
  }

  async restart(workflowId: string, seed: string): Promise<RequestOutcome | undefined> {
    const { core } = this;
    const prepared = core.texts.get('restart', () => restartText(core.tables, core.outbox));
    return this.untilUnlocked(workflowId, async () => {
      const { rows } = await core.database.once({ ...prepared, values: [core.offsetMs(), workflowId, seed] });
      return rows[0] === undefined ? undefined : outcomeOf(rows[0], flag(rows[0], 'ended'));
    });
  }

  async delete(workflowId: string): Promise<boolean> {
    const prepared = this.core.texts.get('delete', () => deleteText(this.core.tables));
    const { rows } = await this.core.database.repeatable({ ...prepared, values: [[workflowId]] });
    return number(rows[0] ?? {}, 'deleted') > 0;
  }

  async purge(request: PurgeRequest): Promise<number> {
    const { core } = this;
    const prepared = core.texts.get('purge', () => purgeText(core.tables));
    const statuses = request.status ?? ['completed', 'failed', 'cancelled', 'compensation_failed'];
    const { rows } = await core.database.once({
      ...prepared,
      values: [Math.ceil(request.endedBefore), statuses, request.limit],
    });
    const deleted = number(rows[0] ?? {}, 'deleted');
    if (deleted < request.limit) await this.purgeTopics(request.endedBefore);
    return deleted;
  }

  /** Once for each purge, after its last batch: finding the oldest open instance may take a while. */
  private async purgeTopics(before: number): Promise<void> {
    const prepared = this.core.texts.get('purge-topics', () => purgeTopicsText(this.core.tables));
    await this.core.database.repeatable({ ...prepared, values: [Math.ceil(before)] });
  }

  /** Nothing back means unknown or locked: asks which, and tries again while it is locked. */
  private async untilUnlocked(
    workflowId: string,
    attempt: () => Promise<RequestOutcome | undefined>,
  ): Promise<RequestOutcome | undefined> {
    const { core } = this;
    const deadline = core.clock.monotonic() + core.lockTimeoutMs;
    const exists = core.texts.get('exists', () => `SELECT 1 FROM ${core.tables.instances} i WHERE i.id = $1::text`);
    for (let round = 0; ; round += 1) {
      const outcome = await attempt();
      if (outcome !== undefined) return outcome;
      const { rowCount } = await core.database.repeatable({ ...exists, values: [workflowId] });
      if (rowCount === 0) return undefined;
      if (core.clock.monotonic() > deadline) {
        throw new WorkflowStoreError(
          `The row of workflow "${workflowId}" was locked by another transaction for longer than ${core.lockTimeoutMs} ms.`,
        );
      }
      await core.database.pause(round);
    }
  }
}

function outcomeOf(row: SqlRow, accepted: boolean): RequestOutcome {
  const event = json<LifecycleEvent>(row, 'event');
  return { record: instanceRecord(row), accepted, events: event === undefined ? [] : [event] };
}
