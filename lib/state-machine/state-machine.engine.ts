import { StateConcurrencyError, StateError, WorkflowTransactionError } from '../core/errors/index.js';
import { currentStepScope, type EngineServices } from '../core/execution/index.js';
import type { StateAppendResult } from '../core/store/index.js';
import type { DecidedTransition } from './decided-transition.js';
import { ATTACHED, CREATED } from './first-trigger.js';
import { StateTransitionRefusedError } from './errors/state-transition-refused.error.js';
import { refuseUnregistered } from './invoked-machine.js';
import { STOP, type MachineLogic } from './logic/machine-logic.js';
import type { MachineEvent, MachineStep, StateValue } from './logic/machine-step.js';
import { stateText } from './logic/state-text.js';
import { MachineAnnouncer } from './machine-announcer.js';
import { MachineQueue } from './machine-queue.js';
import { MachineReader } from './machine-reader.js';
import type { MachineBonds, MachineState } from './machine-state.js';
import { standsByItself, type MachinePlan } from './machine-plan.js';
import { storedEvent } from './stored-event.js';
import { settleEffects, type Origin } from './transition-plan.js';
import { TransitionWriter, type BegunChild } from './transition-writer.js';

/** Machines kept as they were after their last transition here, so that the next one needs no read. */
const KEPT_MACHINES = 10_000;
/** So often a trigger without an expected version is decided anew after somebody else was first. */
const ATTEMPTS = 200;
const FREE: MachineBonds = { timers: {}, children: {}, workflows: [], awaited: false };

/** @internal */
export interface CreateRequest {
  readonly id: string;
  readonly input?: unknown;
  readonly metadata?: unknown;
  readonly transaction?: unknown;
  /** An instance under the same id waits for the end. */
  readonly awaited?: boolean;
  /** Begins somewhere else than at the beginning, without the actions that lead there. */
  readonly at?: (logic: MachineLogic, initial: MachineStep) => MachineStep;
  /** What the row of an attached machine shows already. */
  readonly shown?: StateValue;
}

/** @internal */
export interface SendRequest {
  readonly transaction?: unknown;
  readonly expectedVersion?: number;
  readonly metadata?: unknown;
}

/** The state machines of one process's engine. @internal */
export class StateMachineEngine {
  private static readonly engines = new WeakMap<EngineServices, StateMachineEngine>();
  readonly reader: MachineReader;
  readonly announcer: MachineAnnouncer;
  private readonly writer: TransitionWriter;
  private readonly queue = new MachineQueue();
  private readonly kept = new Map<string, MachineState>();
  /** Those of which everything that they invoke is registered. */
  private readonly complete = new WeakSet<MachinePlan>();

  private constructor(readonly services: EngineServices) {
    this.reader = new MachineReader(services);
    this.announcer = new MachineAnnouncer(services);
    this.writer = new TransitionWriter(
      services,
      () => this.reader.states,
      (plan, child) => this.beginChild(plan, child),
    );
  }

  /** The one that belongs to an engine: its client and its worker share it. */
  static of(services: EngineServices): StateMachineEngine {
    const known = this.engines.get(services);
    if (known !== undefined) return known;
    const engine = new StateMachineEngine(services);
    this.engines.set(services, engine);
    return engine;
  }

  /** Creates a machine, or answers the one that has the id. */
  async create(plan: MachinePlan, request: CreateRequest): Promise<{ state: MachineState; created: boolean }> {
    const { id, metadata, transaction, awaited = false, at, shown } = request;
    refuseOutsideTransaction('create', transaction);
    const existing = await this.reader.find(id, transaction);
    if (existing !== undefined) return { state: ofPlan(existing, plan), created: false };
    if (!this.complete.has(plan)) refuseUnregistered(plan, this.services.registry);
    this.complete.add(plan);
    const logic = await plan.logic();
    const input = this.storedInput(id, request.input);
    const initial = logic.initial(input);
    // Its own context, guards or actions threw: there is nothing to be kept.
    if (at === undefined && initial.snapshot.status === 'error') throw logic.faultOf(initial.snapshot);
    const step = at === undefined ? initial : at(logic, initial);
    const before: MachineBonds = awaited ? { ...FREE, awaited } : FREE;
    const effects = settleEffects(step.effects, before, 1, plan);
    const { snapshot } = step;
    const next: MachineState = { id, version: 1, plan, logic, snapshot, at: 0, bonds: effects.bonds };
    const event: MachineEvent = { type: at === undefined ? CREATED : ATTACHED, ...(input !== undefined && { input }) };
    const keepsRow = shown !== undefined && stateText(shown) === stateText(snapshot.value);
    const decided: DecidedTransition = { next, event, effects, metadata, keepsRow };
    const { state, result } = await this.commit(decided, transaction);
    if (state !== undefined) return { state, created: true };
    // Somebody else created it at the same time.
    if (result.kind === 'conflict' && result.actual > 0) {
      return { state: ofPlan(await this.reader.load(id, transaction), plan), created: false };
    }
    throw new StateConcurrencyError(0, result.kind === 'conflict' ? result.actual : 1, id);
  }

