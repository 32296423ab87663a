import { WorkflowLifecycleEvent } from './workflow-lifecycle.event.js';

/** An instance was created. @publicApi */
export class WorkflowStartedEvent extends WorkflowLifecycleEvent {}
