import type { WorkflowDefinition } from '../definition/index.js';
import { isCompensationFailedError, isWorkflowError } from '../errors/index.js';
import {
  lifecycleEventId,
  summariseError,
  type LifecycleDetail,
  type LifecycleEvent,
  type LifecycleEventType,
} from '../lifecycle/index.js';
import type { InstanceStatus, WorkflowHeaders } from '../records/index.js';
import { statusOfFailure } from './failure-status.js';
import type { MemoryServices } from './memory-services.js';

/** A run as far as its events need it. @internal */
export interface ObservedRun {
  readonly id: string;
  readonly definition: Pick<WorkflowDefinition, 'name' | 'version'>;
  readonly generation: number;
  readonly headers: WorkflowHeaders;
  readonly services: MemoryServices;
  events: MemoryEvents | undefined;
}

/** Tells what happens to a run without a journal, as it happens. Made only where somebody listens. @internal */
export class MemoryEvents {
  private seq = 0;

  constructor(
    private run: ObservedRun,
    private readonly parentId: string | undefined,
  ) {
    run.events = this;
    this.tell('started', 'pending');
  }

  /** A next generation goes on under the same id. */
  continue(next: ObservedRun): void {
    this.tell('continued', 'running');
    this.run = next;
    next.events = this;
  }

  compensating(cause: unknown): void {
    this.tell('compensating', 'compensating', detailOf(cause));
  }

  completed(): void {
    this.tell('completed', 'completed');
  }

  /** The end of a run that did not complete, by what it was ended with. */
  failed(error: unknown): void {
    const detail = detailOf(error);
    const status = statusOfFailure(error);
    const uncompensated = isCompensationFailedError(error) ? error.failures.map(({ step }) => step) : undefined;
    this.tell(status, status, { ...detail, ...(uncompensated && { uncompensated }) });
  }

  /** A step's end, where step events are asked for. */
  stepEnded(type: 'step_completed' | 'step_failed' | 'step_compensated', step: string, attempts: number): void {
    if (!this.run.services.options.stepEvents) return;
    this.tell(type, type === 'step_compensated' ? 'compensating' : 'running', { step, attempts });
  }

  private tell(type: LifecycleEventType, status: InstanceStatus, detail?: LifecycleDetail): void {
    const { id, definition, generation, headers, services } = this.run;
    const seq = ++this.seq;
    const event: LifecycleEvent = {
      type,
      eventId: lifecycleEventId(id, generation, seq),
      seq,
      workflowId: id,
      workflowName: definition.name,
      version: definition.version,
      generation,
      at: services.clock.now(),
      status,
      headers,
      ...(this.parentId !== undefined && { parentId: this.parentId }),
      inMemory: true,
      ...(detail !== undefined && { detail }),
    };
    services.bus.publish(event);
  }
}

/** What events tell of a run that did not complete, in the words of whoever cancelled it where somebody did. */
function detailOf(error: unknown): LifecycleDetail {
  const reason = isWorkflowError(error, 'WORKFLOW_CANCELLED')
    ? (error as { readonly reason?: string }).reason
    : undefined;
  return { error: summariseError(error), ...(reason !== undefined && { reason }) };
}
