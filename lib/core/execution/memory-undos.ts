import { AbortScope } from '../cancellation/index.js';
import type { CompensationContext, WorkflowDefinition } from '../definition/index.js';
import { CompensationFailedError, compensationFailure, type CompensationFailure } from '../errors/index.js';
import type { RetryPolicy } from '../policies/index.js';

/** A completed step or child, and how it is undone. @internal */
export interface MemoryUndo {
  readonly name: string;
  readonly result: unknown;
  readonly compensate: (result: unknown, context: CompensationContext) => unknown;
  readonly policy: RetryPolicy;
}

/** Tries one undo under its policy; throws what its last attempt threw. @internal */
export type TryUndo = (undo: MemoryUndo, reason: Error, scope: AbortScope) => Promise<void>;

/**
 * What a run in memory would undo, in the order of completion; undone in reverse, shielded from the cancel that caused it.
 *
 * @internal
 */
export class MemoryUndos {
  private done: MemoryUndo[] = [];

  add(undo: MemoryUndo): void {
    this.done.push(undo);
  }

  /** The point of no return. */
  clear(): void {
    this.done = [];
  }

  get isEmpty(): boolean {
    return this.done.length === 0;
  }

  /** Undoes everything. @throws CompensationFailedError with the cause, when something could not be undone. */
  async unwind(cause: unknown, policy: WorkflowDefinition['onUndoFailure'], attempt: TryUndo): Promise<void> {
    const reason = cause instanceof Error ? cause : new Error(String(cause));
    const failures: CompensationFailure[] = [];
    const scope = new AbortScope();
    for (let undo = this.done.pop(); undo !== undefined; undo = this.done.pop()) {
      try {
        await attempt(undo, reason, scope);
      } catch (error) {
        // Reported with the others, once everything was tried.
        failures.push(compensationFailure(undo.name, error));
        if (policy === 'stop') break;
      }
    }
    if (failures.length > 0) throw new CompensationFailedError({ failures, cause });
  }
}
