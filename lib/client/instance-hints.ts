import type { LocalDispatcher } from '../core/dispatch/index.js';
import type { EngineServices } from '../core/execution/index.js';
import type { LifecycleEventType } from '../core/lifecycle/index.js';
import type { EndedInstance } from '../core/records/index.js';

/** What a hint says: the instance may have ended, or has shown progress. Never a truth: whoever hears it looks. @internal */
export type InstanceHint = 'ended' | 'progress';

/** Who waits for an instance. @internal */
export interface HintListener {
  /** @param instance How it ended, where that is known for certain. */
  hear(hint: InstanceHint, instance?: EndedInstance): void;
}

const ENDINGS: ReadonlySet<LifecycleEventType> = new Set<LifecycleEventType>([
  'completed',
  'failed',
  'cancelled',
  'compensation_failed',
]);

const NOBODY: readonly HintListener[] = [];

/**
 * Tells who waits for an instance that it is worth looking: from this process at once, from others when the store can. However many
 * wait, one subscription of each source serves them all, and none is left when nobody waits.
 *
 * @internal
 */
export class InstanceHints {
  /** Most have one, and an array of one is a fraction of a set. */
  private readonly listeners = new Map<string, readonly HintListener[]>();
  private detach: (() => void) | undefined;

  constructor(
    private readonly services: Pick<EngineServices, 'bus' | 'stream' | 'store'>,
    private readonly dispatcher: LocalDispatcher,
  ) {}

  /** Adds a listener for one instance. */
  listen(workflowId: string, listener: HintListener): void {
    const others = this.listeners.get(workflowId);
    this.listeners.set(workflowId, others === undefined ? [listener] : [...others, listener]);
    this.detach ??= this.attach();
  }

  /** Removes it. Safe to call twice. */
  leave(workflowId: string, listener: HintListener): void {
    const others = this.listeners.get(workflowId)?.filter((other) => other !== listener);
    if (others === undefined) return;
    if (others.length > 0) this.listeners.set(workflowId, others);
    else this.listeners.delete(workflowId);
    if (this.listeners.size > 0) return;
    this.detach?.();
    this.detach = undefined;
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
    for (const listener of this.listeners.get(workflowId) ?? NOBODY) listener.hear(hint, instance);
  }
}
