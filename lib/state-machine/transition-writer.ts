import { isWorkflowStoreError, StateError } from '../core/errors/index.js';
import { runInStepScope, runOutsideSteps, type EngineServices, type StepScope } from '../core/execution/index.js';
import { startedEvent, type LifecycleEvent } from '../core/lifecycle/index.js';
import { newRandomSeed, type InstanceSeed } from '../core/records/index.js';
import {
  readPatiently,
  type StateAppendResult,
  type StatePersistence,
  type StateTransitionSeed,
  type StoreTransaction,
} from '../core/store/index.js';
import { onRow } from './attached-row.js';
import type { DecidedTransition } from './decided-transition.js';
import { childMachineId, DONE_SIGNAL, jobId, STOP_SIGNAL, type EffectsJob } from './effects-job.js';
import { invokedMachine } from './invoked-machine.js';
import { stateText } from './logic/state-text.js';
import type { MachinePlan } from './machine-plan.js';
import type { MachineState } from './machine-state.js';
import type { SettledEffects } from './transition-plan.js';
import { transitionSeed } from './transition-seed.js';

/** @internal */
export interface BegunChild {
  readonly id: string;
  readonly input: unknown;
  readonly transaction: unknown;
}

/** Lets a transaction roll back without losing what the store answered. */
class LostRace extends StateError {
  constructor(readonly result: StateAppendResult & { readonly kind: 'conflict' }) {
    super();
  }
}

/**
 * Writes transitions, each in one commit: alone one INSERT; with whatever it starts, stops, signals or writes into rows of the
 * application in one transaction, the caller's where there is one.
 *
 * @internal
 */
export class TransitionWriter {
  constructor(
    private readonly services: EngineServices,
    private readonly states: () => StatePersistence,
    private readonly beginChild: (plan: MachinePlan, child: BegunChild) => Promise<void>,
  ) {}

  async write(decided: DecidedTransition, transaction?: unknown): Promise<StateAppendResult> {
    const seed = await transitionSeed(decided, this.services);
    if (transaction !== undefined) {
      const joined = this.services.store.join(transaction);
      const result = await this.states().append(seed, transaction);
      if (result.kind === 'stored') await this.accompany(decided, joined);
      return result;
    }
    if (!needsTransaction(decided)) return this.states().append(seed);
    try {
      return await this.services.store.transaction(async (opened) => {
        const result = await this.states().append(seed, opened.handle);
        if (result.kind === 'conflict') throw new LostRace(result);
        await this.accompany(decided, opened);
        return result;
      });
    } catch (error) {
      if (error instanceof LostRace) return error.result;
      const committed = isWorkflowStoreError(error) ? await this.findCommitted(seed) : undefined;
      if (committed !== undefined) return committed;
      throw error;
    }
  }

  /** After an answer that never came: whether the transition stands. */
  private async findCommitted(seed: StateTransitionSeed): Promise<StateAppendResult | undefined> {
    const [found] = await readPatiently(
      this.services.clock,
      () => this.states().history(seed.machineId, { after: seed.version - 1, limit: 1 }),
      () => false,
    );
    return found?.token === seed.token ? { kind: 'stored', record: found } : undefined;
  }

  /** Everything that commits with the transition, behind its row: a loser has done nothing. */
  private async accompany(decided: DecidedTransition, transaction: StoreTransaction): Promise<void> {
    const { next, effects } = decided;
    for (const effect of effects.transactional) await this.actWithin(decided, effect, transaction);
    await this.updateRow(decided, transaction.handle);
    await this.startJob(decided, transaction);
    await this.beginChildren(decided, transaction.handle);
    for (const { version, key } of effects.stopped) {
      const target = jobId(next.id, version);
      await transaction.signal({
        id: `${target}:${key}@${next.version}`,
        workflowId: target,
        name: STOP_SIGNAL,
        key,
      });
    }
    if (tellsEnd(next)) await this.tellEnd(next, transaction);
  }

  /** Whatever it calls without its manager is refused: it would not roll back with the transition, or wait for its end for ever. */
  private async actWithin(
    { next: { id, version, logic, snapshot }, event }: DecidedTransition,
    effect: SettledEffects['transactional'][number],
    { handle }: StoreTransaction,
  ): Promise<void> {
    const { type } = effect;
    const { payloads } = this.services;
    const place = `of the action "${type}" of the state machine "${id}"`;
    const context = payloads.asStored(effect.context ?? snapshot.context, `context ${place}`);
    const params = payloads.asStored(effect.params, `params ${place}`);
    const { actions } = logic.machine.implementations as { actions: Record<string, TransactionalAction> };
    let derivedIds = 0;
    const key = `${jobId(id, version)}:${type}`;
    const scope: StepScope = {
      kind: 'transaction',
      workflowId: id,
      generation: 1,
      step: type,
      idempotencyKey: key,
      nextDerivedId: () => `${key}:${(derivedIds += 1)}`,
    };
    await runInStepScope(scope, async () =>
      actions[type]?.({ context, event, machineId: id, version, manager: handle }, params),
    );
  }

