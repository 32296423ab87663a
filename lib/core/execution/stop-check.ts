import { WorkflowCancelledError, WorkflowJournalLimitError, WorkflowTimeoutError } from '../errors/index.js';
import type { ExecutionHost, StopCause } from './execution-host.js';

/** Whether a run whose code goes on must stop now. @internal */
export function mustStop({ inbox, record, journal, services }: ExecutionHost): boolean {
  if (inbox.cancelRequested || journal.size >= services.options.journalHardLimit) return true;
  return record.deadlineAt !== undefined && services.storeTime.now() >= record.deadlineAt;
}

/** Why it must: a cancel, its time-out, a journal past its limit. @internal */
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
