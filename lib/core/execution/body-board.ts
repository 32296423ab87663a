import type { AbortScope } from '../cancellation/index.js';
import type { Clock } from '../time/index.js';
import type { AttemptPlan, AttemptSurroundings } from './attempt-plan.js';
import { Attempts, type AttemptsEnd, type AttemptsListener } from './attempts.js';
import type { EngineServices } from './engine-services.js';
import type { Lease } from './lease.js';
import type { WorkSignal } from './work-signal.js';

/** What bodies need of the execution they belong to. */
interface BodyHost {
  readonly services: EngineServices;
  readonly lease: Lease;
  /** Whether the body of a step may begin now. */
  readonly mayBegin: boolean;
  emit(kind: 'progress', payload: unknown, step: string): void;
}

/** Something that is told in the next turn, and the body that it is about. */
interface Conclusion {
  readonly body: string | undefined;
  conclude(): void;
}

const NOTHING: readonly Conclusion[] = [];

/** One body, from its first attempt to its end. */
class RunningBody implements AttemptsListener, Conclusion {
  private end: AttemptsEnd | undefined;

  constructor(
    private readonly board: BodyBoard,
    readonly body: string,
    private readonly tell: (end: AttemptsEnd) => void,
  ) {}

  get hasEnded(): boolean {
    return this.end !== undefined;
  }

  onEnd(end: AttemptsEnd): void {
    this.end = end;
    this.board.noteEnded(this);
  }

  conclude(): void {
    if (this.end !== undefined) this.tell(this.end);
  }
}

/**
 * The bodies of one instance that run now. What they end with is told in a turn, never in the middle of a transaction's commit.
 *
 * @internal
 */
export class BodyBoard implements AttemptSurroundings {
  /** Bodies that did not answer at once, with the time at which they began. */
  private running: Map<string, number> | undefined;
  private ended: readonly Conclusion[] = NOTHING;
  private isAbandoned = false;
  private pausing = 0;
  private limited = 0;
  /** Rises whenever something is heard of a body. */
  signs = 0;

  constructor(
    private readonly host: BodyHost,
    private readonly work: WorkSignal,
  ) {}

  get clock(): Clock {
    return this.host.services.clock;
  }

  get random(): () => number {
    return this.host.services.random;
  }

  /** Not once the lease has run out here; a cancel holds up all but undos. */
  mayBegin({ undo }: AttemptPlan): boolean {
    return undo === undefined ? this.host.mayBegin : this.host.lease.isValid;
  }

  onProgress(step: string, progress: unknown): void {
    this.signs += 1;
    if (progress !== undefined) this.host.emit('progress', progress, step);
  }

  onPause(isPausing: boolean): void {
    this.pausing += isPausing ? 1 : -1;
    this.signs += 1;
  }

  onLimit(isRunning: boolean): void {
    this.limited += isRunning ? 1 : -1;
    this.signs += 1;
  }

  /** Bodies that run, or whose end waits to be told. */
  get size(): number {
    return (this.running?.size ?? 0) + this.ended.length;
  }

  /** Whether every body waits for its next attempt. */
  get isPausing(): boolean {
    return this.size > 0 && this.pausing === this.size;
  }

  /** Whether every body waits for its next attempt, or may take only so long. */
  get isLimited(): boolean {
    return this.size > 0 && this.pausing + this.limited === this.size;
  }

  has(name: string): boolean {
    return this.running?.has(name) === true || this.ended.some(({ body }) => body === name);
  }

  /** Runs a body's attempts. */
  run(name: string, plan: AttemptPlan, scope: AbortScope, onEnd: (end: AttemptsEnd) => void): void {
    this.signs += 1;
    const body = new RunningBody(this, name, onEnd);
    new Attempts(plan, scope, this, body).begin();
    if (!body.hasEnded) (this.running ??= new Map()).set(name, this.clock.monotonic());
  }

  /** A body has ended; that is told in the next turn. */
  noteEnded(body: Conclusion): void {
    if (this.isAbandoned) return;
    if (body.body !== undefined) this.running?.delete(body.body);
    if (this.ended === NOTHING) this.ended = [body];
    else (this.ended as Conclusion[]).push(body);
    this.work.raise();
  }

  /** Does something in the next turn. */
  later(action: () => void): void {
    this.noteEnded({ body: undefined, conclude: action });
  }

  /** Runs what ended bodies have to say. */
  conclude(): void {
    const { ended } = this;
    if (ended === NOTHING) return;
    this.ended = NOTHING;
    for (const one of ended) one.conclude();
  }

  /** Whether something waits for the next turn. */
  get hasEnded(): boolean {
    return this.ended !== NOTHING;
  }

  /** Names of bodies that began that long ago. */
  *olderThan(ageMs: number): Iterable<string> {
    const now = this.clock.monotonic();
    for (const [name, beganAt] of this.running ?? []) if (now - beganAt >= ageMs) yield name;
  }

  /** What bodies still say is not heard any more. */
  abandon(): void {
    this.isAbandoned = true;
    this.running = undefined;
    this.ended = NOTHING;
  }
}
