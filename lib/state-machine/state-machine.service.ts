import { Injectable } from '@nestjs/common';
import { Observable } from 'rxjs';
import { otherModelError, type StartOptions, type WorkflowClient, type WorkflowHandle } from '../client/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { describeValue, StateError, WorkflowDefinitionError, WorkflowNotFoundError } from '../core/errors/index.js';
import { knownOptions, oneOf, refuseUnknownOptions, requireCallback } from '../core/options/index.js';
import { assertPossibleId, assertWorkflowId, newWorkflowId } from '../core/records/index.js';
import type { StatePersistence } from '../core/store/index.js';
import { parseDuration } from '../core/time/index.js';
import type { EventOf, MachineLike, MachineOutputOf, SnapshotOf } from './logic/machine-like.js';
import type { MachineEvent, StateValue } from './logic/machine-step.js';
import type { MachineActor } from './logic/xstate.js';
import { createMachineActor, runInMemory } from './machine-actor.js';
import { MachineHistory } from './machine-history.js';
import { StateMachineHandle, type MachineOperations } from './machine-handle.js';
import { contextInput, eventOf, stateInput, wholeInput } from './machine-input.js';
import { StateMachineSnapshot, type StateHistoryPage } from './machine-view.js';
import { statesOf, waitForState } from './machine-watch.js';
import { registeredMachine } from './registered-machine.js';
import { defineStateMachine } from './state-machine.definition.js';
import { isStateMachineDefinition, type StateMachineDefinition, type StateMachineOptions } from './machine-plan.js';
import type {
  AttachOptions,
  CreateMachineArguments,
  CreateMachineOptions,
  ExecuteMachineOptions,
  HistoryOptions,
  MachineArguments,
  SendOptions,
  StateMachineReference,
  WaitForOptions,
} from './state-machine-options.interface.js';
import { storedEvent } from './stored-event.js';
import { drawMachine } from './state-machine.diagram.js';
import { StateMachineEngine } from './state-machine.engine.js';

const CREATE = knownOptions<CreateMachineOptions>({ id: true, input: true, transaction: true, metadata: true });
const SEND = knownOptions<SendOptions>({ payload: true, transaction: true, expectedVersion: true, metadata: true });
const HISTORY = knownOptions<HistoryOptions>({ limit: true, cursor: true, transaction: true });
const ATTACH = knownOptions<AttachOptions>({ state: true, context: true, transaction: true, metadata: true });
const CAN = knownOptions<Pick<SendOptions, 'payload' | 'transaction'>>({ payload: true, transaction: true });
const SNAPSHOT = knownOptions<Pick<SendOptions, 'transaction'>>({ transaction: true });
const EXECUTE = knownOptions<ExecuteMachineOptions>({ signal: true });
const WAIT = knownOptions<WaitForOptions>({ timeout: true, signal: true });

/**
 * Creates, moves and watches state machines: inject it wherever one is needed.
 *
 * @publicApi
 */
@Injectable()
export class StateMachineService implements MachineOperations {
  private readonly engine: StateMachineEngine;
  private readonly past: MachineHistory;

  /** @internal */
  constructor(
    private readonly services: EngineServices,
    private readonly client: WorkflowClient,
    states?: StatePersistence,
  ) {
    this.engine = StateMachineEngine.of(services);
    this.engine.reader.given = states;
    this.past = new MachineHistory(this.engine);
  }

  /**
   * Makes a machine known by a name, in its version, at any time. Best at the start of the application (`onModuleInit`): after a restart
   * nobody would go on with what it left to do before it is registered again. @throws WorkflowDefinitionError
   */
  register<M extends MachineLike>(definition: StateMachineDefinition<M>): StateMachineDefinition<M>;
  register<M extends MachineLike>(name: string, machine: M, options?: StateMachineOptions): StateMachineDefinition<M>;
  register<M extends MachineLike>(
    given: string | StateMachineDefinition<M>,
    machine?: M,
    options?: StateMachineOptions,
  ): StateMachineDefinition<M> {
    const isNamed = typeof given === 'string' || machine !== undefined;
    const definition = isNamed ? defineStateMachine(given as string, machine as M, options) : given;
    if (typeof definition !== 'object' || definition === null || !isStateMachineDefinition(definition)) {
      throw new WorkflowDefinitionError(
        `StateMachineService.register() was given ${describeValue(definition)}. Give what defineStateMachine(…) made, or a name and a machine.`,
      );
    }
    this.services.registry.register(definition);
    return definition;
  }

  /** @throws WorkflowDefinitionError when nothing is registered for the reference, or something else than a state machine. */
  get<M extends MachineLike>(reference: StateMachineReference<M>): StateMachineDefinition<M> {
    if (typeof reference === 'object' && reference !== null) {
      if (isStateMachineDefinition(reference)) return reference;
      return registeredMachine(this.services.registry, reference);
    }
    const definition = this.services.registry.resolve(reference as string);
    if (isStateMachineDefinition(definition)) return definition as StateMachineDefinition<M>;
    throw otherModelError(definition, 'state machine');
  }

