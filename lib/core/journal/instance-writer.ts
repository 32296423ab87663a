import type { LifecycleEvent } from '../lifecycle/index.js';
import type { SignalSeed } from '../records/index.js';
import type { FlushExpectation, FlushResult, FlushUnit, InstanceTransition } from '../store/index.js';
import type { JournalWriter } from './journal-writer.js';
import { StagedWrites } from './staged-writes.js';

/** The right to write one instance, as the owner knows it. @internal */
export interface Ownership {
  readonly workflowId: string;
  readonly generation: number;
  readonly fence: number;
}

/** A change of the instance row, with what it is conditional on and the events it causes. @internal */
export interface TransitionRequest {
  readonly transition: InstanceTransition;
  readonly expect?: FlushExpectation;
  readonly events?: readonly LifecycleEvent[];
  readonly signals?: readonly SignalSeed[];
}

/**
 * One instance's way to the store: collects what is staged, has at most one unit under way, and tells its owner what came back.
 *
 * @internal
 */
export class InstanceWriter {
  private current = new StagedWrites();
  private sending: Promise<FlushResult> | undefined;
  private following: Promise<FlushResult | undefined> | undefined;
  /** Set once the store said that somebody else writes here: what was staged behind must not follow, though its positions might fit. */
  private verdict: Extract<FlushResult, { kind: 'fenced' | 'conflict' }> | undefined;

  constructor(
    private readonly writer: JournalWriter,
    public owner: Ownership,
    private readonly onResult: (unit: FlushUnit, result: FlushResult) => void,
  ) {}

  get staged(): StagedWrites {
    return this.current;
  }

  /** Nothing staged and nothing under way: all is durable. */
  get isClean(): boolean {
    return this.sending === undefined && this.staged.isEmpty;
  }

  /** Makes everything staged until now durable. `undefined` when there was nothing to do. */
  flush(): Promise<FlushResult | undefined> {
    if (this.sending !== undefined) {
      this.following ??= this.sending.then(() => {
        this.following = undefined;
        return this.flush();
      });
      return this.following;
    }
    return this.staged.isEmpty ? Promise.resolve(undefined) : this.send(undefined);
  }

  /**
   * Asks for what is staged to become durable. While a unit is under way nothing is sent: its result is told to the owner, who asks
   * again in the turn that follows.
   */
  flushSoon(): void {
    if (this.sending === undefined && !this.staged.isEmpty) void this.send(undefined);
  }

  /** Makes everything staged durable together with a change of the instance row: both or neither. */
  async settle(request: TransitionRequest): Promise<FlushResult> {
    while (this.sending !== undefined) await this.sending;
    return this.send(request);
  }

  /** Waits for the unit under way, then hands over what is staged, to be written by somebody else's transaction. */
  async takeForTransaction(): Promise<StagedWrites> {
    while (this.sending !== undefined) await this.sending;
    const taken = this.staged;
    this.current = new StagedWrites();
    return taken;
  }

  /** Somebody else's transaction has written what it took. */
  noteWritten(unit: FlushUnit, result: FlushResult): void {
    this.onResult(unit, result);
  }

  private send(request: TransitionRequest | undefined): Promise<FlushResult> {
    if (this.verdict !== undefined) {
      this.current = new StagedWrites();
      return Promise.resolve(this.verdict);
    }
    const taken = this.staged;
    this.current = new StagedWrites();
    const unit = request === undefined ? taken.toUnit(this.owner) : withTransition(taken.toUnit(this.owner), request);
    const settle = (result: FlushResult): FlushResult => {
      this.sending = undefined;
      if (result.kind === 'changed') this.staged.restore(taken);
      if (result.kind === 'fenced' || result.kind === 'conflict') this.verdict = result;
      this.onResult(unit, result);
      return result;
    };
    this.sending = this.writer.flush(unit).then(settle, (error: unknown) => settle(refused(error)));
    return this.sending;
  }
}

/** The store refused the whole statement: for this instance that is the same as refusing its unit. */
function refused(error: unknown): FlushResult {
  return { kind: 'rejected', error: error instanceof Error ? error : new Error(String(error)) };
}

function withTransition(unit: FlushUnit, request: TransitionRequest): FlushUnit {
  const events = [...(unit.events ?? []), ...(request.events ?? [])];
  const signals = [...(unit.signals ?? []), ...(request.signals ?? [])];
  return {
    ...unit,
    transition: request.transition,
    ...(request.expect === undefined ? {} : { expect: request.expect }),
    ...(events.length === 0 ? {} : { events }),
    ...(signals.length === 0 ? {} : { signals }),
  };
}
