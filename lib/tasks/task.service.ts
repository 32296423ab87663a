import { Injectable } from '@nestjs/common';
import type { SignalReceipt, WorkflowClient } from '../client/index.js';
import {
  schemaValidator,
  type ApprovalVote,
  type StandardSchema,
  type TransactionManager,
} from '../core/definition/index.js';
import { WorkflowOptionsError } from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { knownOptions, refuseUnknownOptions, wholeNumber } from '../core/options/index.js';
import { nameOfWait, parseTaskId, TASK_SIGNAL, taskPlace, type TaskDeed, type TaskPlace } from '../core/waits/index.js';
import { TaskNotFoundError } from './errors/task-not-found.error.js';
import { decodeTaskCursor, encodeTaskCursor } from './task-cursor.js';
import { TaskMailbox, type TellOptions } from './task-mailbox.js';
import { TaskReader } from './task-reader.js';
import type { TaskPage, TaskView } from './task-view.js';

/** Which tasks are listed. @publicApi */
export interface TaskFilter {
  /** Those that he or she may answer: theirs, and everyone's. */
  readonly assignee?: string;
  readonly claimedBy?: string;
  /** The workflow's name. */
  readonly workflow?: string;
  readonly workflowId?: string;
  /** How many are looked at for one page, from 1 to 1,000. @default 100 */
  readonly limit?: number;
  readonly cursor?: string;
}

/** @publicApi */
export interface AnswerOptions {
  /** Who answers. @default the application itself, which may always */
  readonly by?: string;
  /** The same id sent twice is one answer. */
  readonly id?: string;
  /** Commits or rolls back the answer with the caller's rows. */
  readonly transaction?: TransactionManager;
  /** Checks the answer before it is sent. @default the one of the node, where a graph that is registered here asks */
  readonly schema?: StandardSchema;
}

/** @publicApi */
export interface VoteOptions
  extends Pick<ApprovalVote, 'comment' | 'checklist'>, Pick<AnswerOptions, 'id' | 'transaction'> {
  readonly by: string;
}

const FILTER = knownOptions<TaskFilter>({
  ...{ assignee: true, claimedBy: true, workflow: true, workflowId: true, limit: true, cursor: true },
});
const ANSWER = knownOptions<AnswerOptions>({ by: true, id: true, transaction: true, schema: true });
const VOTE = knownOptions<VoteOptions>({ by: true, id: true, transaction: true, comment: true, checklist: true });

/**
 * Lists what waits for people, and takes what they say, in any process that reaches the store.
 *
 * @publicApi
 */
@Injectable()
export class TaskService {
  private readonly reader: TaskReader;
  private readonly mailbox: TaskMailbox;

  /** @internal */
  constructor(
    private readonly services: EngineServices,
    client: WorkflowClient,
  ) {
    this.reader = new TaskReader(services);
    this.mailbox = new TaskMailbox(services, client, this.reader);
  }

  /** What is open, by instance and task. A page may be shorter than its limit, as it is filtered after it was read. */
  async list(filter: TaskFilter = {}): Promise<TaskPage> {
    refuseUnknownOptions(filter, FILTER, 'list');
    const limit = wholeNumber(filter.limit, 100, 'limit of list', 1, 1_000);
    const { workflowId, cursor } = filter;
    const waits = await this.services.store.findWaits({
      signal: TASK_SIGNAL,
      limit: limit + 1,
      ...(workflowId !== undefined && { workflowId }),
      ...(cursor !== undefined && { after: decodeTaskCursor(cursor) }),
    });
    const page = waits.slice(0, limit);
    const views: TaskView[] = [];
    for (const wait of page) {
      const view = await this.viewOfWait(wait);
      if (view?.status === 'open' && matches(view, filter)) views.push(view);
    }
    const last = page.at(-1);
    return {
      items: views,
      ...(waits.length > limit && last !== undefined && { nextCursor: encodeTaskCursor(last) }),
    };
  }

  /** One task, whether it is open or over. @throws TaskNotFoundError */
  async get(taskId: string): Promise<TaskView> {
    const place = placeOf(taskId);
    return this.reader.view(place, await this.reader.read(place));
  }

  /** Takes a task for one person: nobody else may answer it until it is released; in an approval others vote all the same. Safe to call twice. @throws TaskStateError, TaskNotFoundError */
  async claim(taskId: string, by: string): Promise<TaskView> {
    await this.tell(taskId, { kind: 'claim', by: person(by, 'claim') });
    return this.get(taskId);
  }

