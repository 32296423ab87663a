import type { StepContext, WorkflowContext, WorkflowReference } from '../core/definition/index.js';
import { isStepFailedError } from '../core/errors/index.js';
import { beginStep, beginVisit, isInMemory } from '../core/execution/index.js';
import { HumanInputRequiredError } from './errors/human-input-required.error.js';
import type { PlannedNode } from './graph.plan.js';
import { asUpdate } from './node-answer.js';
import type { WorkflowState } from './workflow-state.js';

/** How a traversal reaches the world. What is asked of it may answer without a promise. @internal */
export interface VisitHost {
  now(): number;
  /** Whether the run was stopped from outside. */
  readonly isStopped: boolean;
  /** Calls the body of a node. */
  call(node: PlannedNode, path: string, state: WorkflowState, timeoutMs: number): unknown;
  /** Asks a person. @throws HumanInputRequiredError where nobody can be waited for */
  ask(node: PlannedNode, path: string, prompt: string): unknown;
  /** Runs another workflow below this one. */
  child(path: string, workflow: WorkflowReference, input: unknown): Promise<unknown>;
}

/** The host over a workflow context, with a journal or without. @internal */
export class ContextHost implements VisitHost {
  private readonly inMemory: boolean;

  constructor(private readonly ctx: WorkflowContext) {
    this.inMemory = isInMemory(ctx);
  }

  now(): number {
    return this.ctx.now();
  }

  get isStopped(): boolean {
    return this.ctx.signal.aborted;
  }

  call(planned: PlannedNode, path: string, state: WorkflowState, timeoutMs: number): unknown {
    const { node, options } = planned;
    const { ctx } = this;
    if (this.inMemory && options === undefined)
      return beginVisit(ctx, path, (step) => node.attempt(state, step), timeoutMs);
    // What is no update is refused inside, so that a journal never holds one.
    const body = (step: StepContext): unknown => asUpdate(planned.name, node.attempt(state, step));
    const limits = timeoutMs > 0 && { timeout: timeoutMs };
    return beginStep(ctx, path, body, { retry: false, ...options, ...limits });
  }

  ask(planned: PlannedNode, path: string, prompt: string): unknown {
    throw new HumanInputRequiredError(prompt, { node: planned.name, checkpointId: path });
  }

  child(path: string, workflow: WorkflowReference, input: unknown): Promise<unknown> {
    return this.ctx.executeChild(workflow, input, { name: path });
  }
}

/** What a node itself threw, without what the engine put around it. @internal */
export function ownError(error: unknown): unknown {
  return isStepFailedError(error) && error.name === 'StepFailedError' && error.cause !== undefined
    ? error.cause
    : error;
}
