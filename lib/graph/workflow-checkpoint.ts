import { readOptional } from '../core/definition/index.js';
import { wholeNumber } from '../core/options/index.js';
import type { GraphUpdate, GraphValues } from './workflow-state.js';

/** @publicApi */
export interface WorkflowCheckpointOptions {
  /** How many are kept: the oldest goes for a new one. 0 for all. @default 512 */
  readonly maxSize?: number;
}

/** Keeps the states of paused graphs in memory. A durable run needs none: its journal is its checkpoint. @publicApi */
export class WorkflowCheckpoint {
  readonly maxSize: number;
  private readonly states = new Map<string, GraphValues>();

  constructor(maxSize?: number | WorkflowCheckpointOptions) {
    const options = readOptional<WorkflowCheckpointOptions>(['maxSize'], [maxSize]);
    this.maxSize = wholeNumber(options.maxSize, 512, 'maxSize of WorkflowCheckpoint', 0);
  }

  /** Keeps a copy of a state. One that is there is replaced, and keeps its age. */
  save(checkpointId: string, state: GraphUpdate): void {
    if (!this.states.has(checkpointId) && this.maxSize > 0 && this.states.size >= this.maxSize) {
      const oldest = this.states.keys().next();
      if (oldest.done !== true) this.states.delete(oldest.value);
    }
    this.states.set(checkpointId, copyOf(state));
  }

  /** A copy of the state, or `null`. */
  load(checkpointId: string): GraphValues | null {
    const state = this.states.get(checkpointId);
    return state === undefined ? null : copyOf(state);
  }

  /** Whether there was one to remove. */
  delete(checkpointId: string): boolean {
    return this.states.delete(checkpointId);
  }

  has(checkpointId: string): boolean {
    return this.states.has(checkpointId);
  }

  get size(): number {
    return this.states.size;
  }

  get length(): number {
    return this.states.size;
  }
}

/** Deep where the values are data; a value that cannot be copied, such as a function, is kept as it is. */
function copyOf(state: GraphUpdate): GraphValues {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, copyValue(value)]));
}

function copyValue(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
}
