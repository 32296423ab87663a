import type { InstanceStatus } from '../records/index.js';

/** Lifecycle events by type: what happened to an instance, told after the commit that made it true. @publicApi */
export type LifecycleEventType =
  | 'started'
  | 'suspended'
  | 'resumed'
  | 'compensating'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'compensation_failed'
  | 'quarantined'
  | 'continued'
  | 'retried'
  | 'step_completed'
  | 'step_failed'
  | 'step_compensated'
  | 'state_transitioned';

/** One lifecycle event. `eventId` is stable: the same event delivered twice has the same one. @publicApi */
export interface LifecycleEvent {
  readonly type: LifecycleEventType;
  /** `workflowId:generation:seq`; `seq` is dense per instance. */
  readonly eventId: string;
  readonly seq: number;
  readonly workflowId: string;
  readonly workflowName: string;
  readonly version: number;
  readonly generation: number;
  /** Epoch milliseconds, database time. */
  readonly at: number;
  readonly status: InstanceStatus;
  readonly headers: Readonly<Record<string, string>>;
  readonly parentId?: string;
  /** Set for runs without a journal: told once, as they happen, and never again. */
  readonly inMemory?: true;
  /** What the type adds: `{ step, attempts }`, `{ error }`, `{ reason }` … Never payloads. */
  readonly detail?: LifecycleDetail;
}

/** What single event types add. @publicApi */
export interface LifecycleDetail {
  readonly step?: string;
  readonly attempts?: number;
  readonly error?: { readonly name: string; readonly message: string; readonly code?: string };
  readonly reason?: string;
  readonly uncompensated?: readonly string[];
  /** Of a state machine: its own version, and how it came to it; nested states are JSON. */
  readonly transition?: {
    readonly version: number;
    readonly from?: string;
    readonly to: string;
    readonly trigger: string;
  };
}

/** Live progress of an instance: what `ctx.emit` and a step's `heartbeat` give. @publicApi */
export interface StreamItem {
  readonly workflowId: string;
  readonly generation: number;
  readonly kind: 'emit' | 'progress';
  /** The step whose progress it is. */
  readonly step?: string;
  /** Epoch milliseconds, database time. */
  readonly at: number;
  readonly payload: unknown;
}

/** The stable id of an event. @internal */
export function lifecycleEventId(workflowId: string, generation: number, seq: number): string {
  return `${workflowId}:${generation}:${seq}`;
}
