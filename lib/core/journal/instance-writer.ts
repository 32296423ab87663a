import type { LifecycleEvent } from '../lifecycle/index.js';
import type { SignalSeed } from '../records/index.js';
import type { FlushExpectation, FlushResult, FlushUnit, InstanceTransition } from '../store/index.js';
import type { JournalWriter, UnitOwner } from './journal-writer.js';
import { StagedWrites } from './staged-writes.js';

/** The right to write one instance, as the owner knows it. @internal */
export interface Ownership {
  readonly workflowId: string;
  readonly generation: number;
  readonly fence: number;
  /** The wakes that were seen last. */
  readonly knownWakes?: number;
}

/** A change of the instance row, with what it is conditional on and the events it causes. @internal */
export interface TransitionRequest {
  readonly transition: InstanceTransition;
  readonly expect?: FlushExpectation;
  readonly events?: readonly LifecycleEvent[];
  readonly signals?: readonly SignalSeed[];
}

/** Who is told what became of what was sent, before anybody who waits for it. @internal */
export interface WriteListener {
  onWritten(unit: FlushUnit, result: FlushResult): void;
}

/**
 * One instance's way to the store: collects what is staged, has at most one unit under way, and tells its owner what came back.
 *
 * @internal
 */
export class InstanceWriter implements UnitOwner {
  private current = new StagedWrites();
  /** What is on its way to the store. */
  private underWay: StagedWrites | undefined;
  private onSettled: ((result: FlushResult) => void) | undefined;
  /** Made only when somebody waits for the unit under way. */
  private answered: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  /** Set once the store said that somebody else writes here: what was staged behind must not follow, though its positions might fit. */
  private verdict: Extract<FlushResult, { kind: 'fenced' | 'conflict' }> | undefined;

  /** @param mayWait Whether a wait may have been registered in this generation already. */
  constructor(
    private readonly writer: JournalWriter,
    public owner: Ownership,
    private readonly listener: WriteListener,
    private mayWait = true,
  ) {}

  get staged(): StagedWrites {
    return this.current;
  }

  private get isSending(): boolean {
    return this.underWay !== undefined;
  }

  /** Nothing staged and nothing under way: all is durable. */
  get isClean(): boolean {
    return !this.isSending && this.staged.isEmpty;
  }

  /**
   * Asks for what is staged to become durable. While a unit is under way nothing is sent: its result is told to the owner, who asks
   * again in the turn that follows.
   */
  flushSoon(): void {
    if (!this.isSending && !this.staged.isEmpty) this.send(undefined);
  }

  /** Makes what is staged durable, or waits for the unit under way. */
  async flush(): Promise<void> {
    this.flushSoon();
    await this.whenAnswered();
  }

  /** Makes everything staged durable together with a change of the instance row: both or neither. */
  settle(request: TransitionRequest, onAnswer: (result: FlushResult) => void): void {
    if (!this.isSending) {
      this.send(request, onAnswer);
      return;
    }
    void this.whenAnswered().then(() => {
      this.settle(request, onAnswer);
    });
  }

  /** Waits for the unit under way, then hands over what is staged, to be written by somebody else's transaction. */
  async takeForTransaction(): Promise<StagedWrites> {
    while (this.isSending) await this.whenAnswered();
    return this.take();
  }

  /** Somebody else's transaction has written what it took. */
  noteWritten(unit: FlushUnit, result: FlushResult): void {
    this.listener.onWritten(unit, result);
  }

  private send(request: TransitionRequest | undefined, onAnswer?: (result: FlushResult) => void): void {
    const taken = this.take();
    if (this.verdict !== undefined) {
      onAnswer?.(this.verdict);
      return;
    }
    this.underWay = taken;
    this.onSettled = onAnswer;
    this.writer.flush(taken.toUnit(this.owner, request, request !== undefined && !this.mayWait), this);
  }

  private take(): StagedWrites {
    const taken = this.current;
    this.current = new StagedWrites();
    this.mayWait ||= taken.waits !== undefined;
    return taken;
  }

  /** What became of the unit under way. */
  answer(unit: FlushUnit, result: FlushResult): void {
    const { underWay, onSettled, answered } = this;
    this.underWay = this.onSettled = this.answered = undefined;
    if (result.kind === 'changed' && underWay !== undefined) this.staged.restore(underWay);
    if (result.kind === 'fenced' || result.kind === 'conflict') this.verdict = result;
    try {
      this.listener.onWritten(unit, result);
    } finally {
      this.noteWakes(result);
      onSettled?.(result);
      answered?.resolve();
    }
  }

  private noteWakes(result: FlushResult): void {
    if ('wakes' in result && result.wakes !== this.owner.knownWakes)
      this.owner = { ...this.owner, knownWakes: result.wakes };
  }

  private whenAnswered(): Promise<void> {
    if (!this.isSending) return Promise.resolve();
    this.answered ??= deferred();
    return this.answered.promise;
  }
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
