import { WorkflowLifecycleEvent } from './workflow-lifecycle.event.js';

/** A generation ended with `continueAsNew`; the next one begins under the same id. @publicApi */
export class WorkflowContinuedEvent extends WorkflowLifecycleEvent {}