  /**
   * @throws StateTransitionRefusedError when the state does not take the event; StateConcurrencyError when the version is another one
   * than expected, or when others were first again and again; WorkflowNotFoundError
   */
  async send(id: string, event: MachineEvent, request: SendRequest = {}): Promise<MachineState> {
    const { transaction } = request;
    refuseOutsideTransaction('send', transaction);
    const stored = storedEvent(event, id, this.services.payloads);
    if (transaction !== undefined) return this.sendWithin(id, stored, request);
    return this.queue.run(id, () => this.sendNow(id, stored, request));
  }

  /**
   * Hands over what a timer, a child or a machine says, inside a transaction. What came too late moves nothing.
   *
   * @param origin Absent for an event that no timer or child of the machine's own gave.
   */
  async deliver(id: string, event: MachineEvent, origin: Origin | undefined, transaction: unknown): Promise<void> {
    for (;;) {
      const state = await this.reader.find(id, transaction);
      if (state?.snapshot.status !== 'active' || !isCurrent(state, origin)) return;
      const step = state.logic.next(state.snapshot, event);
      if (step === undefined) return;
      const { state: moved } = await this.commit(decide(state, step, event, { origin }), transaction);
      if (moved !== undefined) return;
    }
  }

  /** Ends a machine where it is, with its delays and children. One that has ended stays what it is. */
  async stop(id: string): Promise<void> {
    for (;;) {
      const state = await this.reader.find(id);
      if (state?.snapshot.status !== 'active') return;
      const { snapshot, effects } = state.logic.stopped(state.snapshot);
      const delays = Object.keys(state.bonds.timers).map((timer) => ({ kind: 'cancel' as const, id: timer }));
      const { state: moved } = await this.commit(
        decide(state, { snapshot, effects: [...effects, ...delays] }, STOP, {}),
      );
      if (moved !== undefined) return;
    }
  }

  /** One that cannot begin is left to its instance: that tells who invoked it. */
  private async beginChild(plan: MachinePlan, child: BegunChild): Promise<void> {
    if (standsByItself(plan)) return;
    const logic = await plan.logic();
    const input = this.storedInput(child.id, child.input);
    if (logic.canBegin(input)) await this.create(plan, { ...child, input, awaited: true });
  }

  /** As a replay will read it. */
  private storedInput(id: string, input: unknown): unknown {
    return this.services.payloads.asStored(input, `input of the state machine "${id}"`);
  }

  private async sendWithin(id: string, event: MachineEvent, request: SendRequest): Promise<MachineState> {
    const { transaction, expectedVersion, metadata } = request;
    const state = await this.reader.load(id, transaction);
    refuseOtherVersion(state, expectedVersion);
    const step = stepOf(state, event);
    const { state: moved, result } = await this.commit(decide(state, step, event, { metadata }), transaction);
    if (moved !== undefined) return moved;
    throw lost(state, result);
  }

