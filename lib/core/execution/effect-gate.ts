import type { InstanceJournal } from '../journal/index.js';
import type { CallHost } from './call-host.js';

/** Something with an effect that may begin. @internal */
export interface Effect {
  begin(host: CallHost): void;
}

interface Waiting {
  readonly after: number;
  readonly effect: Effect;
}

/**
 * No effect before its past is durable: an effect waits here until every entry that was placed before it was asked for is written.
 *
 * @internal
 */
export class EffectGate {
  private waiting: Waiting[] | undefined;
  private durableHead: number;

  constructor(private readonly journal: InstanceJournal) {
    this.durableHead = journal.head;
  }

  get size(): number {
    return this.waiting?.length ?? 0;
  }

  add(effect: Effect): void {
    const waiting = { after: this.journal.head, effect };
    if (this.waiting === undefined) this.waiting = [waiting];
    else this.waiting.push(waiting);
  }

  /** Everything up to this position is durable. */
  note(position: number): void {
    if (position > this.durableHead) this.durableHead = position;
  }

  isDurable(position: number): boolean {
    return position <= this.durableHead;
  }

  /** Whether the past of the first that waits is durable. */
  get isOpen(): boolean {
    const first = this.waiting?.[0];
    return first !== undefined && first.after <= this.durableHead;
  }

  /** Begins what may begin, in the order in which it was asked for. */
  release(host: CallHost): void {
    const { waiting, durableHead } = this;
    if (waiting === undefined) return;
    let held = 0;
    while (held < waiting.length && (waiting[held] as Waiting).after <= durableHead) held += 1;
    if (held === 0) return;
    // What is asked for later waits for a later position, so those that may begin stand in front.
    this.waiting = held === waiting.length ? undefined : waiting.slice(held);
    for (let index = 0; index < held; index += 1) (waiting[index] as Waiting).effect.begin(host);
  }

  clear(): void {
    this.waiting = undefined;
  }
}
