import {
  WorkflowCancelledError,
  WorkflowNotFoundError,
  WorkflowStateError,
  WorkflowTerminatedError,
} from '../core/errors/index.js';
import { generationSeed, type EngineServices } from '../core/execution/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import {
  TERMINAL_STATUSES,
  assertFreeText,
  decodeName,
  isTerminal,
  newRandomSeed,
  type TerminalStatus,
} from '../core/records/index.js';
import type { RequestOutcome, StoreHint } from '../core/store/index.js';
import { parseDuration, type Duration } from '../core/time/index.js';
import { announce } from './announcement.js';
import type {
  PurgeOptions,
  RequestReceipt,
  RetryInstanceOptions,
  TerminateReceipt,
} from './client-options.interface.js';
import { childrenAmong, hasUndo, positionsToRetry, standingSteps } from './journal-truncation.js';
import { reopening } from './reopening.js';
import { statusesInput, wholeInput } from './value-rules.js';

const DEFAULT_PURGE_STATUSES: readonly TerminalStatus[] = ['completed', 'failed', 'cancelled'];
const DEFAULT_BATCH_SIZE = 500;
const MAX_BATCH_SIZE = 100_000;
const PURGE = knownOptions<PurgeOptions>({ olderThan: true, status: true, limit: true, batchSize: true });
const RETRY = knownOptions<RetryInstanceOptions>({ timeout: true });
/** How often a retry looks again when the instance changes under its eyes. */
const MAX_LOOKS = 3;

/** What a person asks of instances: to stop, to go on, to go away. @internal */
export class InstanceOperations {
  constructor(private readonly services: EngineServices) {}

  async cancel(workflowId: string, reason: string): Promise<RequestReceipt> {
    assertFreeText(reason, 'The reason');
    const error = await this.encodeError(workflowId, new WorkflowCancelledError({ workflowId, reason }));
    const outcome = await this.services.store.requestCancel(workflowId, reason, error);
    const receipt = this.conclude(workflowId, outcome);
    await this.abandon(outcome);
    return receipt;
  }

  async terminate(workflowId: string, reason: string): Promise<TerminateReceipt> {
    assertFreeText(reason, 'The reason');
    const { store } = this.services;
    const error = await this.encodeError(workflowId, new WorkflowTerminatedError({ workflowId, reason }));
    const outcome = await store.terminate(workflowId, reason, error);
    const receipt = this.conclude(workflowId, outcome);
    await this.abandon(outcome);
    // Read after the fence was raised: nothing is added to the journal any more.
    const entries = receipt.accepted ? await store.readJournal(workflowId) : [];
    return { ...receipt, uncompensated: standingSteps(entries).map(decodeName) };
  }

