import { systemClock } from '../../core/time/index.js';

/** Lets races meet in different places, and in the same ones in every run. @internal */
export abstract class Interleaving {
  private randomState = 20_240_229;

  /** A number from 0 up to (not with) the bound; the same in every run. */
  random(bound: number): number {
    this.randomState = (this.randomState * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((this.randomState / 2_147_483_648) * bound);
  }

  /** Lets a few turns of the process pass, so that races meet in different places. */
  async jitter(): Promise<void> {
    for (let turns = this.random(6); turns > 0; turns -= 1) {
      if (this.random(2) === 0) await Promise.resolve();
      else await new Promise<void>((resolve) => systemClock.macrotask(resolve));
    }
  }

  /** Runs a race often, some of them side by side. */
  async race(rounds: number, round: (index: number) => Promise<void>): Promise<void> {
    for (let index = 0; index < rounds; index += 8) {
      const batch = Array.from({ length: Math.min(8, rounds - index) }, (_, offset) => round(index + offset));
      const results = await Promise.allSettled(batch);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    }
  }
}
