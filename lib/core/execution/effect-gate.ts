import type { InstanceJournal } from '../journal/index.js';
import type { CallHost } from './call-host.js';

/** Something with an effect that may begin. @internal */
export interface Effect {
  begin(host: CallHost): void;
}

/**
 * No effect before its past is durable: an effect waits here until every entry that was placed before it was asked for is written.
 *
 * @internal
 */
export class EffectGate {
  private waiting: { readonly after: number; readonly effect: Effect }[] = [];
  private durableHead: number;

  constructor(private readonly journal: InstanceJournal) {
    this.durableHead = journal.head;
  }

  get size(): number {
    return this.waiting.length;
  }

  add(effect: Effect): void {
    this.waiting.push({ after: this.journal.head, effect });
  }

  /** Everything up to this position is durable. */
  note(position: number): void {
    if (position > this.durableHead) this.durableHead = position;
  }

  isDurable(position: number): boolean {
    return position <= this.durableHead;
  }

  /** Begins what may begin, in the order in which it was asked for. */
  release(host: CallHost): void {
    if (this.waiting.length === 0) return;
    const waiting = this.waiting;
    this.waiting = [];
    for (const item of waiting) {
      if (item.after <= this.durableHead) item.effect.begin(host);
      else this.waiting.push(item);
    }
  }

  clear(): void {
    this.waiting = [];
  }
}
