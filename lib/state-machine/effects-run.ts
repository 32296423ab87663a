import type { WorkflowContext } from '../core/definition/index.js';
import { isChildWorkflowFailedError, isStepFailedError, StateError } from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { ACTED, ActionOrder } from './action-order.js';
import {
  childMachineId,
  jobId,
  MESSAGE_SIGNAL,
  parentOf,
  STOP_SIGNAL,
  stopKey,
  type EffectsJob,
} from './effects-job.js';
import { isMachine } from './logic/actor-kinds.js';
import type { MachineLike } from './logic/machine-like.js';
import type { MachineEvent, StoredEffect } from './logic/machine-step.js';
import { PARENT } from './logic/transition-scope.js';
import { InvokedChild, type ChildEnd } from './invoked-child.js';
import { invokedMachine } from './invoked-machine.js';
import { standsByItself, type MachinePlan, type StateMachineDefinition } from './machine-plan.js';
import { StateMachineEngine } from './state-machine.engine.js';
import { comesInTurn, isAct, type Origin } from './transition-plan.js';
import { workflowOfActor } from './workflow-actor.js';

type Effect<K extends StoredEffect['kind']> = Extract<StoredEffect, { kind: K }>;

/** An effect, and its place among those of its transition. */
interface Placed {
  readonly effect: StoredEffect;
  readonly index: number;
}

type NamedAction = (args: object, params: unknown) => unknown;

/**
 * What one transition left to be done: its actions one after the other as steps, then what it invoked, and its timers all the while. A
 * failed action fails the run, but neither timers nor children.
 *
 * @internal
 */
export class EffectsRun {
  private readonly engine: StateMachineEngine;
  private readonly failures: unknown[] = [];

  constructor(
    private readonly ctx: WorkflowContext,
    private readonly job: EffectsJob,
    private readonly plan: MachinePlan,
    private readonly services: EngineServices,
  ) {
    this.engine = StateMachineEngine.of(services);
  }

  async run(): Promise<void> {
    const all = this.job.$effects.map((effect, index) => ({ effect, index }));
    const timers = all.flatMap(({ effect, index }) => (effect.kind === 'timer' ? [this.timer(effect, index)] : []));
    const rest = async (): Promise<void> => {
      await this.kept(this.actInTurn(all));
      const invoked = all.flatMap(({ effect }) => (effect.kind === 'invoke' ? [this.invoke(effect)] : []));
      await Promise.all(invoked.map((one) => this.kept(one)));
    };
    await Promise.all([...timers.map((one) => this.kept(one)), rest()]);
    if (this.failures.length > 0) throw this.failures[0];
  }

