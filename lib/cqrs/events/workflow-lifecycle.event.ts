import type { LifecycleDetail, LifecycleEvent } from '../../core/lifecycle/index.js';
import type { InstanceStatus } from '../../core/records/index.js';

/** What a failure is told as: name, message and code. @publicApi */
export type WorkflowEventError = NonNullable<LifecycleDetail['error']>;

/**
 * What every lifecycle event carries. Published after the commit that made it true, in order per instance.
 *
 * @publicApi
 */
export abstract class WorkflowLifecycleEvent {
  /** Stable: the same event delivered twice has the same id. */
  readonly eventId: string;
  readonly workflowId: string;
  readonly workflowName: string;
  readonly version: number;
  /** From 1; raised by `continueAsNew` and `restart`. */
  readonly generation: number;
  /** The store's time. */
  readonly occurredAt: Date;
  /** The status the instance has after it. */
  readonly status: InstanceStatus;
  /** From the start: tenant, user, trace. */
  readonly headers: Readonly<Record<string, string>>;
  /** The instance that started this one. */
  readonly parentId: string | undefined;
  /** Whether the run has no journal: its events are told once, as they happen, by the clock of this process. */
  readonly inMemory: boolean;

  constructor(event: LifecycleEvent) {
    this.eventId = event.eventId;
    this.workflowId = event.workflowId;
    this.workflowName = event.workflowName;
    this.version = event.version;
    this.generation = event.generation;
    this.occurredAt = new Date(event.at);
    this.status = event.status;
    this.headers = event.headers;
    this.parentId = event.parentId;
    this.inMemory = event.inMemory === true;
  }
}
