import {
  isWorkflowError,
  WorkflowError,
  type WorkflowErrorCode,
  type WorkflowErrorOptions,
} from '../../core/errors/index.js';
import type { GraphOutcome } from '../node-result.js';

/** @publicApi */
export interface GraphErrorOptions extends WorkflowErrorOptions {
  /** The node where it happened. */
  readonly node?: string | null;
}

/**
 * What a graph rejects with: the base of all its errors. `node` names the node; `result` is what the graph had done until then, from
 * which `WorkflowEngine.resume` can go on.
 *
 * @publicApi
 */
export class GraphExecutionError extends WorkflowError {
  readonly node: string | null;
  /** What the graph had done. Not stored with the error. */
  declare readonly result?: GraphOutcome;
  /** Why visits could not be undone, in the order in which undoing them was tried. Not stored with the error. */
  declare readonly compensationErrors?: readonly GraphExecutionError[];

  constructor(message: string, options: GraphErrorOptions = {}, code: WorkflowErrorCode = 'WORKFLOW_FAIL') {
    const { node = null, ...others } = options;
    super(code, message, others);
    this.node = node;
  }

  override get name(): string {
    return 'GraphExecutionError';
  }

  /** @internal */
  withResult(result: GraphOutcome, compensationErrors: readonly GraphExecutionError[] = []): this {
    Object.defineProperty(this, 'result', { value: result, configurable: true });
    Object.defineProperty(this, 'compensationErrors', { value: compensationErrors, configurable: true });
    return this;
  }
}

const NAMES = new Set([
  'GraphExecutionError',
  'NodeExecutionError',
  'CycleDetectedError',
  'GraphTimeoutError',
  'GraphValidationError',
  'HumanInputRequiredError',
]);

/** Tells whether a value is a {@link GraphExecutionError} of any kind, also when it was restored from a journal. @publicApi */
export function isGraphExecutionError(value: unknown): value is GraphExecutionError {
  return isWorkflowError(value) && NAMES.has(value.name);
}
