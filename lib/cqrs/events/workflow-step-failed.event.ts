import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import { WorkflowLifecycleEvent, type WorkflowEventError } from './workflow-lifecycle.event.js';

/** A step used up its attempts. Published only with the option `events.steps`. @publicApi */
export class WorkflowStepFailedEvent extends WorkflowLifecycleEvent {
  /** The name as the workflow gave it. */
  readonly step: string;
  /** Tries used, counting from 1. */
  readonly attempts: number;
  /** What went wrong: name, message and code. Never a payload. */
  readonly error: WorkflowEventError | undefined;

  constructor(event: LifecycleEvent) {
    super(event);
    this.step = event.detail?.step ?? '';
    this.attempts = event.detail?.attempts ?? 1;
    this.error = event.detail?.error;
  }
}