  /**
   * Creates a machine in its initial state, with its actions. The same id again answers the machine that has it (`created: false`).
   *
   * @throws StateError when the id belongs to another machine; WorkflowInputError, WorkflowPayloadError, WorkflowTransactionError
   */
  async create<M extends MachineLike>(
    reference: StateMachineReference<M>,
    ...[options = {}]: CreateMachineArguments<M>
  ): Promise<StateMachineHandle<M>> {
    refuseUnknownOptions(options, CREATE, 'create');
    const { plan } = this.get(reference);
    const { id = newWorkflowId(this.services.clock), input, transaction, metadata } = options;
    assertWorkflowId(id);
    const { created } = await this.engine.create(plan, { id, input, transaction, metadata });
    return new StateMachineHandle<M>(this, id, created);
  }

  /**
   * Puts a machine on a row that exists: it begins in the state that the row shows, or that is given and then written into the row, without
   * the actions that lead there. The delays of that state count from now, and what it invokes is begun.
   *
   * @throws StateError when the machine is not attached to an entity and no state is given, or there is no such row or state;
   * WorkflowInputError for a context that is none
   */
  async attach<M extends MachineLike>(
    reference: StateMachineReference<M>,
    id: string,
    options: AttachOptions = {},
  ): Promise<StateMachineHandle<M>> {
    refuseUnknownOptions(options, ATTACH, 'attach');
    const { plan } = this.get(reference);
    const { transaction, metadata } = options;
    const place = `context of the state machine "${id}"`;
    const context = this.services.payloads.asStored(contextInput(options.context), place);
    if (transaction === undefined) {
      return this.services.store.transaction(({ handle }) =>
        this.attach(reference, id, { ...options, transaction: handle }),
      );
    }
    assertWorkflowId(id);
    const shown = options.state === undefined ? await this.past.rowState(plan, id, transaction) : undefined;
    const value = stateInput(options.state ?? shown, plan.name);
    const { created } = await this.engine.create(plan, {
      id,
      transaction,
      metadata,
      at: (logic, { snapshot }) => logic.at(value, context ?? this.services.payloads.asStored(snapshot.context, place)),
      ...(shown !== undefined && { shown }),
    });
    return new StateMachineHandle<M>(this, id, created);
  }

  /**
   * Creates a machine and an instance that waits for its end: the handle's `result()` is the machine's output.
   *
   * @throws as {@link create} and `WorkflowClient.start` do
   */
  async start<M extends MachineLike>(
    reference: StateMachineReference<M>,
    ...[input, options = {}]: MachineArguments<M, StartOptions>
  ): Promise<WorkflowHandle<MachineOutputOf<M>>> {
    const definition = this.get(reference);
    const { id = newWorkflowId(this.services.clock), transaction } = options;
    assertWorkflowId(id);
    const begin = async (opened: object): Promise<WorkflowHandle<MachineOutputOf<M>>> => {
      await this.engine.create(definition.plan, { id, input, transaction: opened, awaited: true });
      const handle = await this.client.start(definition, input, { ...options, id, transaction: opened });
      return handle as WorkflowHandle<MachineOutputOf<M>>;
    };
    if (transaction !== undefined) return begin(transaction);
    return this.services.store.transaction(({ handle }) => begin(handle as object));
  }

  /** Runs a machine here, in memory, until it ends, and answers its output: actions at once, delays by the engine's clock. */
  execute<M extends MachineLike>(
    reference: StateMachineReference<M>,
    ...[input, options = {}]: MachineArguments<M, ExecuteMachineOptions>
  ): Promise<MachineOutputOf<M>> {
    refuseUnknownOptions(options, EXECUTE, 'execute');
    return runInMemory(this.get(reference).plan, input, { ...options, services: this.services }) as Promise<
      MachineOutputOf<M>
    >;
  }

  /** A machine in memory that takes events and is not stored: XState's own actor, with the methods of the class. Call its `start()`. */
  async actor<M extends MachineLike>(
    reference: StateMachineReference<M>,
    ...[input]: MachineArguments<M, never>
  ): Promise<MachineActor<SnapshotOf<M>, EventOf<M>>> {
    const actor = await createMachineActor(this.get(reference).plan, input, this.services);
    return actor as MachineActor<SnapshotOf<M>, EventOf<M>>;
  }

  /**
   * Moves a machine, in one commit, and answers how it stands then. Without `expectedVersion` the trigger is decided anew on what the machine
   * has become, where somebody else was first; with it, or inside a transaction, a conflict is told at once.
   *
   * @param trigger The event, or its type with `{ payload }`.
   * @throws StateTransitionRefusedError when the state does not take it; StateConcurrencyError; WorkflowNotFoundError;
   * WorkflowVersionMismatchError when the machine was stored by a version that no registered one takes over
   */
  async send<M = unknown>(
    id: string,
    trigger: string | MachineEvent,
    options: SendOptions = {},
  ): Promise<StateMachineSnapshot<M>> {
    refuseUnknownOptions(options, SEND, 'send');
    const { payload, ...request } = options;
    const { expectedVersion } = request;
    if (expectedVersion !== undefined) wholeInput(expectedVersion, 'The expectedVersion of a trigger', 0);
    return new StateMachineSnapshot<M>(await this.engine.send(id, eventOf(trigger, payload), request));
  }

