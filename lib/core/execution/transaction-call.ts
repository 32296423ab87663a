import type { StepContext, TransactionOptions } from '../definition/index.js';
import {
  isLeaseLostError,
  isWorkflowStoreError,
  LeaseLostError,
  readable,
  WorkflowStoreError,
} from '../errors/index.js';
import { knownOptions, oneOf } from '../options/index.js';
import { delay } from '../time/index.js';
import { readPatiently, type FlushResult, type FlushUnit, type StoreTransaction } from '../store/index.js';
import type { TransactionTurn } from './arrival.js';
import type { AttemptsEnd } from './attempts.js';
import type { CallHost } from './call-host.js';
import { resolveStep, StepCall, type ResolvedStep } from './step-call.js';

/** Pauses before a transaction that the database gave up (serialization failure, lost connection) is run again. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

const TRANSACTION = knownOptions<TransactionOptions>({
  retry: true,
  timeout: true,
  compensate: true,
  compensateRetry: true,
  compensateAtMostOnce: true,
  isolation: true,
});
const ISOLATIONS = ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'] as const;

/** @throws WorkflowOptionsError naming the option @internal */
export function readIsolation(given: TransactionOptions['isolation'], option: string): TransactionOptions['isolation'] {
  return oneOf(given, ISOLATIONS, option);
}

/** Checks a transaction's options. @throws WorkflowOptionsError naming step and field @internal */
export function resolveTransaction<T>(
  step: string,
  options: TransactionOptions<T> | undefined,
  defaults: ResolvedStep,
): ResolvedStep {
  readIsolation(options?.isolation, `isolation of step "${step}"`);
  return resolveStep(step, options, defaults, TRANSACTION);
}

/**
 * A transactional step: the user's rows, the step's entry and what was staged before it commit together. The entry's position is
 * given when its turn comes, so the commit waits for that turn; nothing else is handed over meanwhile.
 *
 * @internal
 */
export class TransactionCall extends StepCall {
  constructor(
    name: string,
    calledAt: number,
    step: string,
    options: ResolvedStep,
    private readonly work: (manager: unknown, context: StepContext) => unknown,
    private readonly isolation?: TransactionOptions['isolation'],
  ) {
    super(name, calledAt, step, options, () => undefined);
  }

  override get bodyKind(): 'transaction' {
    return 'transaction';
  }

  override perform(host: CallHost, context: StepContext): Promise<void> {
    return this.transact(host, context);
  }

  override record(): undefined {
    // By its own transaction.
    return undefined;
  }

  /** Its work commits with its record or not at all: it is never possibly done. */
  override prepare(): void {
    return undefined;
  }

  override recordLateStart(): void {
    return undefined;
  }

  protected override conclude(host: CallHost, end: AttemptsEnd): void {
    if (end.kind !== 'completed') super.conclude(host, end);
  }

  private async transact(host: CallHost, context: StepContext): Promise<void> {
    const { signal } = context;
    let turn = new Turn();
    let body: Promise<unknown> = Promise.resolve();
    // A body that was given up (time-out, cancel) must not commit later. It lets go at once of what it has locked, which the next
    // attempt or an undo may need: it may itself go on for long.
    const givenUp = new Promise<never>((_, reject) => {
      const onAbort = (): void => {
        turn.refuse(new LeaseLostError({ workflowId: host.record.id }));
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
    givenUp.catch(() => undefined);
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        await host.services.store.transaction(
          async (transaction) => {
            // A connection may be long in coming: what held when it was asked for need not hold any more.
            if (!host.mayBegin) throw new WorkflowStoreError(`The transaction "${this.name}" was opened too late.`);
            // The store may run this again after a serialization failure: the turn before is over then.
            if (!turn.isOpen) turn.settle(undefined);
            turn = turn.isOpen ? turn : new Turn();
            if (signal.aborted) throw signal.reason;
            body = this.callWork(transaction.handle, context);
            const value = await Promise.race([body, givenUp]);
            const text = host.services.payloads.toText(value, this.place);
            if (signal.aborted) throw signal.reason;
            host.arrive({ call: this, status: 'completed', attempts: context.attempt, text, commit: turn });
            turn.written = await this.write(host, transaction, await turn.granted);
          },
          this.isolation === undefined ? {} : { isolation: this.isolation },
        );
        turn.settle(turn.written);
        return;
      } catch (error) {
        if (signal.aborted) await body.catch(() => undefined);
        const stands = isWorkflowStoreError(error) && (await this.isRecorded(host, turn));
        // An earlier try that was given up has committed after all, with a result of its own that this execution does not know.
        if (stands && turn.written === undefined) host.lose();
        turn.settle(stands ? turn.written : undefined);
        if (stands && turn.written !== undefined) return;
        // The database gave the transaction up: that is not the body's failure, so it costs no attempt.
        if (!isWorkflowStoreError(error) || signal.aborted) throw error;
      }
      await delay(host.services.clock, pauseMs);
      turn = new Turn();
    }
  }

  /** The store reads what the work throws, to tell its own failures from the work's. */
  private async callWork(manager: unknown, context: StepContext): Promise<unknown> {
    try {
      return await this.work(manager, context);
    } catch (error) {
      throw readable(error);
    }
  }

  /** Records the result as the transaction's last statement. Where somebody else has written, the execution is over. */
  private async write(host: CallHost, transaction: StoreTransaction, unit: FlushUnit): Promise<FlushResult> {
    let result: FlushResult | undefined;
    try {
      result = await transaction.flush(unit);
      if (result.kind === 'applied') return result;
    } catch (error) {
      if (!isLeaseLostError(error)) throw error;
    }
    if (result?.kind !== 'rejected') host.lose();
    throw new LeaseLostError({ workflowId: host.record.id });
  }

  /** After an answer that never came: whether the entry stands at the position it was given. */
  private async isRecorded(host: CallHost, turn: Turn): Promise<boolean> {
    const position = turn.unit?.entries.at(-1)?.position;
    if (position === undefined) return false;
    const { clock, store } = host.services;
    const { id, generation } = host.record;
    const entries = await readPatiently(
      clock,
      () => store.readJournal(id, generation),
      () => false,
    );
    return entries.some((entry) => entry.position === position && entry.name === this.name);
  }
}

/** The meeting of a transaction that may commit and the turn that lets it. */
class Turn implements TransactionTurn {
  unit: FlushUnit | undefined;
  /** What the transaction's last statement was answered, before the commit. */
  written: FlushResult | undefined;
  isOpen = true;
  readonly granted: Promise<FlushUnit>;
  private readonly outcome: Promise<FlushResult | undefined>;
  private resolveGranted!: (unit: FlushUnit) => void;
  private rejectGranted!: (reason: Error) => void;
  private resolveOutcome!: (committed: FlushResult | undefined) => void;

  constructor() {
    this.granted = new Promise((resolve, reject) => {
      this.resolveGranted = resolve;
      this.rejectGranted = reject;
    });
    this.granted.catch(() => undefined);
    this.outcome = new Promise((resolve) => {
      this.resolveOutcome = resolve;
    });
  }

  grant(unit: FlushUnit): Promise<FlushResult | undefined> {
    this.isOpen = false;
    this.unit = unit;
    this.resolveGranted(unit);
    return this.outcome;
  }

  refuse(reason: Error): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.rejectGranted(reason);
  }

  settle(committed: FlushResult | undefined): void {
    this.resolveOutcome(committed);
  }
}
