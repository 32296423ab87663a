import type { LocalDispatcher } from '../core/dispatch/index.js';
import type { EngineServices } from '../core/execution/index.js';
import type { LifecycleEventType } from '../core/lifecycle/index.js';
import type { EndedInstance } from '../core/records/index.js';

/** What a hint says: the instance may have ended, or has shown progress. Never a truth: whoever hears it looks. @internal */
export type InstanceHint = 'ended' | 'progress';

/** @param instance How it ended, where that is known for certain. */
type HintListener = (hint: InstanceHint, instance?: EndedInstance) => void;

const ENDINGS: ReadonlySet<LifecycleEventType> = new Set<LifecycleEventType>([
  'completed',
  'failed',
  'cancelled',
  'compensation_failed',
]);

/**
 * Tells who waits for an instance that it is worth looking: from this process at once, from others when the store can. However many
 * wait, one subscription of each source serves them all, and none is left when nobody waits.
 *
 * @internal
 */
export class InstanceHints {
  private readonly listeners = new Map<string, Set<HintListener>>();
  private detach: (() => void) | undefined;

  constructor(
    private readonly services: Pick<EngineServices, 'bus' | 'stream' | 'store'>,
    private readonly dispatcher: LocalDispatcher,
  ) {}

  /** Adds a listener for one instance and returns the function that removes it. */
  listen(workflowId: string, listener: HintListener): () => void {
    const listeners = this.listeners.get(workflowId) ?? new Set();
    this.listeners.set(workflowId, listeners.add(listener));
    this.detach ??= this.attach();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(workflowId) === listeners) this.listeners.delete(workflowId);
      if (this.listeners.size > 0) return;
      this.detach?.();
      this.detach = undefined;
    };
  }

  /** Lets everybody look. */
  tellAll(): void {
    for (const workflowId of [...this.listeners.keys()]) this.tell(workflowId, 'ended');
  }

  private attach(): () => void {
    const { dispatcher } = this;
    const { bus, stream, store } = this.services;
    const removeEnded = bus.subscribe((event) => {
      // The worker here is about to tell how it ended.
      if (ENDINGS.has(event.type) && !dispatcher.executes(event.workflowId)) this.tell(event.workflowId, 'ended');
    });
    const endings = dispatcher.onEnded((instance) => {
      this.tell(instance.id, 'ended', instance);
    });
    const removeProgress = stream.subscribe((item) => {
      this.tell(item.workflowId, 'progress');
    });
    const hints = store.onHint((hint) => {
      if (hint.kind === 'ended') this.tell(hint.workflowId, 'ended');
    });
    return () => {
      removeEnded();
      endings.cancel();
      removeProgress();
      hints.cancel();
    };
  }

  private tell(workflowId: string, hint: InstanceHint, instance?: EndedInstance): void {
    for (const listener of [...(this.listeners.get(workflowId) ?? [])]) listener(hint, instance);
  }
}
