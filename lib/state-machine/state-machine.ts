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
  /** Somebody else was first: what is here is not what is stored. */
  private stale = false;

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
   * Moves the machine; false when the table has no such line, or every guard declined. After a conflict the next trigger is decided on what
   * is stored.
   *
   * @param options.transaction Commits the transition with the caller's rows.
   * @throws StateConcurrencyError when somebody else was first, be it another trigger of this object: the state stays what it was, the
   * version becomes the actual one; decide anew
   */
  async trigger(
    trigger: string,
    payload: object = {},
    options: { readonly metadata?: unknown; readonly transaction?: unknown } = {},
  ): Promise<boolean> {
    if (this.stale) await this.recover(options.transaction);
    const args: TableArguments = { event: { ...payload, type: trigger }, machineId: this.id };
    const line = this.find(args);
    if (line === undefined) return false;
    const { onExit, onEnter, onTransition } = this.options;
    const from = this.current;
    const version = this.counter;
    await onExit?.[from]?.(args);
    if (this.counter !== version) throw new StateConcurrencyError(version, this.counter, this.id);
    await this.persist({ from, to: line.to, trigger, version: version + 1 }, options);
    this.current = line.to;
    this.counter = version + 1;
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
    this.stale = false;
  }

  private find(args: TableArguments): TableTransition<S> | undefined {
    return this.options.transitions.find(
      ({ trigger, from, guard }) =>
        trigger === args.event.type && [from].flat().includes(this.current) && guard?.(args) !== false,
    );
  }

  private async persist(
    transition: { readonly from: S; readonly to: S; readonly trigger: string; readonly version: number },
    { metadata, transaction }: { readonly metadata?: unknown; readonly transaction?: unknown },
  ): Promise<void> {
    const { persistence, name = 'state-machine' } = this.options;
    if (persistence === undefined) return;
    const about = metadata === undefined ? {} : { metadata: JSON.stringify({ metadata }) };
    const snapshot = JSON.stringify({ value: transition.to });
    const seed = { machineId: this.id, name, definitionVersion: 1, ...transition, ...about, snapshot };
    const result = await persistence.append({ ...seed, token: newRandomSeed() }, transaction);
    if (result.kind === 'stored') return;
    this.counter = result.actual;
    this.stale = result.actual > 0;
    // A transaction took back even its first transition.
    if (result.actual === 0) this.current = this.options.initial;
    throw new StateConcurrencyError(transition.version - 1, result.actual, this.id);
  }
}
