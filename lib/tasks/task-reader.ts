import type { EngineServices } from '../core/execution/index.js';
import { taskSignalKey } from '../core/execution/index.js';
import { isTerminal, type InstanceRecord, type JournalEntry } from '../core/records/index.js';
import {
  applyTaskEvent,
  beginTask,
  escalateTask,
  formatTaskId,
  TASK_SIGNAL,
  type TaskEvent,
  type TaskPlace,
  type TaskProgress,
  type TaskRecord,
} from '../core/waits/index.js';
import { TaskNotFoundError } from './errors/task-not-found.error.js';
import type { RefusedAnswer, TaskView } from './task-view.js';

type Check = { readonly isValid: boolean; readonly value?: unknown } & Partial<Pick<RefusedAnswer, 'issues'>>;

/** How a task stands, by everything that is known of it. @internal */
export interface TaskStanding {
  readonly record: InstanceRecord;
  readonly task: TaskRecord;
  readonly progress: TaskProgress;
  readonly status: TaskView['status'];
  readonly answer?: unknown;
  readonly answeredBy?: string;
  readonly refused: readonly RefusedAnswer[];
  /** The ids of what it was told; of a task that is open, of all of it. */
  readonly told: ReadonlySet<string>;
}

/** On its way to the workflow. */
interface Coming {
  readonly event: TaskEvent;
  readonly receivedAt: number;
}

/** Reads tasks from journals and mailboxes: a task has no row of its own. @internal */
export class TaskReader {
  constructor(private readonly services: Pick<EngineServices, 'store' | 'payloads' | 'storeTime'>) {}

  /** @throws TaskNotFoundError */
  async read(place: TaskPlace): Promise<TaskStanding> {
    const { store } = this.services;
    const { workflowId, generation, key } = place;
    const record = await store.find(workflowId);
    if (record === undefined) throw new TaskNotFoundError(formatTaskId(place));
    const entries = new Map((await store.readJournal(workflowId, generation)).map((entry) => [entry.name, entry]));
    const opened = entries.get(key);
    if (opened?.status !== 'completed') throw new TaskNotFoundError(formatTaskId(place));
    const task = (await this.decode(workflowId, opened)) as TaskRecord;
    return { record, task, ...(await this.follow(place, task, record, entries)) };
  }

  view(place: TaskPlace, standing: TaskStanding): TaskView {
    const { record, task, progress, status, answer, answeredBy, refused } = standing;
    const { prompt, data, createdAt, deadlineAt, escalation, approval } = task;
    const { assignees, claimedBy, isEscalated, votes } = progress;
    return {
      id: formatTaskId(place),
      name: place.name,
      workflowId: place.workflowId,
      workflow: record.name,
      prompt,
      ...(data !== undefined && { data }),
      ...{ status, assignees, isEscalated, votes, refused },
      ...(claimedBy !== undefined && { claimedBy }),
      createdAt: new Date(createdAt),
      ...(deadlineAt !== undefined && { deadlineAt: new Date(deadlineAt) }),
      ...(escalation !== undefined && !isEscalated && { escalatesAt: new Date(escalation.at) }),
      ...(approval !== undefined && { approval }),
      ...(answer !== undefined && { answer }),
      ...(answeredBy !== undefined && { answeredBy }),
    };
  }

  /** Goes through what has happened, and then through what is on its way, as the workflow will. */
  private async follow(
    place: TaskPlace,
    task: TaskRecord,
    record: InstanceRecord,
    entries: ReadonlyMap<string, JournalEntry>,
  ): Promise<Omit<TaskStanding, 'record' | 'task'>> {
    const { workflowId, key, generation } = place;
    let progress = beginTask(task);
    const refused: RefusedAnswer[] = [];
    const told = new Set<string>();
    const isOver = isTerminal(record.status) || record.generation !== generation;
    if (!isOver && task.deadlineAt !== undefined) await this.learnTime(place);
    const pending = isOver ? [] : await this.pending(workflowId, taskSignalKey(key, generation));
    for (let turn = 1; ; turn++) {
      const arrival = entries.get(`${key}/${turn}`);
      const winner = arrival?.data?.winner;
      const coming = arrival === undefined ? pending.shift() : undefined;
      const isLate = arrival === undefined && !isOver && this.isPast(task.deadlineAt, coming);
      if (winner === 'deadline' || isLate) return { progress, status: 'expired', refused, told };
      const event = arrival === undefined ? coming?.event : ((await this.decode(workflowId, arrival)) as TaskEvent);
      const isEscalation = winner === 'escalation';
      if (event === undefined && !isEscalation) return { progress, status: isOver ? 'closed' : 'open', refused, told };
      if (event !== undefined) told.add(event.id);
      const step = isEscalation ? escalateTask(task, progress) : applyTaskEvent(task, progress, event as TaskEvent);
      if (step.kind === 'goes-on') progress = step.progress;
      if (step.kind === 'decided') {
        const { status, votes } = step.result;
        return { progress: { ...progress, votes }, status, answer: step.result, refused, told };
      }
      if (step.kind !== 'answered') continue;
      const answeredBy = event?.kind === 'answer' ? event.by : undefined;
      const check = entries.get(`${key}/${turn}/check`);
      const checked = (check && (await this.decode(workflowId, check))) as Check | undefined;
      if (checked?.isValid === false) {
        refused.push({ ...(answeredBy !== undefined && { by: answeredBy }), issues: checked.issues ?? [] });
        continue;
      }
      const answer: unknown = checked?.value ?? step.value ?? null;
      return { progress, status: 'answered', answer, refused, told, ...(answeredBy !== undefined && { answeredBy }) };
    }
  }

  /** Whether that instant was over when something came; nothing has come yet: whether it is over now. */
  private isPast(at: number | undefined, coming: Coming | undefined): boolean {
    if (at === undefined) return false;
    if (coming !== undefined) return coming.receivedAt > at;
    const { storeTime } = this.services;
    return storeTime.isKnown && storeTime.now() >= at;
  }

  /** A process that executes nothing has not heard yet what time it is at the store. */
  private async learnTime({ workflowId, generation }: TaskPlace): Promise<void> {
    const { store, storeTime } = this.services;
    if (storeTime.isKnown) return;
    const [inbox] = await store.readInboxes([{ workflowId, generation }]);
    if (inbox !== undefined) storeTime.observe(inbox.now);
  }

  private async pending(workflowId: string, key: string): Promise<Coming[]> {
    const signals = await this.services.store.readUnconsumed(workflowId);
    const own = signals.filter((signal) => signal.name === TASK_SIGNAL && signal.key === key);
    const decoded = own.map(async ({ payload, receivedAt }): Promise<Coming> => {
      const event = await this.services.payloads.decode(payload, { workflowId, place: `signal "${TASK_SIGNAL}"` });
      return { event: event as TaskEvent, receivedAt };
    });
    return Promise.all(decoded);
  }

  private decode(workflowId: string, entry: JournalEntry): Promise<unknown> {
    return Promise.resolve(this.services.payloads.decode(entry.value, { workflowId, place: entry.name }));
  }
}
