import { WorkflowDefinitionError } from '../core/errors/index.js';
import {
  actionMethodsOf,
  checkActionOptions,
  checkStepOptions,
  guardMethodsOf,
  stepMethodsOf,
  type DecoratedProvider,
  type DefinitionFactory,
} from '../discovery/index.js';
import { STATE_MACHINE_METADATA, type StateMachineMetadata } from './decorators/state-machine-workflow.decorator.js';
import type { InvokedStep } from './invoked-step.js';
import { defineMachine } from './state-machine.definition.js';
import { type StateMachineDefinition } from './machine-plan.js';

type Method = (...args: readonly unknown[]) => unknown;

/** Turns `@StateMachineWorkflow` classes into definitions. @internal */
export const stateMachineDefinitionFactory: DefinitionFactory<StateMachineMetadata> = {
  decorator: '@StateMachineWorkflow',
  metadata: STATE_MACHINE_METADATA,
  create: defineFromClass,
};

function defineFromClass({
  target,
  instance,
  metadata,
  place,
}: DecoratedProvider<StateMachineMetadata>): StateMachineDefinition {
  const { machine, ...options } = (metadata.options as typeof metadata.options | undefined) ?? {};
  if (typeof machine?.provide !== 'function') {
    throw new WorkflowDefinitionError(
      `The ${place} carries @StateMachineWorkflow without a machine. Give { machine }, made by setup({ … }).createMachine({ … }) of XState 5.`,
    );
  }
  // Looked up at each call, so that a test may replace the method of the instance.
  const methods = instance as Record<string, Method>;
  const call = (method: string, args: readonly unknown[]): unknown => methods[method]?.(...args);
  const named = namesIn([machine.config, machine.implementations]);
  const takenBy = new Map<string, string>();
  const requireNamed = (name: string, decorator: string, method: string): void => {
    const key = `${decorator} ${name}`;
    const other = takenBy.get(key);
    if (other !== undefined) {
      throw new WorkflowDefinitionError(
        `The methods ${other}() and ${method}() of ${place} both carry ${decorator} for "${name}". Give one of them another name.`,
      );
    }
    takenBy.set(key, method);
    if (named.has(name) || named.has(UNSEEN)) return;
    throw new WorkflowDefinitionError(
      `The method ${method}() of ${place} carries ${decorator}, but its machine names nothing "${name}".`,
    );
  };
  const guards: Record<string, Method> = {};
  for (const { method, name } of guardMethodsOf(target)) {
    requireNamed(name, '@Guard', method);
    guards[name] = (...args) => call(method, args);
  }
  const actions: Record<string, Method> = {};
  const transactional: string[] = [];
  for (const { method, options: given } of actionMethodsOf(target)) {
    checkActionOptions(given, `@Action of ${place}.${method}()`);
    const { name = method, transactional: isTransactional = false } = given;
    requireNamed(name, '@Action', method);
    actions[name] = (...args) => call(method, args);
    if (isTransactional) transactional.push(name);
  }
  const steps = new Map<string, InvokedStep>();
  for (const { method, options: given } of stepMethodsOf(target)) {
    const { name = method, retry, timeout, ...others } = given;
    checkStepOptions(given, `${place}.${method}()`);
    for (const option of Object.keys(others)) {
      throw new WorkflowDefinitionError(
        `The step ${place}.${method}() has the option ${option}, which is for other models. A state machine invokes it when it enters a state: leave it out.`,
      );
    }
    requireNamed(name, '@Step', method);
    steps.set(name, {
      call: (...args) => call(method, args),
      ...(retry !== undefined && { retry }),
      ...(timeout !== undefined && { timeout }),
    });
  }
  const complete = machine.provide({ guards, actions, actors: actorsOf(steps) }) as typeof machine;
  return defineMachine(metadata.name, machine, options, { machine: complete, transactional, steps, target });
}

/** For the pure transition an invoked step is an actor that has not answered yet. */
function actorsOf(steps: ReadonlyMap<string, InvokedStep>): Record<string, object> {
  const actors: Record<string, object> = {};
  for (const name of steps.keys()) {
    actors[name] = {
      transition: (snapshot: unknown) => snapshot,
      getInitialSnapshot: (_scope: unknown, input: unknown) => ({ status: 'active', input }),
      getPersistedSnapshot: (snapshot: unknown) => snapshot,
    };
  }
  return actors;
}

/** Stands for names that are given only while the machine runs. */
const UNSEEN = Symbol('unseen');

/** Every text and key in a machine: a name that is none of them is used nowhere. */
function namesIn(part: unknown, names = new Set<string | symbol>(), seen = new Set<unknown>()): Set<string | symbol> {
  if (typeof part === 'string') names.add(part);
  if (typeof part !== 'function' && (typeof part !== 'object' || part === null)) return names;
  if (seen.has(part)) return names;
  seen.add(part);
  // What `enqueueActions` makes says its names only when it is called.
  if ('collect' in part) names.add(UNSEEN);
  for (const [key, value] of Object.entries(part)) {
    names.add(key);
    namesIn(value, names, seen);
  }
  return names;
}
