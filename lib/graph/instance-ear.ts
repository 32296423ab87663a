import type { EngineServices } from '../core/execution/index.js';
import type { LifecycleEvent } from '../core/lifecycle/index.js';
import { isTerminal } from '../core/records/index.js';

/** How an instance stands: it moves, waits for people and for nothing that is on its way, or has ended. @internal */
export type Standing = 'moves' | 'waits' | 'ended';

/** Whether an instance stands still now, or has ended. @internal */
export function isStop({ type, status }: LifecycleEvent): boolean {
  return type === 'suspended' || isTerminal(status);
}

/** What this process hears of one instance. Open it before the instance is made, to miss nothing. @internal */
export class InstanceEar {
  private last: Pick<LifecycleEvent, 'type' | 'status' | 'generation'> | undefined;
  private isNews = false;
  private wake: (() => void) | undefined;
  private readonly unsubscribe: () => void;

  /** @param isNews What to call back for. @default everything */
  constructor(
    { bus }: Pick<EngineServices, 'bus'>,
    workflowId: string,
    isNews: (event: LifecycleEvent) => boolean = () => true,
  ) {
    this.unsubscribe = bus.subscribe((event) => {
      if (event.workflowId !== workflowId) return;
      this.last = event;
      if (!isNews(event)) return;
      this.isNews = true;
      this.wake?.();
    });
  }

  /** What the last event says; `undefined` where the store has to be asked: nothing was heard, or it waits for whatever. */
  get standing(): Standing | undefined {
    if (this.last === undefined || this.last.type === 'suspended') return undefined;
    return isTerminal(this.last.status) ? 'ended' : 'moves';
  }

  /** The generation that was heard to end: nobody writes its journal any more. */
  get endedGeneration(): number | undefined {
    return this.standing === 'ended' ? this.last?.generation : undefined;
  }

  /** Calls back as soon as there is news: at once where there has been some since the last call. */
  listen(callback: () => void): void {
    this.wake = callback;
    if (this.isNews) callback();
    this.isNews = false;
  }

  close(): void {
    this.unsubscribe();
    this.wake = undefined;
  }
}