  async retry(workflowId: string, options: RetryInstanceOptions): Promise<RequestReceipt> {
    refuseUnknownOptions(options, RETRY, 'retry');
    const { store } = this.services;
    const timeoutMs = options.timeout === undefined ? undefined : parseDuration(options.timeout, 'timeout of retry');
    for (let look = 1; ; look += 1) {
      const record = await store.find(workflowId);
      if (record === undefined) throw new WorkflowNotFoundError({ workflowId });
      const { name, version, status, fence } = record;
      if (status !== 'failed' && status !== 'compensation_failed') {
        const hint = isTerminal(status)
          ? 'Use restart to run it again from the beginning.'
          : 'Only a failed one can be retried.';
        throw new WorkflowStateError({ workflowId, status, operation: 'retry', hint });
      }
      const entries = await store.readJournal(workflowId, record.generation);
      if (hasUndo(entries)) {
        const hint =
          'Its steps were undone, so it cannot go on from where it failed. Use restart to run it again from the beginning.';
        throw new WorkflowStateError({ workflowId, status, operation: 'retry', hint });
      }
      const keeps = this.services.registry.get(name, version)?.keptOnRetry?.(entries);
      const removePositions = positionsToRetry(entries, keeps);
      for (const childId of childrenAmong(entries, removePositions)) await this.openChild(workflowId, childId);
      const outcome = await store.reopen({
        workflowId,
        fence,
        removePositions,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      if (outcome?.accepted === true) return this.conclude(workflowId, outcome);
      if (look === MAX_LOOKS) {
        const hint = 'It changed at the same moment. Look at its status and try again.';
        throw new WorkflowStateError({
          workflowId,
          status: outcome?.record.status ?? status,
          operation: 'retry',
          hint,
        });
      }
    }
  }

  /** A child whose end is asked for again goes on as well, or begins anew where nothing of it stands. */
  private async openChild(workflowId: string, childId: string): Promise<void> {
    const { store } = this.services;
    const child = await store.find(childId);
    if (child?.parent?.workflowId !== workflowId || !isTerminal(child.status) || child.status === 'completed') return;
    const isStanding = child.status === 'failed' && !hasUndo(await store.readJournal(childId, child.generation));
    await reopening(isStanding ? this.retry(childId, {}) : this.restart(childId));
  }

  async restart(workflowId: string): Promise<RequestReceipt> {
    const outcome = await this.services.store.restart(workflowId, this.freshSeed());
    const receipt = this.conclude(workflowId, outcome);
    if (receipt.accepted) return receipt;
    const hint = 'Only an ended one can be restarted: cancel or terminate it first.';
    throw new WorkflowStateError({ workflowId, status: receipt.status, operation: 'restart', hint });
  }

  async delete(workflowId: string): Promise<void> {
    const { store } = this.services;
    if (await store.delete(workflowId)) return;
    const record = await store.find(workflowId);
    if (record === undefined) throw new WorkflowNotFoundError({ workflowId });
    const hint = 'Only an ended one can be deleted: cancel or terminate it first.';
    throw new WorkflowStateError({ workflowId, status: record.status, operation: 'delete', hint });
  }

  async purge(options: PurgeOptions): Promise<{ readonly deleted: number }> {
    refuseUnknownOptions(options, PURGE, 'purge');
    const { store, storeTime } = this.services;
    const endedBefore =
      storeTime.now() -
      parseDuration((options as PurgeOptions | undefined)?.olderThan as Duration, 'olderThan of purge');
    const status = statusesInput(options.status ?? DEFAULT_PURGE_STATUSES, 'The status to purge', TERMINAL_STATUSES);
    const batchSize = wholeInput(
      options.batchSize ?? DEFAULT_BATCH_SIZE,
      'The batchSize of a purge',
      1,
      MAX_BATCH_SIZE,
    );
    const most = options.limit === undefined ? Infinity : wholeInput(options.limit, 'The limit of a purge');
    let deleted = 0;
    // Machines after instances: one goes only after those that did what it left to be done.
    for (const purged of [store, store.states]) {
      while (purged !== undefined && deleted < most) {
        const batch = Math.min(batchSize, most - deleted);
        const count = await purged.purge({ endedBefore, status, limit: batch });
        deleted += count;
        if (count < batch) break;
      }
    }
    return { deleted };
  }

  /** Tells of what the store has done. @throws WorkflowNotFoundError when it did not know the instance */
  private conclude(workflowId: string, outcome: RequestOutcome | undefined): RequestReceipt {
    if (outcome === undefined) throw new WorkflowNotFoundError({ workflowId });
    const { record, accepted, events } = outcome;
    const hint: StoreHint = isTerminal(record.status) ? { kind: 'ended', workflowId } : { kind: 'due' };
    announce(this.services, events, accepted ? hint : undefined);
    return { accepted, status: record.status };
  }

  /** The chance of the new generation, and the instant at which its `now()` begins. */
  private freshSeed(): string {
    return generationSeed(newRandomSeed(), this.services.storeTime.now());
  }

  /** Also for one that was cancelled before: whoever did it may have died behind it. */
  private async abandon(outcome: RequestOutcome | undefined): Promise<void> {
    if (outcome === undefined) return;
    const { id, name, version, status } = outcome.record;
    if (status !== 'cancelled' && isTerminal(status)) return;
    await this.services.registry.get(name, version)?.abandon?.(id, this.services);
  }

  private async encodeError(workflowId: string, error: Error): Promise<string> {
    return this.services.payloads.encodeError(error, { workflowId, place: 'error' });
  }
}
