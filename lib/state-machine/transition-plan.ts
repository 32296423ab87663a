import { StateError } from '../core/errors/index.js';
import { stopKey } from './effects-job.js';
import type { MachineEffect, StoredEffect } from './logic/machine-step.js';
import type { MachinePlan } from './machine-plan.js';
import type { MachineBonds } from './machine-state.js';

/** What became of the effects of one transition. @internal */
export interface SettledEffects {
  readonly bonds: MachineBonds;
  /** Done after the commit, by an instance of their own. */
  readonly deferred: readonly StoredEffect[];
  /** The transition before that had something which comes in turn. */
  readonly after?: number;
  /** Done inside the transaction. */
  readonly transactional: readonly Extract<MachineEffect, { kind: 'action' }>[];
  /** Told at once after the commit, and never again. */
  readonly told: readonly Extract<MachineEffect, { kind: 'emit' | 'log' }>[];
  /** What runs no more: in the instance of the version that began it. */
  readonly stopped: readonly { readonly version: number; readonly key: string }[];
}

/** Something that has just ended: a timer that fired, a child that answered. @internal */
export interface Origin {
  readonly kind: 'timer' | 'child';
  readonly id: string;
  readonly version: number;
}

/**
 * Sorts the effects of a transition, and keeps the books of timers and children.
 *
 * @throws StateError for an event that is sent to a workflow, and for a delay that is no number
 * @internal
 */
export function settleEffects(
  effects: readonly MachineEffect[],
  before: MachineBonds,
  version: number,
  plan: MachinePlan,
  origin?: Origin,
): SettledEffects {
  if (effects.length === 0 && origin === undefined) {
    return { bonds: before, deferred: [], transactional: [], told: [], stopped: [] };
  }
  const timers = { ...before.timers };
  const children = { ...before.children };
  const workflows = new Set(before.workflows);
  if (origin !== undefined) delete (origin.kind === 'timer' ? timers : children)[origin.id];
  const deferred: StoredEffect[] = [];
  const transactional: Extract<MachineEffect, { kind: 'action' }>[] = [];
  const told: Extract<MachineEffect, { kind: 'emit' | 'log' }>[] = [];
  const stopped: { version: number; key: string }[] = [];
  const stop = (kind: 'timer' | 'child', id: string): void => {
    const running = kind === 'timer' ? timers : children;
    const began = running[id];
    if (began === undefined) return;
    delete running[id];
    // One that this very transition began is not begun at all.
    if (began !== version) stopped.push({ version: began, key: stopKey(kind, id) });
    else
      deferred.splice(
        deferred.findIndex((effect) => beganAs(effect, kind) && effect.id === id),
        1,
      );
  };
  for (const [index, effect] of effects.entries()) {
    if (effect.kind === 'invoke') {
      if (plan.workflows.has(effect.src)) workflows.add(effect.id);
      else workflows.delete(effect.id);
    } else if ('to' in effect && effect.to !== undefined && workflows.has(effect.to)) {
      throw isDeaf(plan, effect.event.type, effect.to);
    }
    switch (effect.kind) {
      case 'action':
        if (plan.transactional.has(effect.type)) transactional.push(effect);
        else deferred.push(effect);
        break;
      case 'timer': {
        const { id = `${effect.event.type}#${version}.${index}`, delayMs } = effect;
        if (!Number.isFinite(delayMs)) throw isNoDelay(plan, effect.id ?? effect.event.type, delayMs);
        stop('timer', id);
        timers[id] = version;
        deferred.push({ ...effect, id });
        break;
      }
      case 'invoke':
        stop('child', effect.id);
        children[effect.id] = version;
        deferred.push(effect);
        break;
      case 'cancel':
        stop('timer', effect.id);
        break;
      case 'stop':
        stop('child', effect.id);
        break;
      case 'send':
        deferred.push(effect);
        break;
      case 'emit':
      case 'log':
        told.push(effect);
    }
  }
  const running = [...workflows].filter((id) => children[id] !== undefined);
  const acting = deferred.some((effect) => comesInTurn(effect, plan)) ? { acting: version } : {};
  const bonds = { ...before, timers, children, workflows: running, ...acting };
  const after = before.acting === undefined ? {} : { after: before.acting };
  return { bonds, deferred, ...after, transactional, told, stopped };
}

/** Whether an effect is something done in its place: an action, or an event that is sent. @internal */
export function isAct({ kind }: MachineEffect): boolean {
  return kind === 'action' || kind === 'send';
}

/** Whether an effect waits for those of earlier transitions: what is sent always does, actions where the machine wants it so. @internal */
export function comesInTurn(effect: MachineEffect, { options }: Pick<MachinePlan, 'options'>): boolean {
  return options.ordered === true ? isAct(effect) : effect.kind === 'send';
}

function isNoDelay({ name }: MachinePlan, id: string, delayMs: number): StateError {
  return new StateError(
    `The state machine "${name}" begins the delay "${id}" with ${delayMs}. Let what computes it answer a number of milliseconds.`,
  );
}

function isDeaf({ name }: MachinePlan, type: string, child: string): StateError {
  return new StateError(
    `The state machine "${name}" sends "${type}" to its child "${child}", which is a workflow and takes no events. Send it a signal by an action of your own (WorkflowClient.signal), or invoke a state machine.`,
  );
}

function beganAs(
  effect: MachineEffect,
  kind: 'timer' | 'child',
): effect is Extract<MachineEffect, { kind: 'timer' | 'invoke' }> {
  return effect.kind === (kind === 'timer' ? 'timer' : 'invoke');
}
