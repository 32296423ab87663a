import type { AbortScope } from '../cancellation/index.js';
import type { AttemptPlan, AttemptSurroundings } from './attempt-plan.js';
import { Attempts, type AttemptsEnd } from './attempts.js';
import type { EngineServices } from './engine-services.js';
import type { WorkSignal } from './work-signal.js';

/**
 * The bodies of one instance that run now. What they end with is told in a turn, never in the middle of a transaction's commit.
 *
 * @internal
 */
export class BodyBoard {
  private readonly running = new Map<string, number>();
  private ended: (() => void)[] = [];
  private isAbandoned = false;
  private pausing = 0;
  private readonly surroundings: AttemptSurroundings;

  constructor(
    private readonly services: EngineServices,
    private readonly work: WorkSignal,
    hooks: Pick<AttemptSurroundings, 'mayBegin' | 'onProgress'>,
  ) {
    const { clock, random } = services;
    this.surroundings = {
      clock,
      random,
      ...hooks,
      onPause: (isPausing) => {
        this.pausing += isPausing ? 1 : -1;
      },
    };
  }

  get size(): number {
    return this.running.size;
  }

  /** Whether every body waits for its next attempt. */
  get isPausing(): boolean {
    return this.running.size > 0 && this.pausing === this.running.size;
  }

  has(name: string): boolean {
    return this.running.has(name);
  }

  /** Runs a body's attempts. */
  run(name: string, plan: AttemptPlan, scope: AbortScope, onEnd: (end: AttemptsEnd) => void): void {
    this.running.set(name, this.services.clock.monotonic());
    const tell = (end: AttemptsEnd): void => {
      if (this.isAbandoned) return;
      this.later(() => {
        this.running.delete(name);
        onEnd(end);
      });
    };
    new Attempts(plan, scope, this.surroundings, tell).begin();
  }

  /** Does something in the next turn. */
  later(action: () => void): void {
    this.ended.push(action);
    this.work.raise();
  }

  /** Runs what ended bodies have to say. */
  conclude(): void {
    if (this.ended.length === 0) return;
    const ended = this.ended;
    this.ended = [];
    for (const conclude of ended) conclude();
  }

  /** Whether something waits for the next turn. */
  get hasEnded(): boolean {
    return this.ended.length > 0;
  }

  /** Names of bodies that began that long ago. */
  *olderThan(ageMs: number): Iterable<string> {
    const now = this.services.clock.monotonic();
    for (const [name, beganAt] of this.running) if (now - beganAt >= ageMs) yield name;
  }

  /** What bodies still say is not heard any more. */
  abandon(): void {
    this.isAbandoned = true;
    this.running.clear();
    this.ended = [];
  }
}
