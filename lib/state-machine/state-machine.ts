import { StateConcurrencyError, StateError, WorkflowNotFoundError } from '../core/errors/index.js';
import { isThenable, knownOptions, refuseUnknownOptions, requireMethods, text } from '../core/options/index.js';
import { assertWorkflowId, newRandomSeed } from '../core/records/index.js';
import {
  combineCodecs,
  DEFAULT_PAYLOAD_LIMIT_BYTES,
  jsonPayloadSerializer,
  PayloadPort,
  type PayloadCodec,
  type PayloadSerializer,
} from '../core/serialization/index.js';
import type { StatePersistence, StateTransitionRecord } from '../core/store/index.js';
import { checkTable, TABLE_PROPERTIES } from './check-table.js';
import type { StateTable, TableArguments, TableHook, TableTransition } from './table-shape.js';

/** @publicApi */
export interface StateMachineObjectOptions<S extends string> extends Omit<StateTable<S>, 'id'> {
  readonly id: string;
  /** What the machine is called in the history. @default 'state-machine' */
  readonly name?: string;
  /** Where its transitions are kept. @default nowhere: it lives as long as the object */
  readonly persistence?: StatePersistence;
  /** Sees what is stored on its way in, for encryption; the one of the module where the store is that of an application. @default none */
  readonly codec?: PayloadCodec | readonly PayloadCodec[];
  /** Keeps metadata that JSON does not. @default strict JSON, which refuses what it would lose */
  readonly serializer?: PayloadSerializer;
}

/** What comes with a trigger of a `StateMachine`. @publicApi */
export interface TableTriggerOptions {
  /** Kept with the transition: who, why. */
  readonly metadata?: unknown;
  /** Commits the transition with the caller's rows. */
  readonly transaction?: unknown;
}

