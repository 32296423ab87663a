import { flag, knownOptions, refuseUnknownOptions, text } from '../core/options/index.js';
import { MethodMetadata } from './method-metadata.accessor.js';

/** @publicApi */
export interface ActionMethodOptions {
  /** What the machine calls it. @default the method's name */
  readonly name?: string;
  /** Runs it inside the transaction of its transition, with its `manager`, instead of after it. @default false */
  readonly transactional?: boolean;
}

const OPTIONS = knownOptions<ActionMethodOptions>({ name: true, transactional: true });

/** A method that carries `@Action`. @internal */
export interface ActionMethod {
  readonly method: string;
  readonly options: ActionMethodOptions;
}

const ACTION_METADATA = new MethodMetadata<ActionMethodOptions>('workflow:actions');

/**
 * Makes a method of a state machine's class one of its actions: it gets `{ context, event, machineId, version, idempotencyKey, attempt,
 * signal }` and the action's parameters; a transactional one `{ context, event, machineId, version, manager }`, in memory without a manager.
 *
 * @publicApi
 */
export function Action(options: ActionMethodOptions = {}) {
  return (prototype: object, method: string): void => {
    ACTION_METADATA.record(prototype, method, options);
  };
}

/** Refuses options of an action that nobody reads: it would run after the commit where it was meant to be inside. @throws WorkflowOptionsError @internal */
export function checkActionOptions(options: ActionMethodOptions, place: string): void {
  refuseUnknownOptions(options, OPTIONS, place);
  flag(options.transactional, false, `transactional of ${place}`);
  text(options.name, `name of ${place}`);
}

/** The methods of a class that carry `@Action`. @internal */
export function actionMethodsOf(target: { readonly prototype: object }): ActionMethod[] {
  return ACTION_METADATA.of(target).map(({ method, value }) => ({ method, options: value }));
}
