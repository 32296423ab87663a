import { WorkflowLifecycleEvent } from './workflow-lifecycle.event.js';

/** An instance ended with a result; read it with `client.result(workflowId)`. @publicApi */
export class WorkflowCompletedEvent extends WorkflowLifecycleEvent {}
