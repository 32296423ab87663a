import { resolveRetry } from '../policies/index.js';
import { TASK_SIGNAL, type TaskEvent, type TaskRecord } from '../waits/index.js';
import type { ContextHost } from './execution-host.js';
import type { CheckedAnswer, TaskPort, TaskTimers, TaskTurn } from './task-run.js';
import { plainStep, StepCall } from './step-call.js';
import { WaitCall, type WaitFor } from './wait-call.js';

/** The key of a task's signals: what was meant for a task of an earlier generation reaches no later one. @internal */
export function taskSignalKey(key: string, generation: number): string {
  return generation === 1 ? key : `${key}#${generation}`;
}

const ONCE = plainStep(resolveRetry(false, undefined, 'task'));

/** A task over an execution: a step for its record, a wait for each thing that happens, a step for each check. @internal */
export class TaskCalls implements TaskPort {
  /** @param key `$task:` and the encoded name. */
  constructor(
    private readonly execution: ContextHost,
    private readonly key: string,
  ) {}

  open(describe: (now: number) => TaskRecord): Promise<TaskRecord> {
    const { storeTime } = this.execution.services;
    return this.step(this.key, () => describe(Math.ceil(storeTime.now())));
  }

  wait(turn: number, timers: TaskTimers): Promise<TaskTurn> {
    const { execution, key } = this;
    const conditions: WaitFor[] = [
      { kind: 'signal', key: 'event', signal: TASK_SIGNAL, signalKey: taskSignalKey(key, execution.record.generation) },
      ...Object.entries(timers).map(([name, at]): WaitFor => ({ kind: 'timer', key: name, dueAt: () => at as number })),
    ];
    const shape = (winner: string, value: unknown): TaskTurn =>
      winner === 'event' ? { winner, event: value as TaskEvent } : { winner: winner as 'deadline' };
    const call = new WaitCall(`${key}/${turn}`, execution.delivered, conditions, shape);
    return execution.ask(call) as Promise<TaskTurn>;
  }

  check(turn: number, check: () => Promise<CheckedAnswer>): Promise<CheckedAnswer> {
    return this.step(`${this.key}/${turn}/check`, check);
  }

  private step<T>(key: string, body: () => T | Promise<T>): Promise<T> {
    const { execution } = this;
    return execution.ask(new StepCall(key, execution.delivered, key, ONCE, body)) as Promise<T>;
  }
}
