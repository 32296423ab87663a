import { Injectable } from '@nestjs/common';
import { TaskService } from 'nestjs-workflow';
import type { TaskView } from 'nestjs-workflow/tasks';
import type { Verdict } from './verdict.js';

/** What waits for a person, and where the answer goes. */
export interface ReviewView extends Pick<TaskView, 'id' | 'prompt' | 'assignees' | 'claimedBy' | 'deadlineAt'> {
  readonly ticket: string;
  /** The path that the answer is posted to. */
  readonly answerAt: string;
}

/** Any process that reaches the database lists and answers, whichever one runs the ticket. */
@Injectable()
export class Reviews {
  constructor(private readonly tasks: TaskService) {}

  async list(person?: string): Promise<ReviewView[]> {
    const { items } = await this.tasks.list({ workflow: 'ticket', ...(person !== undefined && { assignee: person }) });

    return items.map(viewOf);
  }

  /** @throws TaskNotFoundError, TaskStateError */
  async claim(id: string, by: string): Promise<ReviewView> {
    return viewOf(await this.tasks.claim(id, by));
  }

  /** @throws TaskNotFoundError; TaskStateError when it was answered before, or is somebody else's; WorkflowInputError */
  async answer(id: string, by: string, verdict: Verdict): Promise<{ readonly accepted: true }> {
    await this.tasks.answer(id, verdict, { by });

    return { accepted: true };
  }
}

function viewOf(task: TaskView): ReviewView {
  const { id, prompt, assignees, claimedBy, deadlineAt, workflowId: ticket } = task;
  const answerAt = `/reviews/${encodeURIComponent(id)}`;

  return {
    ...{ id, ticket, prompt, assignees, answerAt },
    ...(claimedBy !== undefined && { claimedBy }),
    ...(deadlineAt !== undefined && { deadlineAt }),
  };
}
