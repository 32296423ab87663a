import { WorkflowError, isWorkflowError, type WorkflowErrorOptions } from './workflow.error.js';

/**
 * Thrown when a workflow definition is wrong, is registered twice, or is not registered at all. The message names the
 * definition, the place in it, and the mend.
 *
 * @publicApi
 */
export class WorkflowDefinitionError extends WorkflowError {
  constructor(message: string, options?: WorkflowErrorOptions) {
    super('WORKFLOW_DEFINITION', message, options);
  }

  override get name(): string {
    return 'WorkflowDefinitionError';
  }
}

/** Tells whether a value is a {@link WorkflowDefinitionError}, also when it was restored from a journal. @publicApi */
export function isWorkflowDefinitionError(value: unknown): value is WorkflowDefinitionError {
  return isWorkflowError(value, 'WORKFLOW_DEFINITION');
}
