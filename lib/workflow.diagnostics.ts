import { channel } from 'node:diagnostics_channel';
import type { LifecycleBus, LifecycleEvent } from './core/lifecycle/index.js';

/**
 * Publishes lifecycle events on Node's diagnostics channels `nestjs-workflow:<type>` (`nestjs-workflow:completed` …), where tracing
 * and metrics tools listen. Costs next to nothing while nobody does.
 *
 * @internal
 */
export function publishDiagnostics(bus: LifecycleBus<LifecycleEvent>): () => void {
  return bus.subscribe((event) => {
    const diagnostics = channel(`nestjs-workflow:${event.type}`);
    if (diagnostics.hasSubscribers) diagnostics.publish(event);
  });
}
