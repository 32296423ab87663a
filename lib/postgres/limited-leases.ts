import type { FlushUnit } from '../core/store/index.js';

/**
 * Which of this process's leases hold concurrency slots. A lease comes from a claim of this process, so it can know; flushes of all
 * others are spared the statement part that gives slots back.
 *
 * @internal
 */
export class LimitedLeases {
  private readonly ids = new Set<string>();

  add(workflowId: string): void {
    this.ids.add(workflowId);
  }

  /** Whether writing the unit gives back slots. */
  leaves(unit: FlushUnit): boolean {
    return this.ids.has(unit.workflowId) && leavesLease(unit);
  }

  /** The lease has ended. */
  remove(workflowId: string): void {
    this.ids.delete(workflowId);
  }
}

/** Whether the unit gives its lease back. @internal */
export function leavesLease(unit: FlushUnit): boolean {
  const kind = unit.transition?.kind;
  return kind !== undefined && kind !== 'compensate' && kind !== 'continue';
}
