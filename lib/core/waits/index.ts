export { WaitDesk } from './wait-desk.js';
export type { OpenCondition, OpenWait, ReadSignal } from './wait-desk.js';
export { applyTaskEvent, beginTask, escalateTask, judgeApproval, TASK_SIGNAL } from './task-progress.js';
export type { TaskDeed, TaskEvent, TaskProgress, TaskRecord, TaskStep } from './task-progress.js';
export { formatTaskId, nameOfWait, parseTaskId, taskPlace } from './task-id.js';
export type { TaskPlace } from './task-id.js';
