import type { SeededRandom } from './engine/seeded-random.js';
import type { SimProcess } from './engine/sim-process.js';
import type { World } from './engine/world.js';

/** What may befall a process. */
type Fault = 'crash' | 'freeze' | 'stall' | 'jump' | 'stop' | 'twin' | 'database clock';

const FAULTS: readonly Fault[] = [
  'crash',
  'crash',
  'crash',
  'freeze',
  'freeze',
  'stall',
  'stall',
  'jump',
  'stop',
  'twin',
  'database clock',
];

/** Steps of the scheduler over which the faults of a seed spread, about. */
const SPREAD_STEPS = 1_000;

/**
 * Less than the grace of a mismatch: if the clock of the database went further ahead, no other build would seem to live, and what waits
 * for one would be set aside.
 */
const AHEAD_AT_MOST_MS = 500_000;

/** The faults of one seed: at random moments, counted in steps of the scheduler, so that every await can be hit. */
export class FaultPlan {
  count = 0;
  private left: number;
  private readonly probability: number;
  private isActive = false;
  private aheadMs = 0;
  private pending = 0;

  constructor(
    private readonly world: World,
    private readonly random: SeededRandom,
    atMost: number,
    isHarsh = false,
  ) {
    this.left = Math.min(atMost, random.pick(isHarsh ? [24, 28, 32, 36, 40] : [0, 3, 12, 24, 40]));
    this.probability = Math.max(0.008, this.left / SPREAD_STEPS);
  }

  /** Whether nothing more will befall anybody. */
  get isOver(): boolean {
    return this.left <= 0 && this.pending === 0;
  }

  begin(): void {
    this.isActive = true;
    this.world.onStep = () => {
      this.maybe();
    };
  }

  end(): void {
    this.isActive = false;
    this.left = 0;
  }

  /** A process dies of what it runs; another one comes, also when all other faults are over. */
  poison(process: SimProcess): void {
    process.crash();
    this.replace(process, this.random.pick([0, 500, 3_000]), this.random.chance(0.5));
  }

  private maybe(): void {
    if (!this.isActive || this.left <= 0 || !this.random.chance(this.probability)) return;
    const process = this.victim();
    if (process === undefined) return;
    this.left -= 1;
    this.count += 1;
    const fault = this.random.pick(FAULTS);
    this.world.scheduler.note(`fault ${fault} ${process.loop.name}`);
    this.strike(fault, process);
  }

  /** Mostly whoever has just done something: faults between two awaits are what matters. */
  private victim(): SimProcess | undefined {
    const candidates = this.world.alive.filter((process) => !process.isFrozen);
    const active = candidates.find((process) => process.loop === this.world.scheduler.lastLoop);
    if (active !== undefined && this.random.chance(0.8)) return active;
    return candidates.length === 0 ? undefined : this.random.pick(candidates);
  }

  private strike(fault: Fault, process: SimProcess): void {
    const { random } = this;
    switch (fault) {
      case 'crash':
        process.crash();
        this.replace(process, random.pick([0, 100, 3_000, 15_000]), random.chance(0.6));
        return;
      case 'freeze':
        this.suspend(process, random.int(11_000, 35_000));
        return;
      case 'stall':
        this.suspend(process, random.int(10, 9_000));
        return;
      case 'jump':
        process.clock.wallOffsetMs += random.pick([-3_600_000, -300_000, 300_000, 3_600_000]);
        return;
      case 'database clock':
        this.jump(random.pick([-120_000, -5_000, 5_000, 120_000, 300_000]));
        return;
      case 'stop':
        process.stop();
        this.replace(process, random.pick([0, 1_000]), random.chance(0.5));
        return;
      case 'twin':
        // Comes up under the id of one that is only frozen.
        this.suspend(process, random.int(500, 20_000));
        this.replace(process, random.int(0, 400), true);
        return;
    }
  }

  private jump(ms: number): void {
    const isTooFar = this.aheadMs + ms > AHEAD_AT_MOST_MS;
    const jumpMs = isTooFar ? -ms : ms;
    this.aheadMs += jumpMs;
    this.world.jump(jumpMs);
  }

  private suspend(process: SimProcess, ms: number): void {
    process.freeze();
    this.later(ms, () => {
      process.thaw();
    });
  }

  private replace(process: SimProcess, delayMs: number, sameId: boolean): void {
    const workerId = sameId ? process.options.workerId : `${process.options.workerId}x`;
    this.later(delayMs, () => {
      this.world.spawn({ ...process.options, workerId });
    });
  }

  private later(ms: number, act: () => void): void {
    this.pending += 1;
    this.world.scheduler.message(this.world.outside, ms, 'fault goes on', () => {
      this.pending -= 1;
      act();
    });
  }
}
