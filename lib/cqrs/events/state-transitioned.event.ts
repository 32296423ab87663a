import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import { WorkflowLifecycleEvent } from './workflow-lifecycle.event.js';

/** A state machine has moved. Its id is `workflowId`, its own counter `machineVersion`. @publicApi */
export class StateTransitionedEvent extends WorkflowLifecycleEvent {
  readonly machineVersion: number;
  /** Absent for the first one. Nested states are JSON. */
  readonly from: string | undefined;
  readonly to: string;
  readonly trigger: string;

  constructor(event: LifecycleEvent) {
    super(event);
    const transition = event.detail?.transition;
    this.machineVersion = transition?.version ?? 0;
    this.from = transition?.from;
    this.to = transition?.to ?? '';
    this.trigger = transition?.trigger ?? '';
  }
}
