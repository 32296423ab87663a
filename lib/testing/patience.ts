import { systemClock } from '../core/time/index.js';

/** So many looks besides, each a turn of the process, so that one that was busy has heard of what has come meanwhile. */
const LEAST_LOOKS = 100;

/** Where a body was last heard of. */
interface Silence {
  readonly signs: number;
  readonly sinceMs: number;
  looks: number;
}

/**
 * Tells bodies that wait for their limit of time from those that do something real: these end by themselves, or give a sign of life,
 * before somebody runs out of patience.
 *
 * @internal
 */
export class Patience {
  private readonly silences = new WeakMap<object, Silence>();

  /** @param patienceMs Of real time. */
  constructor(private readonly patienceMs: number) {}

  /** Looks at an instance. Another number of signs is one of life. */
  isOver(instance: object, signs: number): boolean {
    const silence = this.silences.get(instance);
    if (silence?.signs !== signs) {
      this.silences.set(instance, { signs, sinceMs: systemClock.monotonic(), looks: 0 });
      return false;
    }
    silence.looks += 1;
    return silence.looks > LEAST_LOOKS && systemClock.monotonic() - silence.sinceMs >= this.patienceMs;
  }
}