  /** Whether the state takes a trigger now. @throws WorkflowNotFoundError */
  async can(
    id: string,
    trigger: string | MachineEvent,
    options: Pick<SendOptions, 'payload' | 'transaction'> = {},
  ): Promise<boolean> {
    refuseUnknownOptions(options, CAN, 'can');
    const event = eventOf(trigger, options.payload);
    const view = await this.snapshot(id, { transaction: options.transaction });
    return view.can(storedEvent(event, id, this.services.payloads));
  }

  /** A machine as it stands. @throws WorkflowNotFoundError */
  async snapshot<M = unknown>(
    id: string,
    options: { readonly transaction?: unknown } = {},
  ): Promise<StateMachineSnapshot<M>> {
    refuseUnknownOptions(options, SNAPSHOT, 'snapshot');
    return new StateMachineSnapshot<M>(await this.engine.reader.load(id, options.transaction));
  }

  /**
   * Deletes an ended machine with its history, the machines it invoked, and the instances that did what it left to be done.
   *
   * @throws WorkflowNotFoundError; StateError while it has not ended, or something of it is still to be done
   */
  async delete(id: string): Promise<void> {
    assertPossibleId(id, 'state machine');
    const { states } = this.engine.reader;
    if (await states.delete(id)) return;
    const last = await states.load(id);
    if (last === undefined) throw new WorkflowNotFoundError({ workflowId: id, what: 'state machine' });
    throw new StateError(
      last.ended === undefined
        ? `The state machine "${id}" has not ended: it is in "${last.to}". Only an ended one can be deleted.`
        : `The state machine "${id}" has ended, but was invoked by another one, or what it left to be done or told is not over. Delete the other one, or try again later.`,
    );
  }

  /** The transitions of a machine, oldest first, in pages. @throws WorkflowInputError for a cursor that `history` did not answer */
  async history(id: string, options: HistoryOptions = {}): Promise<StateHistoryPage> {
    refuseUnknownOptions(options, HISTORY, 'history');
    const limit = wholeInput(options.limit ?? 50, 'The limit of a history');
    return this.past.page(id, limit, options.cursor, options.transaction);
  }

  /**
   * How the machine stands when its stored triggers are gone through again from the beginning, by today's definition: for proof, and to see
   * what a changed definition would have made of them. Nothing is run or written.
   *
   * @throws StateError when a stored trigger leads nowhere, or the end is another state than the stored one
   */
  async replay<M = unknown>(id: string): Promise<StateMachineSnapshot<M>> {
    return new StateMachineSnapshot<M>(await this.past.replay(id));
  }

  /**
   * Waits until a machine is as the predicate wants it; it may be so already. States that pass quickly may not be seen.
   *
   * @throws StateError when it has ended otherwise; WorkflowResultTimeoutError after `timeout`; the reason of `signal`; WorkflowNotFoundError
   */
  async waitFor<M = unknown>(
    id: string,
    predicate: (snapshot: StateMachineSnapshot<M>) => boolean,
    options: WaitForOptions = {},
  ): Promise<StateMachineSnapshot<M>> {
    requireCallback(predicate, 'predicate of waitFor', '(snapshot) => boolean');
    refuseUnknownOptions(options, WAIT, 'waitFor');
    const { timeout, signal } = options;
    const state = await waitForState(this.engine, id, (seen) => predicate(new StateMachineSnapshot<M>(seen)), {
      ...(timeout !== undefined && { timeoutMs: parseDuration(timeout, 'timeout of waitFor') }),
      ...(signal !== undefined && { signal }),
    });
    return new StateMachineSnapshot<M>(state);
  }

  /** A machine as it stands, and as it comes to stand; completes when it has ended. Each subscriber watches by itself. */
  subscribe<M = unknown>(id: string): Observable<StateMachineSnapshot<M>> {
    return statesOf(this.engine, id, (state) => new StateMachineSnapshot<M>(state));
  }

  /** What the machine emits (`emit`) by transitions made in this process, after their commit. Never completes. */
  emitted(id: string): Observable<MachineEvent> {
    return new Observable((subscriber) =>
      this.engine.announcer.listenToEmitted(id, (event) => {
        subscriber.next(event);
      }),
    );
  }

  /** Draws a machine; `current`, a state or a snapshot, is marked. */
  diagram<M extends MachineLike>(
    reference: StateMachineReference<M>,
    format: 'mermaid' | 'dot' = 'mermaid',
    current?: StateValue | { readonly value: unknown; readonly version: number },
  ): string {
    const { name, plan } = this.get(reference);
    oneOf(format, ['mermaid', 'dot'], 'format of diagram');
    const value = current instanceof StateMachineSnapshot ? current.value : (current as StateValue);
    return drawMachine(name, plan.machine, format, value);
  }
}
