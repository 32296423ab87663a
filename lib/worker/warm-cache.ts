import type { Execution } from '../core/execution/index.js';

/** Suspended executions that may go on without a replay; the least recently suspended leave first. @internal */
export class WarmCache {
  private readonly executions = new Map<string, Execution>();

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.executions.size;
  }

  put(workflowId: string, execution: Execution): void {
    this.executions.delete(workflowId);
    this.executions.set(workflowId, execution);
    if (this.executions.size <= this.limit) return;
    const oldest = this.executions.keys().next();
    if (oldest.done !== true) this.executions.delete(oldest.value);
  }

  /** Takes an execution out, because its instance was claimed. */
  take(workflowId: string): Execution | undefined {
    const execution = this.executions.get(workflowId);
    this.executions.delete(workflowId);
    return execution;
  }

  clear(): void {
    this.executions.clear();
  }
}
