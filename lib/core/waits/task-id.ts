import { decodeName, encodeName } from '../records/index.js';

/** Where a task is. @internal */
export interface TaskPlace {
  readonly workflowId: string;
  /** From the first generation on. */
  readonly generation: number;
  readonly name: string;
  /** Of its entries in the journal. */
  readonly key: string;
}

const PREFIX = '$task:';

/** @internal */
export function taskPlace(workflowId: string, generation: number, name: string): TaskPlace {
  return { workflowId, generation, name, key: `${PREFIX}${encodeName(name)}` };
}

/** The task that a wait of the engine's belongs to. @internal */
export function nameOfWait(wait: string): string {
  return decodeName(wait.slice(PREFIX.length, wait.lastIndexOf('/')));
}

/** `name@workflow`, with the generation in between where it is not the first. @internal */
export function formatTaskId({ workflowId, generation, name }: TaskPlace): string {
  return `${encodeURIComponent(name)}${generation === 1 ? '' : `#${generation}`}@${workflowId}`;
}

/** `undefined` for a text that is no task's id. @internal */
export function parseTaskId(taskId: string): TaskPlace | undefined {
  const [, name, generation = '1', workflowId] = /^([^@#]+)(?:#(\d{1,9}))?@(.+)$/s.exec(taskId) ?? [];
  if (name === undefined || workflowId === undefined) return undefined;
  try {
    return taskPlace(workflowId, Number(generation), decodeURIComponent(name));
  } catch {
    // No name is encoded like this.
    return undefined;
  }
}