const OPTIONS = knownOptions<StateMachineObjectOptions<string>>({
  ...TABLE_PROPERTIES,
  name: true,
  persistence: true,
  codec: true,
  serializer: true,
});
const TRIGGER = knownOptions<TableTriggerOptions>({ metadata: true, transaction: true });
const NAME = 'state-machine';
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
  /** The transaction of the last transition, which may yet take it back. */
  private pending: unknown;
  private readonly states: ReadonlySet<string>;
  private readonly payloads: PayloadPort;

  /** @throws WorkflowDefinitionError for a table that leads nowhere; WorkflowInputError, WorkflowOptionsError for what stands beside it */
  constructor(private readonly options: StateMachineObjectOptions<S>) {
    const { id, name, initial, persistence, codec, serializer = jsonPayloadSerializer } = options;
    assertWorkflowId(id);
    const place = `state machine "${id}"`;
    refuseUnknownOptions(options, OPTIONS, place);
    text(name, `name of ${place}`);
    requireMethods(
      persistence,
      ['load', 'history', 'append'],
      `persistence of ${place}`,
      'the methods of StatePersistence',
    );
    requireMethods(serializer, ['serialize', 'deserialize'], `serializer of ${place}`, 'serialize and deserialize');
    this.states = checkTable(options, place);
    this.payloads = new PayloadPort(serializer, combineCodecs(codec), DEFAULT_PAYLOAD_LIMIT_BYTES);
    this.id = id;
    this.current = initial;
  }

  /** Where it is. What a transaction brought about shows before its commit; after its rollback, only with the next trigger or `recover()`. */
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
   * @throws StateConcurrencyError when somebody else was first, be it another trigger of this object: the state stays what it was, the
   * version becomes the actual one; decide anew. WorkflowPayloadError, WorkflowPayloadLimitError for metadata that cannot be kept;
   * StateError for a guard that answers a promise
   */
  async trigger(trigger: string, payload: object = {}, options: TableTriggerOptions = {}): Promise<boolean> {
    refuseUnknownOptions(options, TRIGGER, 'trigger');
    const { transaction, metadata } = options;
    if (this.stale) await this.recover(transaction);
    else if (this.pending !== undefined && this.pending !== transaction) await this.reread(transaction);
    const args: TableArguments = { event: { ...payload, type: trigger }, machineId: this.id };
    const line = this.find(args);
    if (line === undefined) return false;
    const { onExit, onEnter, onTransition } = this.options;
    const from = this.current;
    const version = this.counter;
    const place = `metadata of "${trigger}" for the state machine "${this.id}"`;
    const about = metadata === undefined ? undefined : this.payloads.toText({ metadata }, place);
    await hookOf(onExit, from)?.(args);
    if (this.counter !== version) throw new StateConcurrencyError(version, this.counter, this.id);
    const { persistence } = this.options;
    // Without one there must be no turn between the look at the counter and its change.
    if (persistence !== undefined) {
      await this.persist(persistence, { from, to: line.to, trigger, version: version + 1 }, about, transaction);
    }
    this.current = line.to;
    this.counter = version + 1;
    await hookOf(onEnter, line.to)?.(args);
    await onTransition?.(args);
    return true;
  }

  /**
   * Goes to where the stored transitions lead.
   *
   * @throws StateError without a persistence, for transitions of a machine with another name, and for a state that the table has not;
   * WorkflowNotFoundError without transitions: it is where it begins then
   */
  async recover(transaction?: unknown): Promise<void> {
    const { persistence } = this.options;
    if (persistence === undefined) {
      throw new StateError(`The state machine "${this.id}" has no persistence to be recovered from.`);
    }
    let last: StateTransitionRecord | undefined;
    for (;;) {
      const records = await persistence.history(this.id, { after: last?.version ?? 0, limit: PAGE }, transaction);
      for (const record of records) {
        if (last !== undefined && record.from !== last.to) {
          throw new StateError(
            `Transition ${record.version} of the state machine "${this.id}" begins in "${record.from ?? ''}", but the one before it ended in "${last.to}".`,
          );
        }
        last = record;
      }
      if (records.length < PAGE) break;
    }
    this.adopt(last);
    if (last === undefined) throw new WorkflowNotFoundError({ workflowId: this.id, what: 'state machine' });
  }

  /** After a transaction that may have taken back its last transition. */
  private async reread(transaction: unknown): Promise<void> {
    this.adopt(await this.options.persistence?.load(this.id, transaction));
  }

  private adopt(last: StateTransitionRecord | undefined): void {
    const { name = NAME, initial } = this.options;
    if (last !== undefined && last.name !== name) {
      throw new StateError(`The state machine "${this.id}" is stored as one of "${last.name}", not of "${name}".`);
    }
    if (last !== undefined && !this.states.has(last.to)) {
      throw new StateError(`The state machine "${this.id}" is stored in "${last.to}", which its table has not.`);
    }
    this.current = (last?.to as S | undefined) ?? initial;
    this.counter = last?.version ?? 0;
    this.stale = false;
    this.pending = undefined;
  }

  private find(args: TableArguments): TableTransition<S> | undefined {
    return this.options.transitions.find(
      ({ trigger, from, guard }) =>
        trigger === args.event.type && [from].flat().includes(this.current) && this.agrees(guard, args),
    );
  }

  private agrees(guard: TableTransition['guard'], args: TableArguments): boolean {
    if (guard === undefined) return true;
    const answer: unknown = guard(args);
    if (!isThenable(answer)) return Boolean(answer);
    // It would otherwise be unhandled, beside the error that says why.
    void Promise.resolve(answer).catch(() => undefined);
    throw new StateError(
      `A guard of "${args.event.type}" of the state machine "${this.id}" answered a promise. A guard decides at once: ask before, and give the answer with the trigger.`,
    );
  }

  private async persist(
    persistence: StatePersistence,
    transition: { readonly from: S; readonly to: S; readonly trigger: string; readonly version: number },
    about: string | undefined,
    transaction: unknown,
  ): Promise<void> {
    const { name = NAME, final = [], initial } = this.options;
    const { payloads, id } = this;
    const place = `snapshot of the state machine "${id}"`;
    const metadata = await payloads.seal(about, { workflowId: id, place: `metadata of the state machine "${id}"` });
    const snapshot = (await payloads.encode({ value: transition.to }, { workflowId: id, place })) as string;
    const seed = {
      machineId: id,
      name,
      definitionVersion: 1,
      ...transition,
      ...(metadata !== undefined && { metadata }),
      snapshot,
      ...(final.includes(transition.to) && { ended: 'completed' as const }),
      token: newRandomSeed(),
    };
    const result = await persistence.append(seed, transaction);
    this.pending = result.kind === 'stored' ? transaction : undefined;
    if (result.kind === 'stored') return;
    this.counter = result.actual;
    this.stale = result.actual > 0;
    // A transaction took back even its first transition.
    if (result.actual === 0) this.current = initial;
    throw new StateConcurrencyError(transition.version - 1, result.actual, id);
  }
}

/** A state may be called as something that every object has. */
function hookOf(hooks: Readonly<Partial<Record<string, TableHook>>> | undefined, state: string): TableHook | undefined {
  return hooks !== undefined && Object.hasOwn(hooks, state) ? hooks[state] : undefined;
}
