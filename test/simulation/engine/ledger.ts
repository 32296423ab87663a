/** One start of a side effect, as the outside world saw it. */
export interface Effect {
  readonly order: number;
  readonly at: number;
  readonly kind: 'step' | 'undo' | 'transaction';
  readonly workflowId: string;
  readonly generation: number;
  readonly step: string;
  readonly key: string;
  readonly attempt: number;
  /** The life of the process that began it: a restart is another life. */
  readonly life: number;
  /** The fence under which the instance stood in the store when the effect began. */
  readonly fence: number;
  /** When the effect was done; a process that died before leaves it open. */
  endedOrder?: number;
  /** What it answered, and what its record says if it was recorded. */
  value?: string;
}

/** The outside world: what really happened, whatever the store says. */
export class Ledger {
  readonly effects: Effect[] = [];
  /** Rows that transactional steps wrote and committed, by idempotency key. */
  readonly committed = new Map<string, number>();
  private order = 0;

  begin(effect: Omit<Effect, 'order'>): Effect {
    const placed: Effect = { order: (this.order += 1), ...effect };
    this.effects.push(placed);
    return placed;
  }

  end(effect: Effect, value: string): void {
    effect.endedOrder = this.order += 1;
    effect.value = value;
  }

  commit(key: string): void {
    this.committed.set(key, (this.committed.get(key) ?? 0) + 1);
  }

  /** A place in the order of events between effects. */
  mark(): number {
    return (this.order += 1);
  }

  of(workflowId: string): Effect[] {
    return this.effects.filter((effect) => effect.workflowId === workflowId);
  }
}
