import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import { WorkflowLifecycleEvent } from './workflow-lifecycle.event.js';

/** A completed step was undone. Published only with the option `events.steps`. @publicApi */
export class WorkflowStepCompensatedEvent extends WorkflowLifecycleEvent {
  /** The name as the workflow gave it. */
  readonly step: string;

  constructor(event: LifecycleEvent) {
    super(event);
    this.step = event.detail?.step ?? '';
  }
}
