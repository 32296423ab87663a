import { readOptional, type WorkflowContext } from '../core/definition/index.js';
import {
  ContextUsageError,
  describeValue,
  StepInterruptedError,
  WorkflowCancelledError,
  WorkflowDefinitionError,
} from '../core/errors/index.js';
import { executeInMemory, standaloneServices } from '../core/execution/index.js';
import { knownOptions, refuseUnknownOptions, requireMethods } from '../core/options/index.js';
import { SagaVersionMismatchError } from './errors/saga-version-mismatch.error.js';
import type { SagaCompensation } from './saga-context.js';
import type { SagaPart } from './saga-part.js';
import { SagaProgress } from './saga-progress.js';
import { SagaState } from './saga-state.js';
import { refuseDuplicates } from './saga.definition.js';
import { interpretSaga, type RunnablePart } from './saga.interpreter.js';
import { readSnapshot } from './saga-snapshot-reader.js';
import type { SagaStore } from './saga.store.js';

/** @publicApi */
export interface AbstractSagaExecuteOptions<T> {
  /** What its steps find in `context.input`. */
  readonly input?: T;
  /** Cancels the run: what completed is undone. */
  readonly signal?: AbortSignal;
}

const OPTIONS = knownOptions<{ readonly store?: SagaStore }>({ store: true });
const EXECUTE = knownOptions<AbstractSagaExecuteOptions<unknown>>({ input: true, signal: true });

/**
 * A saga that is an object: it says who it is, is given its steps, and is executed directly. With a store it goes on after a crash where
 * it stopped, forwards or backwards. Its class may also carry `@SagaWorkflow`: then its steps are a definition, and runs of it are kept
 * in the journal.
 *
 * @publicApi
 */
export abstract class AbstractSaga<T = unknown> {
  /** Raise it for a change with which what is stored does not fit. */
  static readonly VERSION: number = 1;

  private readonly ownSteps: SagaPart[] = [];
  private readonly progress = new SagaProgress();
  private readonly store: SagaStore | undefined;
  private input: T | undefined;
  private isLoaded = false;
  private isRunning = false;

  constructor(store?: SagaStore | { readonly store?: SagaStore }) {
    const given = readOptional<{ store?: SagaStore }>(['store'], [store]);
    const place = `the saga "${this.constructor.name}"`;
    refuseUnknownOptions(given, OPTIONS, place);
    const methods = 'save(id, snapshot), load(id) and delete(id): a SagaStore';
    this.store = requireMethods(given.store, ['save', 'load'], `store of ${place}`, methods);
  }

  /** Names this saga among all of its kind: the key of what is stored. */
  abstract getId(): string;

  /** Whether nothing is left to do: it has completed, or has failed and everything is undone. */
  isCompleted(): boolean {
    if (this.state === SagaState.COMPLETED) return true;
    return this.state === SagaState.FAILED && this.progress.isUndone(this.ownSteps);
  }

  get state(): SagaState {
    return this.progress.state;
  }

  /** In their order. */
  get steps(): readonly SagaPart[] {
    return this.ownSteps;
  }

  /** The version of the class. */
  getVersion(): number {
    return (this.constructor as typeof AbstractSaga).VERSION;
  }

  /** Whether what was stored by another version may be gone on with. Override it to accept some. @default only the same */
  isCompatibleWith(storedVersion: number): boolean {
    return storedVersion === this.getVersion();
  }

  /**
   * Adds a step at the end.
   *
   * @throws WorkflowDefinitionError for a name that is taken, and what is no step
   * @throws ContextUsageError once the saga has begun: the step would never run
   */
  addStep(step: SagaPart): void {
    const place = `the saga "${this.constructor.name}"`;
    if (typeof step?.begin !== 'function')
      throw new WorkflowDefinitionError(
        `A step of ${place} is none. Make it one: new SagaStep(name, action, compensation).`,
      );
    if (this.isRunning || this.state !== SagaState.PENDING)
      throw new ContextUsageError(
        `The step "${step.name}" was added to ${place}, which is ${this.state}. Add its steps before it is executed.`,
      );
    refuseDuplicates([...this.ownSteps, step], place);
    this.ownSteps.push(step);
  }

  /** Whether a step was undone. */
  wasCompensated(stepName: string): boolean {
    return this.progress.compensated.has(stepName);
  }

  /**
   * Notes that a step was undone by somebody else, so that it is not undone again. Stored with what happens next.
   *
   * @throws ContextUsageError for a name that is none of its steps, and of none that its store has
   */
  markCompensated(stepName: string): void {
    const isKnown = this.progress.completed.has(stepName) || this.ownSteps.some(({ name }) => name === stepName);
    if (!isKnown && (this.isLoaded || this.store === undefined))
      throw new ContextUsageError(
        `The saga "${this.constructor.name}" has no step "${stepName}" that could have been undone. Its steps: ${this.ownSteps.map(({ name }) => name).join(', ')}.`,
      );
    this.progress.compensated.add(stepName);
  }

  /**
   * Runs the steps in their order; when one fails, undoes those that had completed, the last first. Where a store has it, goes on where it
   * stopped. Once it has ended it is not run again: the same outcome is told again.
   *
   * @throws SagaError naming the step that failed, with the undos that failed as `compensationErrors`
   * @throws SagaVersionMismatchError when it is stored in a version with which this one is not compatible
   * @throws WorkflowPayloadError when what is stored cannot be read; what its store fails with when it is asked
   * @throws WorkflowCancelledError when the signal is aborted, after undoing
   */
  async execute(options: AbstractSagaExecuteOptions<T> = {}): Promise<void> {
    refuseUnknownOptions(options, EXECUTE, `execute of the saga "${this.constructor.name}"`);
    await this.alone(async () => {
      this.input = options.input ?? this.input;
      if (this.state === SagaState.COMPLETED) return;
      if (this.state === SagaState.FAILED) throw this.progress.error();
      return this.state === SagaState.COMPENSATING ? this.undo() : this.forward(options.signal);
    });
  }

