import { StateError } from '../../core/errors/index.js';
import type { LiveSnapshot, MachineEffect, MachineEvent, MachineStep, StateValue } from './machine-step.js';
import { effectsOfBeing } from './effects-of-being.js';
import type { MachineFaults } from './machine-faults.js';
import type { MachineLike } from './machine-like.js';
import {
  actorStub,
  pureBeginningOf,
  pureTransitionOf,
  type PureStep,
  type PureTransition,
} from './transition-scope.js';
import type { ExecutableAction, XStateLibrary } from './xstate.js';

/** What stands for the trigger in errors of a machine's first transition. */
const BEGINNING = 'its beginning';

/** XState's own event by which a machine only goes on where a state is left at once. */
const INIT: MachineEvent = { type: 'xstate.init' };

/** XState's own event. @internal */
export const STOP: MachineEvent = { type: 'xstate.stop' };

/** One machine through the pure functions of XState: nothing runs, everything it asks for comes back as data. @internal */
export class MachineLogic {
  private readonly beginning: (input: unknown) => PureStep;
  private readonly transition: PureTransition;

  constructor(
    readonly machine: MachineLike,
    readonly library: XStateLibrary,
    private readonly name: string,
    private readonly faults: MachineFaults,
  ) {
    this.beginning = pureBeginningOf(machine, library);
    this.transition = pureTransitionOf(machine, library);
  }

  initial(input: unknown): MachineStep {
    return this.stepOf({}, ...this.faults.run(BEGINNING, () => this.beginning(input)));
  }

  /** Whether the machine comes to stand somewhere. */
  canBegin(input: unknown): boolean {
    try {
      return this.initial(input).snapshot.status !== 'error';
    } catch {
      // Said by whoever begins it all the same.
      return false;
    }
  }

  /** What a beginning that was none broke on. */
  faultOf({ error }: LiveSnapshot): unknown {
    return this.faults.of(error, BEGINNING);
  }

  /** `undefined` when nothing in the state takes the event, or the machine has ended. */
  next(snapshot: LiveSnapshot, event: MachineEvent): MachineStep | undefined {
    if (snapshot.status !== 'active') return undefined;
    const [next, actions] = this.faults.run(event.type, () => this.transition(snapshot, event));
    if (next === snapshot && actions.length === 0 && !this.can(snapshot, event)) return undefined;
    return this.stepOf(snapshot.children, next, actions);
  }

  /** The machine stopped where it is, by whoever it belongs to. */
  stopped(snapshot: LiveSnapshot): MachineStep {
    return this.stepOf(snapshot.children, ...this.transition(snapshot, STOP));
  }

  /** Whether the state takes an event. */
  can(snapshot: LiveSnapshot, event: MachineEvent): boolean {
    return this.faults.run(event.type, () => snapshot.can(event));
  }

  /**
   * The machine as if it had come to a state by itself: without the actions of its way, with the delays and invocations of the state, and
   * gone on where the state is left at once.
   *
   * @throws StateError when it has no such state
   */
  at(value: StateValue, context: unknown): MachineStep {
    const snapshot = this.resolved(value, context);
    if (snapshot.status !== 'active') return { snapshot, effects: [] };
    const begun = this.faults.run(BEGINNING, () => effectsOfBeing(snapshot, this.machine));
    for (const effect of begun) if (effect.kind === 'invoke') snapshot.children[effect.id] = actorStub(effect.id);
    const settled = this.next(snapshot, INIT);
    if (settled === undefined) return { snapshot, effects: begun };
    return { snapshot: settled.snapshot, effects: [...begun, ...settled.effects] };
  }

  private resolved(value: StateValue, context: unknown): LiveSnapshot {
    try {
      const snapshot = this.machine.resolveState({ value, context: context ?? {} }) as LiveSnapshot;
      if (snapshot.matches(value) && (typeof value === 'string' || isEmpty(value) === isEmpty(snapshot.value)))
        return snapshot;
    } catch (error) {
      throw this.hasNoState(value, error);
    }
    throw this.hasNoState(value);
  }

  private hasNoState(value: StateValue, cause?: unknown): StateError {
    return new StateError(`The state machine "${this.name}" has no state ${JSON.stringify(value)}.`, { cause });
  }

