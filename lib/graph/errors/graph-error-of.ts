import { isWorkflowFailedError, isWorkflowTimeoutError } from '../../core/errors/index.js';
import type { GraphOutcome } from '../node-result.js';
import { CycleDetectedError } from './cycle-detected.error.js';
import { GraphExecutionError, isGraphExecutionError } from './graph-execution.error.js';
import { GraphTimeoutError } from './graph-timeout.error.js';
import { NodeExecutionError } from './node-execution.error.js';

/** What a durable run was ended with, in the classes of this room again. @internal */
export function graphErrorOf(thrown: unknown, result: GraphOutcome): unknown {
  const error = isWorkflowFailedError(thrown) ? thrown.cause : thrown;
  // By its code a graph's own is one of a workflow as well.
  if (isGraphExecutionError(error)) return classed(error).withResult(result);
  if (isWorkflowTimeoutError(error) && error.timeoutMs !== undefined)
    return new GraphTimeoutError(error.timeoutMs / 1_000).withResult(result);
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
      return new GraphTimeoutError((error as GraphTimeoutError).timeout);
    default:
      return new GraphExecutionError(message, { node, cause });
  }
}