  /** Gives a claimed task back. @throws TaskStateError when somebody else has it; TaskNotFoundError */
  async release(taskId: string, by: string): Promise<TaskView> {
    await this.tell(taskId, { kind: 'release', by: person(by, 'release') });
    return this.get(taskId);
  }

  /** Gives a task to others. @throws TaskStateError when it is over; TaskNotFoundError */
  async assign(taskId: string, to: readonly string[]): Promise<TaskView> {
    await this.tell(taskId, { kind: 'assign', to: to.map((each) => person(each, 'assign')) });
    return this.get(taskId);
  }

  /**
   * Answers a task: the workflow goes on with the answer, wherever it runs.
   *
   * @throws WorkflowInputError when the answer does not pass the schema that is known here; TaskStateError; TaskNotFoundError
   */
  async answer(taskId: string, value: unknown, options: AnswerOptions = {}): Promise<SignalReceipt> {
    refuseUnknownOptions(options, ANSWER, 'answer');
    const { by, schema, id, transaction } = options;
    if (by !== undefined) person(by, 'answer');
    const place = placeOf(taskId);
    const deed: TaskDeed = { kind: 'answer', ...(by !== undefined && { by }), ...(value !== undefined && { value }) };
    return this.mailbox.tell(place, deed, { id, transaction }, async ({ record: { name, version } }) => {
      const check = schema ?? this.services.registry.get(name, version)?.taskSchema?.(place.name);
      if (check !== undefined) await schemaValidator(check)(value, `The answer to task "${place.name}"`);
    });
  }

  /** @throws TaskStateError when the checklist is not confirmed, or it is no approval, or over; TaskNotFoundError */
  approve(taskId: string, options: VoteOptions): Promise<SignalReceipt> {
    return this.vote(taskId, 'approve', options);
  }

  /** @throws TaskStateError, TaskNotFoundError */
  reject(taskId: string, options: VoteOptions): Promise<SignalReceipt> {
    return this.vote(taskId, 'reject', options);
  }

  /** Leaves the decision to the others. @throws TaskStateError, TaskNotFoundError */
  skip(taskId: string, options: VoteOptions): Promise<SignalReceipt> {
    return this.vote(taskId, 'skip', options);
  }

  private async vote(
    taskId: string,
    decision: ApprovalVote['decision'],
    { by, comment, checklist, id, transaction, ...others }: VoteOptions,
  ): Promise<SignalReceipt> {
    refuseUnknownOptions(others, VOTE, decision);
    const vote: ApprovalVote = {
      ...{ by: person(by, decision), decision },
      ...(comment !== undefined && { comment }),
      ...(checklist !== undefined && { checklist }),
    };
    return this.tell(taskId, { kind: 'vote', vote }, { id, transaction });
  }

  private tell(taskId: string, deed: TaskDeed, options: TellOptions = {}): Promise<SignalReceipt> {
    return this.mailbox.tell(placeOf(taskId), deed, options);
  }

  private async viewOfWait({
    workflowId,
    wait,
  }: {
    readonly workflowId: string;
    readonly wait: string;
  }): Promise<TaskView | undefined> {
    const record = await this.services.store.find(workflowId);
    // It may have ended since its wait was found.
    if (record === undefined) return undefined;
    const place = taskPlace(workflowId, record.generation, nameOfWait(wait));
    try {
      return this.reader.view(place, await this.reader.read(place));
    } catch (error) {
      if ((error as Error).name === 'TaskNotFoundError') return undefined;
      throw error;
    }
  }
}

function matches({ assignees, claimedBy, workflow }: TaskView, filter: TaskFilter): boolean {
  if (filter.workflow !== undefined && workflow !== filter.workflow) return false;
  if (filter.claimedBy !== undefined && claimedBy !== filter.claimedBy) return false;
  if (filter.assignee === undefined) return true;
  return assignees.length === 0 || assignees.includes(filter.assignee);
}

/** @throws WorkflowOptionsError for what names nobody */
function person(value: string, method: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new WorkflowOptionsError({ option: `by of ${method}`, value, expected: 'a text that names a person' });
}

function placeOf(taskId: string): TaskPlace {
  const place = parseTaskId(taskId);
  if (place === undefined) throw new TaskNotFoundError(taskId);
  return place;
}
