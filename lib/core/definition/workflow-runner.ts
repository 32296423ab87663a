import type { WorkflowContext } from './workflow-context.js';

/**
 * A class that runs as a workflow: one durable `async` method.
 *
 * @publicApi
 */
export interface WorkflowRunner<I = unknown, O = unknown> {
  run(ctx: WorkflowContext, input: I): Promise<O> | O;
}
