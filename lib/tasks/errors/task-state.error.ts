import { isWorkflowError, WorkflowError } from '../../core/errors/index.js';

/** A task cannot be claimed, answered or voted on as it stands. @publicApi */
export class TaskStateError extends WorkflowError {
  constructor(
    readonly taskId: string,
    reason: string,
  ) {
    super('WORKFLOW_STATE', `The task ${JSON.stringify(taskId)} was left as it is: ${reason}.`);
  }

  override get name(): string {
    return 'TaskStateError';
  }
}

/** @publicApi */
export function isTaskStateError(value: unknown): value is TaskStateError {
  return isWorkflowError(value) && value.name === 'TaskStateError';
}
