import type { StoreHint } from '../core/store/index.js';
import type { Cancellable, Clock } from '../core/time/index.js';

/** Carries hints to every listener one macrotask later; the same hint given twice before that is one. @internal */
export class HintExchange {
  private readonly listeners = new Set<(hint: StoreHint) => void>();
  private pending = new Map<string, StoreHint>();

  constructor(private readonly clock: Clock) {}

  listen(listener: (hint: StoreHint) => void): Cancellable {
    // Each subscription counts for itself, also when one function is given twice.
    const subscription = (hint: StoreHint): void => listener(hint);
    this.listeners.add(subscription);
    return { cancel: () => void this.listeners.delete(subscription) };
  }

  send(hint: StoreHint): void {
    if (this.listeners.size === 0) return;
    if (this.pending.size === 0) this.clock.macrotask(() => this.deliver());
    this.pending.set(hint.kind === 'due' ? hint.kind : `${hint.kind}:${hint.workflowId}`, hint);
  }

  private deliver(): void {
    const hints = this.pending;
    this.pending = new Map();
    for (const hint of hints.values()) {
      for (const listener of this.listeners) listener(hint);
    }
  }
}