  /** What of a snapshot is stored: everything but its children, which the room keeps itself. */
  persist(snapshot: LiveSnapshot): unknown {
    return this.machine.getPersistedSnapshot(hasKeys(snapshot.children) ? { ...snapshot, children: {} } : snapshot);
  }

  restore(stored: unknown, children: readonly string[]): LiveSnapshot {
    const snapshot = this.machine.restoreSnapshot({ ...(stored as object), children: {} }, {}) as LiveSnapshot;
    for (const id of children) snapshot.children[id] = actorStub(id);
    return snapshot;
  }

  private stepOf(before: object, snapshot: LiveSnapshot, actions: readonly ExecutableAction[]): MachineStep {
    const effects = actions.flatMap((action) => this.effectOf(action, snapshot) ?? []);
    for (const id in snapshot.children) {
      if (!Object.hasOwn(before, id) && !effects.some((effect) => effect.kind === 'invoke' && effect.id === id))
        throw this.hidden(id);
    }
    return { snapshot, effects };
  }

  /** What is spawned beside the actions is no effect that another process could go on with. */
  private hidden(id: string): StateError {
    return new StateError(
      `The state machine "${this.name}" starts the actor "${id}" by the spawn of an assign or of its context, so no other process could find it. Start it by an action of its own: spawnChild('…', { id: '${id}' }).`,
    );
  }

  /** `undefined` for what the machine has done already. */
  private effectOf({ type, params, info }: ExecutableAction, snapshot: LiveSnapshot): MachineEffect | undefined {
    const given = params as ActionParams;
    switch (type) {
      case 'xstate.raise':
        // Without a delay the event was taken within the transition.
        return given.delay === undefined ? undefined : delayed(given, given.delay);
      case 'xstate.cancel':
        return { kind: 'cancel', id: String(given.sendId) };
      case 'xstate.spawnChild':
        return {
          kind: 'invoke',
          id: given.id as string,
          src: this.sourceOf(given),
          ...(given.input !== undefined && { input: given.input }),
        };
      case 'xstate.stopChild':
        return { kind: 'stop', id: String(given?.id) };
      case 'xstate.sendTo':
        return this.sending(given, info.self);
      case 'xstate.emit':
        return { kind: 'emit', event: given.event };
      case 'xstate.log':
        return { kind: 'log', value: given.value };
      default:
        this.requireNamed(type);
        return {
          kind: 'action',
          type,
          ...(params !== undefined && { params }),
          ...(info.context !== snapshot.context && { context: info.context }),
        };
    }
  }

  private sending({ to: target, event, delay, id }: ActionParams, self: unknown): MachineEffect {
    const name = typeof target === 'string' ? target : target.id;
    const to = target === self ? {} : { to: name };
    if (delay === undefined) return { kind: 'send', event, ...to };
    return { ...delayed({ event, ...(id !== undefined && { id }) }, delay), ...to };
  }

  private sourceOf({ id, src }: ActionParams): string {
    if (typeof src === 'string' && !src.startsWith('xstate.invoke.')) return src;
    throw new StateError(
      `The state machine "${this.name}" starts the actor "${id}" from a value that has no name, which no other process could find. Name it in setup({ actors: { … } }).`,
    );
  }

  private requireNamed(type: string): void {
    if (Object.hasOwn((this.machine.implementations as { actions: object }).actions, type)) return;
    throw new StateError(
      `The state machine "${this.name}" asks for the action "${type}", which has no name or no implementation, so it could not be run later. Name it in setup({ actions: { … } }), or give its class a method with @Action().`,
    );
  }
}

function delayed(
  { id, event }: Pick<ActionParams, 'id' | 'event'>,
  delay: number,
): Extract<MachineEffect, { kind: 'timer' }> {
  return { kind: 'timer', ...(id !== undefined && { id }), delayMs: Number(delay), event };
}

interface ActionParams {
  readonly id?: string;
  readonly sendId?: unknown;
  readonly delay?: number;
  readonly event: MachineEvent;
  readonly src?: unknown;
  readonly input?: unknown;
  /** An actor; its name where the same transition begins it. */
  readonly to: string | { readonly id: string };
  readonly value?: unknown;
}

function hasKeys(value: object): boolean {
  for (const _ in value) return true;
  return false;
}

function isEmpty(value: StateValue): boolean {
  return typeof value !== 'string' && Object.keys(value).length === 0;
}
