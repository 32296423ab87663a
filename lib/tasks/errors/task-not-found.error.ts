import { isWorkflowError, WorkflowError } from '../../core/errors/index.js';

/** No instance has, or ever had, this task. @publicApi */
export class TaskNotFoundError extends WorkflowError {
  constructor(readonly taskId: string) {
    super('WORKFLOW_NOT_FOUND', `There is no task with the id ${JSON.stringify(taskId)}.`);
  }

  override get name(): string {
    return 'TaskNotFoundError';
  }
}

/** @publicApi */
export function isTaskNotFoundError(value: unknown): value is TaskNotFoundError {
  return isWorkflowError(value) && value.name === 'TaskNotFoundError';
}
