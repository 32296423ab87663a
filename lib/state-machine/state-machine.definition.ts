import { StateError, WorkflowDefinitionError } from '../core/errors/index.js';
import { callback, flag, knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import { resolveRetry } from '../core/policies/index.js';
import { fingerprint } from '../core/serialization/index.js';
import { checkEntity } from './attached-row.js';
import type { InvokedStep } from './invoked-step.js';
import { checkMachine } from './logic/check-machine.js';
import type { MachineLike } from './logic/machine-like.js';
import { guarded } from './logic/guarded-machine.js';
import { MachineFaults } from './logic/machine-faults.js';
import { MachineLogic } from './logic/machine-logic.js';
import { loadXState } from './logic/xstate.js';
import type {
  MachineImplementations,
  MachinePlan,
  StateMachineDefinition,
  StateMachineOptions,
} from './machine-plan.js';
import { runMachine, stopMachines } from './state-machine.interpreter.js';
import { workflowOfActor } from './workflow-actor.js';

const OPTIONS = knownOptions<StateMachineOptions>({
  version: true,
  migrate: true,
  entity: true,
  transactional: true,
  ordered: true,
  retry: true,
});

/**
 * Makes a definition of an XState machine, for `StateMachineService.register` or `WorkflowModule.forFeature`.
 *
 * @throws WorkflowDefinitionError for a machine with actions, guards or actors that have no name or no implementation: those could not be
 * found again by the process that goes on
 *
 * @publicApi
 */
export function defineStateMachine<M extends MachineLike>(
  name: string,
  machine: M,
  options: StateMachineOptions = {},
): StateMachineDefinition<M> {
  return defineMachine(name, machine, options);
}

/** @internal */
export function defineMachine<M extends MachineLike>(
  name: string,
  machine: M,
  options: StateMachineOptions,
  given?: MachineImplementations,
): StateMachineDefinition<M> {
  const place = `state machine "${name}"`;
  refuseUnknownOptions(options, OPTIONS, place);
  if (options.retry !== undefined) resolveRetry(options.retry, undefined, place);
  flag(options.ordered, false, `ordered of ${place}`);
  checkEntity(options.entity, place);
  callback(options.migrate, `migrate of ${place}`, '(snapshot, fromVersion) => snapshot');
  if (typeof machine?.getInitialSnapshot !== 'function') throw notMachine(name);
  const faults = new MachineFaults(name);
  const complete = guarded(name, given?.machine ?? machine, faults);
  const transactional = new Set([...(options.transactional ?? []), ...(given?.transactional ?? [])]);
  const steps = given?.steps ?? new Map<string, InvokedStep>();
  checkMachine(name, complete, new Set(steps.keys()));
  for (const action of transactional) {
    if (Object.hasOwn((complete.implementations as { actions: object }).actions, action)) continue;
    throw new WorkflowDefinitionError(`The ${place} has no action "${action}" that could be transactional.`);
  }
  let logic: Promise<MachineLogic> | undefined;
  const plan: MachinePlan = {
    name,
    version: options.version ?? 1,
    machine: complete,
    options,
    transactional,
    steps,
    workflows: workflowsAmong((complete.implementations as { actors: Readonly<Record<string, unknown>> }).actors),
    logic: () => (logic ??= loadXState().then((library) => new MachineLogic(complete, library, name, faults))),
  };
  return {
    name,
    version: plan.version,
    model: 'state-machine',
    machine,
    plan,
    run: (ctx, input) => runMachine(ctx, input, plan),
    abandon: stopMachines,
    fingerprint: fingerprint(machine.config),
    ...(options.retry !== undefined && { retry: options.retry }),
    ...(options.migrate !== undefined && { isCompatibleWith: (version: number) => version < plan.version }),
    ...(given !== undefined && { target: given.target }),
  };
}

function workflowsAmong(actors: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  return new Set(Object.keys(actors).filter((name) => workflowOfActor(actors[name]) !== undefined));
}

function notMachine(name: string): StateError {
  return new StateError(
    `The state machine "${name}" is none: give what setup({ … }).createMachine({ … }) of XState 5 made.`,
  );
}
