import { WorkflowLifecycleEvent } from './workflow-lifecycle.event.js';

/** Somebody re-opened a failed instance. @publicApi */
export class WorkflowRetriedEvent extends WorkflowLifecycleEvent {}
