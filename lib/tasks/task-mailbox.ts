import { derivedId, type SignalReceipt, type WorkflowClient } from '../client/index.js';
import type { TransactionManager } from '../core/definition/index.js';
import { taskSignalKey, type EngineServices } from '../core/execution/index.js';
import { assertKeyText, newWorkflowId } from '../core/records/index.js';
import { applyTaskEvent, formatTaskId, TASK_SIGNAL, type TaskDeed, type TaskPlace } from '../core/waits/index.js';
import { TaskStateError } from './errors/task-state.error.js';
import { TaskReader, type TaskStanding } from './task-reader.js';

/** Options that may be there without a value. @internal */
export interface TellOptions {
  readonly id?: string | undefined;
  readonly transaction?: TransactionManager | undefined;
}

/**
 * Tells tasks what people do. Everything that is told of one task is numbered, and a number is given once: whoever was told by another
 * process in the meantime looks again, so that of two who come at one time the second one learns what the first one did.
 *
 * @internal
 */
export class TaskMailbox {
  constructor(
    private readonly services: Pick<EngineServices, 'clock'>,
    private readonly client: WorkflowClient,
    private readonly reader: TaskReader,
  ) {}

  /**
   * @param check Looks at the task before anything is told.
   * @throws TaskStateError when the task, as it stands then, does not take it; TaskNotFoundError
   */
  async tell(
    place: TaskPlace,
    deed: TaskDeed,
    { id: given, transaction }: TellOptions,
    check?: (standing: TaskStanding) => Promise<void>,
  ): Promise<SignalReceipt> {
    if (given !== undefined) assertKeyText(given, `The id of what task "${place.name}" is told`);
    const id = given ?? derivedId() ?? newWorkflowId(this.services.clock);
    const key = taskSignalKey(place.key, place.generation);
    const own = transaction !== undefined && { transaction };
    let isTold = false;
    for (let number = 1; ; number++) {
      const standing = await this.reader.read(place);
      // Told before, or by this very call, whose receipt was lost.
      if (standing.told.has(id)) return { signalId: id, created: isTold && given === undefined, woken: 0 };
      refuse(place, standing, deed);
      await check?.(standing);
      check = undefined;
      // What the same transaction has told of the task is not to be seen yet, and has its numbers all the same.
      number = Math.max(number, standing.told.size + 1);
      const event = { ...deed, id };
      const receipt = await this.client.tell(place.workflowId, TASK_SIGNAL, key, event, {
        id: `${key}/${number}`,
        ...own,
      });
      if (receipt.created) return { ...receipt, signalId: id };
      isTold = true;
    }
  }
}

/** @throws TaskStateError */
function refuse(place: TaskPlace, { status, task, progress }: TaskStanding, deed: TaskDeed): void {
  const taskId = formatTaskId(place);
  if (status !== 'open') throw new TaskStateError(taskId, `it is ${status} already`);
  const step = applyTaskEvent(task, progress, deed);
  if (step.kind === 'refused') throw new TaskStateError(taskId, step.reason);
}