  /** Undoes everything that has completed and was not undone, the last first; one that has done nothing stays as it is. @throws CompensationFailedError when something could not be undone */
  async compensate(): Promise<void> {
    await this.alone(async () => {
      const { progress } = this;
      // Nothing was done, and so nothing has failed.
      if (this.state === SagaState.PENDING) return;
      progress.failure ??= new WorkflowCancelledError({ reason: 'compensate() was called' });
      try {
        await this.undo();
      } catch (error) {
        if (!progress.isUndone(this.ownSteps)) throw error;
      }
    });
  }

  /** Told when the store could not keep the saga, which goes on without it. @default a warning of the process */
  protected onStoreFailure(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    process.emitWarning(`The saga "${this.getId()}" could not be kept in its store: ${reason}`, 'SagaStoreWarning');
  }

  private async alone(work: () => Promise<void>): Promise<void> {
    if (this.isRunning)
      throw new ContextUsageError(
        `The saga "${this.getId()}" is being executed. Wait for its end, or make another one.`,
      );
    this.isRunning = true;
    try {
      await this.load();
      await work();
    } finally {
      this.isRunning = false;
    }
  }

  private async forward(signal: AbortSignal | undefined): Promise<void> {
    const { progress } = this;
    progress.state = SagaState.RUNNING;
    await this.save();
    await this.run(signal, async (ctx) => {
      await interpretSaga(
        progress.allOf(this.ownSteps).map(this.recalled),
        ctx,
        this.input,
        async ({ name }, result) => {
          if (progress.completed.has(name)) return;
          progress.completed.set(name, result);
          await this.save();
        },
      );
    });
    progress.state = SagaState.COMPLETED;
    try {
      await this.save();
    } catch (error) {
      progress.state = SagaState.RUNNING;
      throw error;
    }
  }

  /** Goes over what has completed once more, without doing it, and fails: then it is undone as after any failure. */
  private async undo(): Promise<void> {
    const { progress } = this;
    const completed = progress.completedOf(this.ownSteps);
    // A signal has nothing to cancel here any more.
    await this.run(undefined, async (ctx) => {
      await interpretSaga(completed.map(this.recalled), ctx, this.input);
      throw progress.failure;
    });
  }

  private async run(signal: AbortSignal | undefined, code: (ctx: WorkflowContext) => Promise<void>): Promise<void> {
    const { progress } = this;
    const run = async (ctx: WorkflowContext): Promise<void> => {
      try {
        await code(ctx);
      } catch (error) {
        progress.failure ??= ctx.signal.aborted ? ctx.signal.reason : error;
        progress.state = SagaState.COMPENSATING;
        await this.save(false);
        throw error;
      }
    };
    const facts = { name: this.constructor.name, version: this.getVersion(), model: 'saga', retry: false } as const;
    try {
      await executeInMemory({ ...facts, run }, undefined, standaloneServices(), { id: this.getId(), signal });
    } catch (error) {
      progress.fail(error);
      await this.save(false);
      throw progress.error();
    }
  }

  /** A part as it is run by a saga that may have done, or undone, it before. */
  private readonly recalled = (part: SagaPart): RunnablePart => {
    const { name, compensation, undoOptions } = part;
    const { completed, compensated, undoing } = this.progress;
    const undo: SagaCompensation<never, never> = async (result, context, own) => {
      // By somebody else, while the saga was running.
      if (compensated.has(name)) return;
      if (undoOptions.compensateAtMostOnce === true) {
        if (undoing.has(name)) throw new StepInterruptedError({ step: name });
        undoing.add(name);
        await this.save(false);
      }
      await compensation?.(result, context, own);
      compensated.add(name);
      await this.save(false);
    };
    const isDone = completed.has(name);
    return {
      name,
      compensation: compensation === undefined || compensated.has(name) ? undefined : undo,
      begin: isDone
        ? (ctx, _, compensate) =>
            ctx.step(name, () => completed.get(name), { ...undoOptions, ...(compensate && { compensate }) })
        : (ctx, context, compensate) => part.begin(ctx, context, compensate),
    };
  };

  private async load(): Promise<void> {
    const { store, progress } = this;
    if (this.isLoaded || store === undefined) return;
    if (typeof (this.getId() as unknown) !== 'string' || this.getId() === '')
      throw new WorkflowDefinitionError(
        `The saga "${this.constructor.name}" has a store, and its getId() answers ${describeValue(this.getId())}. Let it answer a text that is not empty: the key of what is stored.`,
      );
    // It may have done something: a store that cannot tell is no reason to do that again.
    const stored = readSnapshot(this.getId(), await store.load(this.getId()));
    if (stored !== undefined) {
      const { version } = stored;
      if (version === undefined)
        this.onStoreFailure('What is stored has no version. It is taken for one of this version.');
      else if (!this.isCompatibleWith(version))
        throw new SagaVersionMismatchError(this.getId(), this.getVersion(), version);
      progress.restore(stored);
    }
    this.isLoaded = true;
  }

  /** @param isFatal Whether the saga must not go on when it cannot be saved; once it is being undone, it goes on. */
  private async save(isFatal = this.store?.durable === true): Promise<void> {
    try {
      await this.store?.save(this.getId(), this.progress.toSnapshot(this.getVersion()));
    } catch (error) {
      if (isFatal) throw error;
      this.onStoreFailure(error);
    }
  }
}