  private async sendNow(id: string, event: MachineEvent, request: SendRequest): Promise<MachineState> {
    const { expectedVersion, metadata } = request;
    let state = this.kept.get(id);
    if (state !== undefined && !this.reader.isCurrent(state)) state = undefined;
    let isFresh = false;
    for (let attempt = 1; ; attempt += 1) {
      if (state === undefined) {
        state = await this.reader.load(id);
        isFresh = true;
      }
      const fits = expectedVersion === undefined || expectedVersion === state.version;
      const step = fits ? state.logic.next(state.snapshot, event) : undefined;
      if (step === undefined) {
        if (isFresh) {
          refuseOtherVersion(state, expectedVersion);
          throw refused(state, event);
        }
        // What is kept here may be old: only what the store says refuses.
        state = undefined;
        continue;
      }
      const { state: moved, result } = await this.commit(decide(state, step, event, { metadata }));
      if (moved !== undefined) return moved;
      if (attempt >= ATTEMPTS) throw lost(state, result);
      // With an expected version, too: what the store says now tells whether it is still that one.
      state = undefined;
    }
  }

  private async commit(
    decided: DecidedTransition,
    transaction?: unknown,
  ): Promise<{ readonly state?: MachineState; readonly result: StateAppendResult }> {
    const { id } = decided.next;
    let result: StateAppendResult;
    try {
      result = await this.writer.write(decided, transaction);
    } catch (error) {
      this.kept.delete(id);
      throw error;
    }
    if (result.kind === 'conflict') {
      this.kept.delete(id);
      return { result };
    }
    const state = await this.reader.written(decided.next, result.record);
    const committed = (): void => {
      this.keep(state);
      this.announcer.announce({ ...decided, next: state });
    };
    if (transaction === undefined) committed();
    else this.services.store.join(transaction).onCommit(committed);
    return { state, result };
  }

  private keep(state: MachineState): void {
    // What a transactional action has moved on by its manager is told before the transition that it belongs to.
    if ((this.kept.get(state.id)?.version ?? 0) > state.version) return;
    this.kept.delete(state.id);
    if (state.snapshot.status !== 'active') return;
    this.kept.set(state.id, state);
    if (this.kept.size <= KEPT_MACHINES) return;
    for (const oldest of this.kept.keys()) {
      this.kept.delete(oldest);
      return;
    }
  }
}

function decide(
  from: MachineState,
  step: MachineStep,
  event: MachineEvent,
  more: { readonly origin?: Origin | undefined; readonly metadata?: unknown },
): DecidedTransition {
  const version = from.version + 1;
  const effects = settleEffects(step.effects, from.bonds, version, from.plan, more.origin);
  const next: MachineState = { ...from, version, snapshot: step.snapshot, bonds: effects.bonds };
  return { next, from, event, effects, metadata: more.metadata };
}

function isCurrent({ bonds }: MachineState, origin: Origin | undefined): boolean {
  if (origin === undefined) return true;
  return (origin.kind === 'timer' ? bonds.timers : bonds.children)[origin.id] === origin.version;
}

function stepOf(state: MachineState, event: MachineEvent): MachineStep {
  const step = state.logic.next(state.snapshot, event);
  if (step === undefined) throw refused(state, event);
  return step;
}

function refused({ id, snapshot, version }: MachineState, { type }: MachineEvent): StateTransitionRefusedError {
  return new StateTransitionRefusedError({ machineId: id, state: stateText(snapshot.value), trigger: type, version });
}

function refuseOtherVersion({ id, version }: MachineState, expected: number | undefined): void {
  if (expected !== undefined && expected !== version) throw new StateConcurrencyError(expected, version, id);
}

function lost({ id, version }: MachineState, result: StateAppendResult): StateConcurrencyError {
  return new StateConcurrencyError(version, result.kind === 'conflict' ? result.actual : version, id);
}

/** Inside the callback of `ctx.transaction` a transition of its own would not roll back with it. */
function refuseOutsideTransaction(operation: string, transaction: unknown): void {
  const scope = currentStepScope();
  if (scope?.kind !== 'transaction' || transaction !== undefined) return;
  throw new WorkflowTransactionError(
    `StateMachineService.${operation}() was called inside the transaction "${scope.step}" of the workflow "${scope.workflowId}" without taking part in it. Pass the manager that the callback received as { transaction: manager }.`,
  );
}

function ofPlan(state: MachineState, plan: MachinePlan): MachineState {
  if (state.plan.name === plan.name) return state;
  throw new StateError(
    `The id "${state.id}" belongs to a state machine "${state.plan.name}", not to a "${plan.name}". Choose another id.`,
  );
}
