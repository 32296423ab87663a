import { runOutsideSteps, type EngineServices } from '../core/execution/index.js';
import type { LifecycleEvent } from '../core/lifecycle/index.js';
import type { StoreHint } from '../core/store/index.js';

/**
 * Tells of what was committed: hands the events to this process's listeners (with the outbox the relay does it, so that one process
 * publishes an event), then hints to whoever may have something to do. A step that caused it is over for those who hear of it.
 *
 * @internal
 */
export function announce(
  { bus, options, store }: Pick<EngineServices, 'bus' | 'options' | 'store'>,
  events: readonly LifecycleEvent[],
  hint: StoreHint | undefined,
): void {
  runOutsideSteps(() => {
    if (!options.outbox) for (const event of events) bus.publish(event);
    if (hint !== undefined) store.hint(hint);
  });
}
