import {
  isCompensationFailedError,
  isWorkflowFailedError,
  isWorkflowTimeoutError,
  type CompensationFailedError,
} from '../../core/errors/index.js';
import type { GraphOutcome } from '../node-result.js';
import { CycleDetectedError } from './cycle-detected.error.js';
import { GraphExecutionError, isGraphExecutionError } from './graph-execution.error.js';
import { GraphTimeoutError } from './graph-timeout.error.js';
import { NodeExecutionError } from './node-execution.error.js';

/**
 * What a run was ended with, as its users meet it: in the classes of this room, also where it was stored, and undos that failed are told by
 * the error that made them necessary.
 *
 * @internal
 */
export function graphErrorOf(thrown: unknown, result: GraphOutcome): unknown {
  const ended = isWorkflowFailedError(thrown) ? thrown.cause : thrown;
  const error = isCompensationFailedError(ended) ? ended.cause : ended;
  const undone = isCompensationFailedError(ended) ? notUndone(ended) : [];
  // By its code a graph's own is one of a workflow as well.
  if (isGraphExecutionError(error)) {
    const own = error instanceof GraphExecutionError ? error : classed(error);
    return own.withResult(result, undone);
  }
  if (isWorkflowTimeoutError(error) && error.timeoutMs !== undefined)
    return new GraphTimeoutError(error.timeoutMs / 1_000).withResult(result, undone);
  return thrown;
}

function classed(error: GraphExecutionError): GraphExecutionError {
  const { message, node, cause } = error;
  switch (error.name) {
    case 'NodeExecutionError':
      return new NodeExecutionError(message, { node, cause });
    case 'CycleDetectedError':
      return new CycleDetectedError((error as CycleDetectedError).iterations, { node });
    case 'GraphTimeoutError':
      return new GraphTimeoutError((error as GraphTimeoutError).timeout, { node });
    default:
      return new GraphExecutionError(message, { node, cause });
  }
}

/** The node of a visit, `outer#1/inner#2`: names may have such signs as well. */
const VISIT = /^(?:.*#\d+\/)?(.*)#\d+$/s;

function notUndone({ failures }: CompensationFailedError): NodeExecutionError[] {
  return failures.map(({ step, message, cause }) => {
    const node = VISIT.exec(step)?.[1] ?? step;
    return new NodeExecutionError(`The visit "${step}" could not be undone: ${message}`, { node, cause });
  });
}
