import { WorkflowTransactionError } from '../core/errors/index.js';
import { currentStepScope } from '../core/execution/index.js';

/**
 * Refuses a call inside the callback of `ctx.transaction` that does not take part in its transaction: it would not roll back with
 * it, and with a small connection pool it would wait for the connection that the callback holds.
 *
 * @throws WorkflowTransactionError
 * @internal
 */
export function refuseInsideTransaction(operation: string, transaction?: unknown): void {
  const scope = currentStepScope();
  if (scope?.kind !== 'transaction' || transaction !== undefined) return;
  const mend = TAKES_TRANSACTION.has(operation)
    ? 'Pass the manager that the callback received as { transaction: manager }'
    : 'Call it before or after the transaction';
  throw new WorkflowTransactionError(
    `client.${operation}() was called inside the transaction "${scope.step}" of the workflow "${scope.workflowId}" without taking part in it. ${mend}.`,
  );
}

const TAKES_TRANSACTION: ReadonlySet<string> = new Set(['start', 'signal', 'signalInstance']);

/**
 * The id of a start or signal that a step body makes without naming one: every attempt of the step derives the same ids in the same
 * order, so that a retried step neither starts nor signals twice. `undefined` outside of steps. Ask before the first `await`: the
 * order of calls counts.
 *
 * @internal
 */
export function derivedId(): string | undefined {
  return currentStepScope()?.nextDerivedId();
}
