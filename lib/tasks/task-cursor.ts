import { WorkflowInputError } from '../core/errors/index.js';

/** Where a page of tasks ends. @internal */
export interface TaskCursor {
  readonly workflowId: string;
  readonly wait: string;
}

/** @internal */
export function encodeTaskCursor({ workflowId, wait }: TaskCursor): string {
  return Buffer.from(JSON.stringify([workflowId, wait])).toString('base64url');
}

/** @throws WorkflowInputError for a text that is no cursor @internal */
export function decodeTaskCursor(cursor: string): TaskCursor {
  try {
    const [workflowId, wait] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof workflowId === 'string' && typeof wait === 'string') return { workflowId, wait };
  } catch {
    // Refused below, with everything else that is none.
  }
  const issues = [{ path: '', message: 'is not a cursor that list has answered' }];
  throw new WorkflowInputError({ place: 'The cursor of a list of tasks', issues });
}
