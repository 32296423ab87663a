import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import { WorkflowLifecycleEvent, type WorkflowEventError } from './workflow-lifecycle.event.js';

/** An instance ended, and at least one completed step could not be undone: a person is needed. @publicApi */
export class WorkflowCompensationFailedEvent extends WorkflowLifecycleEvent {
  /** What went wrong: name, message and code. Never a payload. */
  readonly error: WorkflowEventError | undefined;
  /** Completed steps that were not undone. */
  readonly uncompensated: readonly string[];

  constructor(event: LifecycleEvent) {
    super(event);
    this.error = event.detail?.error;
    this.uncompensated = event.detail?.uncompensated ?? [];
  }
}
