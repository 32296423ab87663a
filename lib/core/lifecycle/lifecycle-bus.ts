import type { WorkflowLogger } from './logger.js';

/** Receives what a bus publishes, in order; a failing listener never harms a run. @publicApi */
export type LifecycleListener<E> = (event: E) => void;

/**
 * Hands this process's events to its listeners, in order, one event at a time.
 * A throwing listener is logged and keeps its subscription; the others still receive the event.
 *
 * @internal
 */
export class LifecycleBus<E> {
  private readonly listeners = new Set<LifecycleListener<E>>();

  constructor(private readonly logger: WorkflowLogger) {}

  /** Adds a listener and returns the function that removes it. */
  subscribe(listener: LifecycleListener<E>): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Whether anybody listens: what nobody hears need not be made. */
  get isObserved(): boolean {
    return this.listeners.size > 0;
  }

  publish(event: E): void {
    for (const listener of this.listeners) {
      try {
        listener(event);
      } catch (error) {
        // A subscriber is never allowed to harm a run; its fault is told and the next one is served.
        this.logger.error('A lifecycle listener threw.', { error: String(error) });
      }
    }
  }
}