  /** Fails the run when all is over: until then the others go on. */
  private async kept(work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => this.failures.push(error));
  }

  /** What comes in turn, behind that of the transition before: what is sent, and where the machine wants it so all that is done. */
  private async actInTurn(all: readonly Placed[]): Promise<void> {
    const acts = all.filter(({ effect }) => isAct(effect));
    if (!acts.some(({ effect }) => comesInTurn(effect, this.plan))) return this.actInOrder(acts);
    const order = new ActionOrder(this.ctx, this.job, this.services);
    await this.kept(this.actInOrder(acts, order));
    await order.end();
  }

  private async actInOrder(acts: readonly Placed[], order?: ActionOrder): Promise<void> {
    for (const { effect, index } of acts) {
      if (comesInTurn(effect, this.plan)) await order?.begin();
      if (effect.kind === 'action') await this.act(effect, index);
      else if (effect.kind === 'send' && index === acts.at(-1)?.index) {
        await order?.conclude((transaction) => this.sendWithin(transaction, effect.to, effect.event, ACTED));
      } else if (effect.kind === 'send') {
        await this.send(effect.to, effect.event, `send ${effect.event.type} ${index}`);
      }
    }
  }

  private async act({ type, params, context }: Effect<'action'>, index: number): Promise<void> {
    const { machineId, version, event } = this.job;
    const { actions } = this.plan.machine.implementations as { actions: Record<string, NamedAction> };
    const action = actions[type];
    if (action === undefined)
      throw new StateError(`The state machine "${this.plan.name}" has no action "${type}" any more.`);
    await this.ctx.step(`${type} ${index}`, async ({ idempotencyKey, attempt, signal }) => {
      const args = { context: context ?? this.job.context, event, machineId, version, idempotencyKey, attempt, signal };
      await action(args, params);
    });
  }

  private async timer({ id, delayMs, event, to }: Effect<'timer'>, index: number): Promise<void> {
    const { ctx, job } = this;
    const { key } = await ctx.waitForAny(`timer ${id} ${index}`, {
      due: ctx.timer({ until: Math.ceil(job.at + delayMs) }),
      stopped: ctx.signalWait(STOP_SIGNAL, { key: stopKey('timer', id) }),
    });
    if (key === 'stopped') return;
    const origin: Origin = { kind: 'timer', id, version: job.version };
    if (to === undefined) await this.deliver(event, origin, `fire ${id} ${index}`);
    else await this.send(to, event, `fire ${id} ${index}`);
  }

  private async send(to: string | undefined, event: MachineEvent, name: string): Promise<void> {
    await this.ctx.transaction(name, (transaction: unknown) => this.sendWithin(transaction, to, event, name));
  }

  private sendWithin(transaction: unknown, to: string | undefined, event: MachineEvent, name: string): Promise<void> {
    if (to === undefined) return this.engine.deliver(this.job.machineId, event, undefined, transaction);
    if (to === PARENT) return this.sendToParent(event, transaction);
    return this.sendToChild(to, event, name, transaction);
  }

  /** One that begins behind its transition gets everything through the instance that begins it, so that it comes in order. */
  private async sendToChild(to: string, event: MachineEvent, name: string, transaction: unknown): Promise<void> {
    const { machineId, version } = this.job;
    const { payloads, store } = this.services;
    const { reader } = this.engine;
    // A child that is over takes nothing; one that this transition began is known by its version.
    const began = (await reader.find(machineId, transaction))?.bonds.children[to] ?? version;
    const childId = childMachineId(machineId, began, to);
    const child = await reader.find(childId, transaction);
    if (child !== undefined && !standsByItself(child.plan)) {
      return this.engine.deliver(childId, event, undefined, transaction);
    }
    const payload = await payloads.encode(event, { workflowId: childId, place: `message to the child "${to}"` });
    await store.join(transaction).signal({
      id: `${childId}:${this.ctx.workflowId}:${name}`,
      workflowId: jobId(machineId, began),
      name: MESSAGE_SIGNAL,
      key: to,
      ...(payload !== undefined && { payload }),
    });
  }

  /** A machine that nobody invoked has no parent, and one that was stopped has none any more. */
  private async sendToParent(event: MachineEvent, transaction: unknown): Promise<void> {
    const parent = parentOf(this.job.machineId);
    if (parent === undefined) return;
    const state = await this.engine.reader.find(parent.machineId, transaction);
    if (state?.bonds.children[parent.child] !== parent.version) return;
    await this.engine.deliver(parent.machineId, event, undefined, transaction);
  }

  private async invoke(effect: Effect<'invoke'>): Promise<void> {
    const { id } = effect;
    const origin: Origin = { kind: 'child', id, version: this.job.version };
    let event: MachineEvent;
    try {
      const outcome = await this.outcomeOf(effect);
      if (outcome === undefined) return;
      event = { type: `xstate.done.actor.${id}`, output: outcome.output, actorId: id };
    } catch (error) {
      event = { type: `xstate.error.actor.${id}`, error: plainError(error), actorId: id };
    }
    await this.deliver(event, origin, `answer ${id}`);
  }

  /** `undefined` when it was stopped. */
  private async outcomeOf({ id, src, input }: Effect<'invoke'>): Promise<ChildEnd> {
    const { actors } = this.plan.machine.implementations as { actors: Record<string, unknown> };
    const step = this.plan.steps.get(src);
    const { machineId } = this.job;
    if (step !== undefined) {
      const { call, retry, timeout } = step;
      const options = { ...(retry !== undefined && { retry }), ...(timeout !== undefined && { timeout }) };
      return { output: await this.ctx.step(`invoke ${id}`, (context) => call({ input, machineId }, context), options) };
    }
    const logic = actors[src];
    const workflow = workflowOfActor(logic);
    const child = new InvokedChild(this.ctx, this.job, id, this.services);
    if (workflow !== undefined) return child.workflow(workflow, input);
    if (isMachine(logic)) return child.machine(this.machineOf(logic), input, (error) => this.failures.push(error));
    const config = (logic as { readonly config?: unknown } | undefined)?.config;
    if (typeof config !== 'function') {
      throw new StateError(
        `The actor "${src}" of the state machine "${this.plan.name}" cannot be made durable: only promises, state machines and workflowActor(…) can.`,
      );
    }
    const creator = config as (args: object) => unknown;
    return {
      output: await this.ctx.step(`invoke ${id}`, async ({ signal, idempotencyKey }) =>
        creator({ input, signal, idempotencyKey, emit: () => undefined }),
      ),
    };
  }

  /** The registered definition of a machine that another one invokes. */
  private machineOf(logic: MachineLike): StateMachineDefinition {
    const definition = invokedMachine(logic, this.services.registry);
    if (definition !== undefined) return definition;
    throw new StateError(
      `The state machine "${this.plan.name}" invokes a machine that is not registered here. Register it as a state machine of its own.`,
    );
  }

  private async deliver(event: MachineEvent, origin: Origin, name: string): Promise<void> {
    await this.ctx.transaction(name, (transaction: unknown) =>
      this.engine.deliver(this.job.machineId, event, origin, transaction),
    );
  }
}

/** An error as an event can carry it: what is stored comes back as it was. */
function plainError(error: unknown): object {
  const isWrapped = isChildWorkflowFailedError(error) || isStepFailedError(error);
  const cause = isWrapped && error.cause !== undefined ? error.cause : error;
  if (!(cause instanceof Error)) return { name: 'Error', message: String(cause) };
  const code: unknown = 'code' in cause ? cause.code : undefined;
  return { name: cause.name, message: cause.message, ...(typeof code === 'string' && { code }) };
}
