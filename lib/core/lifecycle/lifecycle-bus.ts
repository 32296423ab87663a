import type { LifecycleEvent, LifecycleListener } from './lifecycle-event.js';
import type { WorkflowLogger } from './logger.js';

/**
 * Hands this process's lifecycle events to its listeners, in order, one event at a time.
 * A throwing listener is logged and keeps its subscription; the others still receive the event.
 *
 * @internal
 */
export class LifecycleBus {
  private readonly listeners = new Set<LifecycleListener>();

  constructor(private readonly logger: WorkflowLogger) {}

  /** Adds a listener and returns the function that removes it. */
  subscribe(listener: LifecycleListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  publish(event: LifecycleEvent): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (error) {
        // A subscriber is never allowed to harm a run; its fault is told and the next one is served.
        this.logger.error('A lifecycle listener threw.', { eventId: event.eventId, error: String(error) });
      }
    }
  }
}
