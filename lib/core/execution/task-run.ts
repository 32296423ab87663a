import { schemaValidator } from '../definition/index.js';
import { isWorkflowInputError } from '../errors/index.js';
import { applyTaskEvent, beginTask, escalateTask, type TaskEvent, type TaskRecord } from '../waits/index.js';
import { describeTask, type AnyTaskOptions } from './task-description.js';

/** When the waits of a task end by themselves, epoch milliseconds. @internal */
export interface TaskTimers {
  readonly deadline?: number;
  readonly escalation?: number;
}

/** What ended one wait of a task. @internal */
export type TaskTurn =
  | { readonly winner: 'deadline' }
  | { readonly winner: 'escalation' }
  | { readonly winner: 'event'; readonly event: TaskEvent };

/** How a task reaches its journal: over an execution, or over a journal that is only read. @internal */
export interface TaskPort {
  /** Records the task; epoch milliseconds are asked for once. */
  open(describe: (now: number) => TaskRecord): Promise<TaskRecord>;
  /** Waits for the next thing that happens. */
  wait(turn: number, timers: TaskTimers): Promise<TaskTurn>;
  /** Records what a check of an answer came to. */
  check(turn: number, check: () => Promise<CheckedAnswer>): Promise<CheckedAnswer>;
}

/** @internal */
export type CheckedAnswer =
  | { readonly isValid: true; readonly value?: unknown }
  | { readonly isValid: false; readonly issues: readonly { readonly path: string; readonly message: string }[] };

/** Asks people until there is an answer, a decision, or no time left; then the answer is `null`. @internal */
export async function runTask(port: TaskPort, name: string, options: AnyTaskOptions): Promise<unknown> {
  const task = await port.open((now) => describeTask(name, options, now));
  let progress = beginTask(task);
  for (let turn = 1; ; turn++) {
    const escalation = progress.isEscalated ? undefined : task.escalation;
    const ended = await port.wait(turn, {
      ...(task.deadlineAt !== undefined && { deadline: task.deadlineAt }),
      ...(escalation !== undefined && { escalation: escalation.at }),
    });
    if (ended.winner === 'deadline') return null;
    const isEscalation = ended.winner === 'escalation';
    const step = isEscalation ? escalateTask(task, progress) : applyTaskEvent(task, progress, ended.event);
    if (step.kind === 'goes-on') progress = step.progress;
    if (step.kind === 'decided') return step.result;
    if (step.kind !== 'answered') continue;
    if (options.schema === undefined) return step.value ?? null;
    const { schema } = options;
    const checked = await port.check(turn, () => checkAnswer(schema, step.value, name));
    if (checked.isValid) return checked.value ?? null;
  }
}

async function checkAnswer(
  schema: NonNullable<AnyTaskOptions['schema']>,
  value: unknown,
  name: string,
): Promise<CheckedAnswer> {
  try {
    const valid = await schemaValidator(schema)(value, `The answer to task "${name}"`);
    return { isValid: true, ...(valid !== undefined && { value: valid }) };
  } catch (error) {
    if (!isWorkflowInputError(error)) throw error;
    return { isValid: false, issues: error.issues };
  }
}