  private async updateRow({ next, keepsRow }: DecidedTransition, manager: unknown): Promise<void> {
    const { entity } = next.plan.options;
    if (entity === undefined || keepsRow === true) return;
    const { target, id = 'id', status = 'status' } = entity;
    const { update } = manager as Partial<RowManager>;
    if (typeof update !== 'function') {
      throw new StateError(
        `The state machine "${next.plan.name}" is attached to rows of the application, which needs a store over TypeORM; this one is "${this.services.store.kind}".`,
      );
    }
    const { affected } = await onRow(next.plan, next.id, manager, () =>
      update.call(manager, target, { [id]: next.id }, { [status]: stateText(next.snapshot.value) }),
    );
    if (affected !== 0) return;
    throw new StateError(
      `The state machine "${next.plan.name}" has no row to show its state: none has the ${id} "${next.id}".`,
    );
  }

  private async startJob({ next, event, effects }: DecidedTransition, transaction: StoreTransaction): Promise<void> {
    if (effects.deferred.length === 0) return;
    const { payloads, store, bus, options, storeTime } = this.services;
    const id = jobId(next.id, next.version);
    const at = storeTime.now();
    const job: EffectsJob = {
      $effects: effects.deferred,
      machineId: next.id,
      version: next.version,
      event,
      context: next.snapshot.context,
      at,
      ...(effects.after !== undefined && { after: effects.after }),
    };
    const input = await payloads.encode(job, { workflowId: id, place: `effects of the state machine "${next.id}"` });
    const seed: InstanceSeed = {
      id,
      name: next.plan.name,
      version: next.plan.version,
      ...(input !== undefined && { input }),
      inputHash: '',
      headers: {},
      attributes: {},
      priority: 1_000,
      seed: newRandomSeed(),
      limits: [],
      idGiven: false,
    };
    const started: LifecycleEvent = startedEvent(seed, at);
    await transaction.start({ seed, events: [started] });
    transaction.onCommit(() => {
      runOutsideSteps(() => {
        if (!options.outbox) bus.publish(started);
        store.hint({ kind: 'due' });
      });
    });
  }

  /** A machine that the transition invokes begins with it: nothing that is sent to it can come too early. */
  private async beginChildren({ next, effects }: DecidedTransition, transaction: unknown): Promise<void> {
    const { actors } = next.plan.machine.implementations as { actors: Readonly<Record<string, unknown>> };
    for (const effect of effects.deferred) {
      if (effect.kind !== 'invoke') continue;
      const definition = invokedMachine(actors[effect.src], this.services.registry);
      if (definition === undefined) continue;
      const id = childMachineId(next.id, next.version, effect.id);
      await this.beginChild(definition.plan, { id, input: effect.input, transaction });
    }
  }

  private async tellEnd({ id, snapshot }: MachineState, transaction: StoreTransaction): Promise<void> {
    const { status, output, error } = snapshot;
    const outcome = { status, ...(output !== undefined && { output }), ...(error !== undefined && { error }) };
    const payload = await this.services.payloads.encode(outcome, { workflowId: id, place: 'end of a state machine' });
    await transaction.signal({
      id: `${id}:${DONE_SIGNAL}`,
      workflowId: id,
      name: DONE_SIGNAL,
      ...(payload !== undefined && { payload }),
    });
  }
}

type TransactionalAction = (args: object, params: unknown) => unknown;

/** As much of TypeORM's `EntityManager` as is used here. */
interface RowManager {
  update(target: unknown, criteria: object, values: object): Promise<{ readonly affected?: number }>;
}

function needsTransaction({ next, effects, keepsRow }: DecidedTransition): boolean {
  const writesRow = next.plan.options.entity !== undefined && keepsRow !== true;
  return (
    tellsEnd(next) ||
    writesRow ||
    effects.deferred.length > 0 ||
    effects.transactional.length > 0 ||
    effects.stopped.length > 0
  );
}

/** Whoever has stopped a machine waits for it no more. */
function tellsEnd({ bonds, snapshot: { status } }: MachineState): boolean {
  return bonds.awaited && (status === 'done' || status === 'error');
}
