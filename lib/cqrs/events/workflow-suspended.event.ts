import { WorkflowLifecycleEvent } from './workflow-lifecycle.event.js';

/** An instance waits for signals, timers or children, and holds nothing meanwhile. @publicApi */
export class WorkflowSuspendedEvent extends WorkflowLifecycleEvent {}
