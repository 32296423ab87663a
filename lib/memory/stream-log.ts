import type { StreamRecord, StreamSeed } from '../core/store/index.js';

/** Older items of one instance are forgotten beyond this many. */
const KEPT_ITEMS = 10_000;

/** The live progress of one instance. @internal */
export class StreamLog {
  private items: StreamRecord[] = [];
  private readonly keys = new Set<string>();
  private readonly progress = new Map<string, string | undefined>();

  /** A key that is there already changes nothing. */
  add(generation: number, seed: StreamSeed, id: number, at: number): void {
    const key = keyOf(generation, seed);
    if (this.keys.has(key)) return;
    this.keys.add(key);
    this.items.push(Object.freeze({ ...seed, id, generation, at }));
    if (seed.kind === 'progress' && seed.step !== undefined)
      this.progress.set(stepKey(generation, seed.step), seed.payload);
    if (this.items.length > 2 * KEPT_ITEMS) this.forget();
  }

  read(after: number, limit: number): StreamRecord[] {
    return this.items.filter((item) => item.id > after).slice(0, limit);
  }

  latest(generation: number, step: string): string | undefined {
    return this.progress.get(stepKey(generation, step));
  }

  private forget(): void {
    for (const item of this.items.slice(0, -KEPT_ITEMS)) this.keys.delete(keyOf(item.generation, item));
    this.items = this.items.slice(-KEPT_ITEMS);
  }
}

function keyOf(generation: number, seed: StreamSeed): string {
  return `${generation}:${seed.afterPosition}:${seed.index}`;
}

function stepKey(generation: number, step: string): string {
  return `${generation}:${step}`;
}
