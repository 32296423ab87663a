import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import { WorkflowLifecycleEvent } from './workflow-lifecycle.event.js';

/** A step has its result. Published only with the option `events.steps`. @publicApi */
export class WorkflowStepCompletedEvent extends WorkflowLifecycleEvent {
  /** The name as the workflow gave it. */
  readonly step: string;
  /** Tries used, counting from 1. */
  readonly attempts: number;

  constructor(event: LifecycleEvent) {
    super(event);
    this.step = event.detail?.step ?? '';
    this.attempts = event.detail?.attempts ?? 1;
  }
}
