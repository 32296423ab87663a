import { WorkflowCancelledError, WorkflowJournalLimitError, WorkflowTimeoutError } from '../errors/index.js';
import type { ExecutionHost, StopCause } from './execution-host.js';

/** Why a run whose code goes on must stop now, if it must: a cancel, its time-out, a journal past its limit. @internal */
export async function findStop(host: ExecutionHost): Promise<StopCause | undefined> {
  const { id, deadlineAt, createdAt } = host.record;
  const { options, storeTime } = host.services;
  if (host.inbox.cancelRequested) {
    const reason = await host.inbox.readCancelReason();
    const facts = reason === undefined ? { workflowId: id } : { workflowId: id, reason };
    return { kind: 'cancel', error: new WorkflowCancelledError(facts) };
  }
  if (deadlineAt !== undefined && storeTime.now() >= deadlineAt) {
    const facts = { workflowId: id, timeoutMs: deadlineAt - createdAt };
    return { kind: 'deadline', error: new WorkflowTimeoutError(facts) };
  }
  if (host.journal.size >= options.journalHardLimit) {
    const facts = { workflowId: id, entries: host.journal.size, limit: options.journalHardLimit };
    return { kind: 'limit', error: new WorkflowJournalLimitError(facts) };
  }
  return undefined;
}
