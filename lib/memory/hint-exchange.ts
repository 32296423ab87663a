import type { StoreHint } from '../core/store/index.js';
import type { Cancellable, Clock } from '../core/time/index.js';

/** Carries hints to every listener one macrotask later; the same hint given twice before that is one. @internal */
export class HintExchange {
  private readonly listeners = new Set<(hint: StoreHint) => void>();
  private pending = new PendingHints();

  constructor(private readonly clock: Clock) {}

  listen(listener: (hint: StoreHint) => void): Cancellable {
    // Each subscription counts for itself, also when one function is given twice.
    const subscription = (hint: StoreHint): void => listener(hint);
    this.listeners.add(subscription);
    return { cancel: () => void this.listeners.delete(subscription) };
  }

  send(hint: StoreHint): void {
    if (this.listeners.size === 0) return;
    if (this.pending.isEmpty) this.clock.macrotask(this.deliver);
    this.pending.add(hint);
  }

  private readonly deliver = (): void => {
    const hints = this.pending;
    this.pending = new PendingHints();
    for (const hint of hints.all()) {
      for (const listener of this.listeners) listener(hint);
    }
  };
}

/** Hints that wait to be told, each once. */
class PendingHints {
  private isDue = false;
  private readonly woken = new Set<string>();
  private readonly ended = new Set<string>();

  get isEmpty(): boolean {
    return !this.isDue && this.woken.size + this.ended.size === 0;
  }

  add(hint: StoreHint): void {
    if (hint.kind === 'due') this.isDue = true;
    else this[hint.kind].add(hint.workflowId);
  }

  *all(): Iterable<StoreHint> {
    if (this.isDue) yield { kind: 'due' };
    for (const workflowId of this.woken) yield { kind: 'woken', workflowId };
    for (const workflowId of this.ended) yield { kind: 'ended', workflowId };
  }
}
