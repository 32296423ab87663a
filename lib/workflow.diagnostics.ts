import { channel, type Channel } from 'node:diagnostics_channel';
import type { LifecycleBus, LifecycleEvent } from './core/lifecycle/index.js';

/**
 * Publishes lifecycle events on Node's diagnostics channels `nestjs-workflow:<type>` (`nestjs-workflow:completed` …), where tracing
 * and metrics tools listen. Costs next to nothing while nobody does.
 *
 * @internal
 */
export function publishDiagnostics(bus: LifecycleBus<LifecycleEvent>): () => void {
  const channels = new Map<string, Channel>();
  return bus.subscribe((event) => {
    let diagnostics = channels.get(event.type);
    if (diagnostics === undefined) channels.set(event.type, (diagnostics = channel(`nestjs-workflow:${event.type}`)));
    if (diagnostics.hasSubscribers) diagnostics.publish(event);
  });
}
