import { ClassMetadata } from '../discovery/index.js';
import type { WorkflowOptions } from './workflow-options.interface.js';

/** What `@Workflow` records. @internal */
export interface WorkflowMetadata {
  readonly name: string;
  readonly options: WorkflowOptions;
}

/** @internal */
export const WORKFLOW_METADATA = new ClassMetadata<WorkflowMetadata>('workflow:definition');
