import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import { WorkflowLifecycleEvent } from './workflow-lifecycle.event.js';

/** An instance was cancelled or terminated. @publicApi */
export class WorkflowCancelledEvent extends WorkflowLifecycleEvent {
  /** Why, in the words of whoever asked for it. */
  readonly reason: string | undefined;
  /** Completed steps that were not undone. */
  readonly uncompensated: readonly string[];

  constructor(event: LifecycleEvent) {
    super(event);
    this.reason = event.detail?.reason;
    this.uncompensated = event.detail?.uncompensated ?? [];
  }
}
