import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import { WorkflowLifecycleEvent, type WorkflowEventError } from './workflow-lifecycle.event.js';

/** An instance begins to undo its completed steps. @publicApi */
export class WorkflowCompensatingEvent extends WorkflowLifecycleEvent {
  /** What went wrong: name, message and code. Never a payload. */
  readonly error: WorkflowEventError | undefined;
  /** Why, in the words of whoever asked for it. */
  readonly reason: string | undefined;

  constructor(event: LifecycleEvent) {
    super(event);
    this.error = event.detail?.error;
    this.reason = event.detail?.reason;
  }
}
