// What waits for people
export { TaskService } from './task.service.js';
export type { AnswerOptions, TaskFilter, VoteOptions } from './task.service.js';
export type { RefusedAnswer, TaskPage, TaskView } from './task-view.js';
export type {
  ApprovalOptions,
  ApprovalPolicy,
  ApprovalResult,
  ApprovalTaskOptions,
  ApprovalVote,
  TaskEscalation,
  TaskOptions,
} from '../core/definition/index.js';

export { dtoSchema } from '../discovery/index.js';

// Errors
export { isTaskNotFoundError, TaskNotFoundError } from './errors/task-not-found.error.js';
export { isTaskStateError, TaskStateError } from './errors/task-state.error.js';
