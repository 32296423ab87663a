import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import { WorkflowLifecycleEvent, type WorkflowEventError } from './workflow-lifecycle.event.js';

/** An instance ended with an error; what had completed was undone. @publicApi */
export class WorkflowFailedEvent extends WorkflowLifecycleEvent {
  /** What went wrong: name, message and code. Never a payload. */
  readonly error: WorkflowEventError | undefined;

  constructor(event: LifecycleEvent) {
    super(event);
    this.error = event.detail?.error;
  }
}
