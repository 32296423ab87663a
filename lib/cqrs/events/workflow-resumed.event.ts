import { WorkflowLifecycleEvent } from './workflow-lifecycle.event.js';

/** A waiting instance goes on. @publicApi */
export class WorkflowResumedEvent extends WorkflowLifecycleEvent {}
