import { isWorkflowError, WorkflowCancelledError, WorkflowFailedError } from '../core/errors/index.js';
import type { PayloadPort } from '../core/serialization/index.js';
import type { EndedInstance } from '../core/records/index.js';

/**
 * What an ended instance gives to whoever waits for it: its output, or the error it ended with.
 *
 * @throws WorkflowFailedError with the run's error as cause; WorkflowCancelledError; WorkflowTerminatedError
 * @internal
 */
export function readOutcome(payloads: PayloadPort, record: EndedInstance): unknown {
  const { id: workflowId, status } = record;
  if (status === 'completed') return payloads.decode(record.output, { workflowId, place: 'output' });
  return throwOutcome(payloads, record);
}

async function throwOutcome(payloads: PayloadPort, record: EndedInstance): Promise<never> {
  const { id: workflowId, status } = record;
  const cause = await readOutcomeError(payloads, record);
  if (status !== 'cancelled')
    throw new WorkflowFailedError({ workflowId, status, ...(cause === undefined ? {} : { cause }) });
  if (isWorkflowError(cause, 'WORKFLOW_CANCELLED') || isWorkflowError(cause, 'WORKFLOW_TERMINATED')) throw cause;
  throw new WorkflowCancelledError({
    workflowId,
    ...(record.cancel === undefined ? {} : { reason: record.cancel.reason }),
  });
}

/** The error an instance ended with, or the reason why it was put aside. @internal */
export async function readOutcomeError(payloads: PayloadPort, record: EndedInstance): Promise<Error | undefined> {
  return record.error === undefined
    ? undefined
    : payloads.decodeError(record.error, { workflowId: record.id, place: 'error' });
}
