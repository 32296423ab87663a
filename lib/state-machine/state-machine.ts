import { StateConcurrencyError, StateError, WorkflowNotFoundError } from '../core/errors/index.js';
import { newRandomSeed } from '../core/records/index.js';
import type { StatePersistence } from '../core/store/index.js';
import type { StateTable, TableArguments, TableTransition } from './state-table.js';

/** @publicApi */
export interface StateMachineObjectOptions<S extends string> extends Omit<StateTable<S>, 'id'> {
  readonly id: string;
  /** What the machine is called in the history. @default 'state-machine' */
  readonly name?: string;
  /** Where its transitions are kept. @default nowhere: it lives as long as the object */
  readonly persistence?: StatePersistence;
}

const PAGE = 500;

/**
 * A table as an object, without XState and without a worker: guard, `onExit`, the write, `onEnter`, `onTransition`, here and now. What its
 * hooks do is not made durable; use `StateMachineService` for that.
 *
 * @publicApi
 */
export class StateMachine<S extends string = string> {
  readonly id: string;
  private current: S;
  private counter = 0;

  constructor(private readonly options: StateMachineObjectOptions<S>) {
    this.id = options.id;
    this.current = options.initial;
  }

  get state(): S {
    return this.current;
  }

  /** How many transitions it has made. */
  get version(): number {
    return this.counter;
  }

  /** Whether a line of the table, with its guard, takes the trigger now. */
  can(trigger: string, payload: object = {}): boolean {
    return this.find({ event: { ...payload, type: trigger }, machineId: this.id }) !== undefined;
  }

  /**
   * Moves the machine; false when the table has no such line, or every guard declined.
   *
   * @param options.transaction Commits the transition with the caller's rows.
   * @throws StateConcurrencyError when somebody else was first: the state stays what it was, the version becomes the actual one; call
   * {@link recover}, and decide anew
   */
  async trigger(
    trigger: string,
    payload: object = {},
    options: { readonly metadata?: unknown; readonly transaction?: unknown } = {},
  ): Promise<boolean> {
    const args: TableArguments = { event: { ...payload, type: trigger }, machineId: this.id };
    const line = this.find(args);
    if (line === undefined) return false;
    const { onExit, onEnter, onTransition } = this.options;
    const from = this.current;
    await onExit?.[from]?.(args);
    this.current = line.to;
    try {
      await this.persist(from, trigger, options);
    } catch (error) {
      this.current = from;
      throw error;
    }
    await onEnter?.[line.to]?.(args);
    await onTransition?.(args);
    return true;
  }

  /** Goes to where the stored transitions lead. @throws StateError without a persistence; WorkflowNotFoundError without transitions */
  async recover(transaction?: unknown): Promise<void> {
    const { persistence } = this.options;
    if (persistence === undefined) {
      throw new StateError(`The state machine "${this.id}" has no persistence to be recovered from.`);
    }
    let state: string | undefined;
    let version = 0;
    for (;;) {
      const records = await persistence.history(this.id, { after: version, limit: PAGE }, transaction);
      for (const record of records) {
        if (state !== undefined && record.from !== state) {
          throw new StateError(
            `Transition ${record.version} of the state machine "${this.id}" begins in "${record.from ?? ''}", but the one before it ended in "${state}".`,
          );
        }
        state = record.to;
        version = record.version;
      }
      if (records.length < PAGE) break;
    }
    if (state === undefined) throw new WorkflowNotFoundError({ workflowId: this.id });
    this.current = state as S;
    this.counter = version;
  }

  private find(args: TableArguments): TableTransition<S> | undefined {
    return this.options.transitions.find(
      ({ trigger, from, guard }) =>
        trigger === args.event.type && [from].flat().includes(this.current) && guard?.(args) !== false,
    );
  }

  private async persist(
    from: S,
    trigger: string,
    { metadata, transaction }: { readonly metadata?: unknown; readonly transaction?: unknown },
  ): Promise<void> {
    const { persistence, name = 'state-machine' } = this.options;
    const version = this.counter + 1;
    if (persistence !== undefined) {
      const seed = { machineId: this.id, version, name, definitionVersion: 1, from, to: this.current, trigger };
      const about = metadata === undefined ? {} : { metadata: JSON.stringify({ metadata }) };
      const snapshot = JSON.stringify({ value: this.current });
      const result = await persistence.append({ ...seed, ...about, snapshot, token: newRandomSeed() }, transaction);
      if (result.kind === 'conflict') {
        const expected = this.counter;
        this.counter = result.actual;
        throw new StateConcurrencyError(expected, result.actual, this.id);
      }
    }
    this.counter = version;
  }
}
