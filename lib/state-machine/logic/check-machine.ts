import { WorkflowDefinitionError } from '../../core/errors/index.js';
import { workflowOfActor } from '../workflow-actor.js';
import { isMachine, isPromise } from './actor-kinds.js';
import type { MachineLike } from './machine-like.js';

interface StateNodeLike {
  readonly id: string;
  readonly config: { readonly after?: object };
  readonly entry: readonly unknown[];
  readonly exit: readonly unknown[];
  readonly invoke: readonly { readonly id: string; readonly src: unknown; readonly onSnapshot?: unknown }[];
  readonly states: Readonly<Record<string, StateNodeLike>>;
  readonly transitions: ReadonlyMap<string, readonly TransitionLike[]>;
  readonly always?: readonly TransitionLike[];
  readonly initial?: { readonly actions?: readonly unknown[] };
}

interface TransitionLike {
  readonly actions?: readonly unknown[];
  readonly guard?: unknown;
}

interface Implementations {
  readonly actions: object;
  readonly guards: object;
  readonly actors: object;
  readonly delays: object;
}

/**
 * Refuses what another process, or a later one, could not find again: actions and actors without a name, and names without an
 * implementation; and what would never come: events for a workflow, and the snapshots of a child.
 *
 * @throws WorkflowDefinitionError naming the machine, the place and the mend
 * @internal
 */
export function checkMachine(name: string, machine: MachineLike, steps: ReadonlySet<string>): void {
  const known = machine.implementations as Implementations;
  const sends: { readonly place: string; readonly to: string }[] = [];
  const deaf = new Set<string>();
  const hearing = new Set<string>();
  const visit = (node: StateNodeLike): void => {
    const place = `the state machine "${name}" at "${node.id}"`;
    const actions = [...node.entry, ...node.exit, ...(node.initial?.actions ?? [])];
    const transitions = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
    for (const { actions: own, guard } of transitions) {
      actions.push(...(own ?? []));
      checkGuard(place, guard, known.guards);
    }
    for (const action of actions) {
      checkAction(place, action, known.actions);
      const { to } = (action ?? {}) as { readonly to?: unknown };
      if (typeof action === 'function' && typeof to === 'string') sends.push({ place, to });
    }
    for (const delay of Object.keys(node.config.after ?? {})) {
      // XState would take one that it does not know for none at all.
      if (Number.isNaN(Number(delay)) && !Object.hasOwn(known.delays, delay)) throw missing(place, 'delay', delay);
    }
    for (const { id, src, onSnapshot } of node.invoke) {
      if (onSnapshot !== undefined) throw unseen(place, id);
      if (typeof src !== 'string' || src.startsWith('xstate.invoke.')) {
        throw new WorkflowDefinitionError(
          `In ${place} the invoked actor "${id}" has no name, so no other process could go on with it. Name it in setup({ actors: { … } }).`,
        );
      }
      if (steps.has(src)) continue;
      const isWorkflow = workflowOfActor((known.actors as Record<string, unknown>)[src]) !== undefined;
      (isWorkflow ? deaf : hearing).add(id);
      if (!Object.hasOwn(known.actors, src)) throw missing(place, 'actor', src, '@Step()');
      checkActor(place, src, (known.actors as Record<string, unknown>)[src]);
    }
    for (const child of Object.values(node.states)) visit(child);
  };
  for (const guard of Object.values(known.guards)) checkGuard(`the state machine "${name}"`, guard, known.guards);
  visit(machine.root as StateNodeLike);
  for (const { place, to } of sends) if (deaf.has(to) && !hearing.has(to)) throw unheard(place, to);
}

function unseen(place: string, id: string): WorkflowDefinitionError {
  return new WorkflowDefinitionError(
    `In ${place} the invoked actor "${id}" has onSnapshot, but what a durable child passes through is not told. Let the child say what matters by sendParent, or take its output by onDone.`,
  );
}

function unheard(place: string, id: string): WorkflowDefinitionError {
  return new WorkflowDefinitionError(
    `In ${place} stands a sendTo for "${id}", which is a workflow and takes no events. Send it a signal by an action of your own (WorkflowClient.signal), or invoke a state machine.`,
  );
}

/** A guard, or each of those that `and`, `or` and `not` ask. */
function checkGuard(place: string, guard: unknown, known: object): void {
  const named = nameOf(guard);
  if (named !== undefined && !Object.hasOwn(known, named)) throw missing(place, 'guard', named, '@Guard()');
  const { guards = [] } = (guard ?? {}) as { readonly guards?: readonly unknown[] };
  for (const part of guards) checkGuard(place, part, known);
}

function checkAction(place: string, action: unknown, known: object): void {
  // What XState makes itself (assign, raise, sendTo …) is resolved by the pure transition, and never run.
  if (typeof action === 'function' && 'resolve' in action) return;
  const named = nameOf(action);
  if (named === undefined) {
    throw new WorkflowDefinitionError(
      `In ${place} stands an action without a name, so no other process could run it. Name it in setup({ actions: { … } }) and refer to it by its name.`,
    );
  }
  if (!Object.hasOwn(known, named)) throw missing(place, 'action', named, '@Action()');
}

function checkActor(place: string, name: string, logic: unknown): void {
  if (isMachine(logic) || workflowOfActor(logic) !== undefined || isPromise(logic)) return;
  throw new WorkflowDefinitionError(
    `In ${place} the actor "${name}" cannot be made durable: only promises, state machines and workflowActor(…) can.`,
  );
}

function nameOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const type = (value as { type?: unknown } | undefined)?.type;
  return typeof value === 'object' && typeof type === 'string' ? type : undefined;
}

function missing(place: string, kind: string, name: string, decorator?: string): WorkflowDefinitionError {
  const method = decorator === undefined ? '' : `, or put ${decorator} on a method of that name`;
  return new WorkflowDefinitionError(
    `In ${place} the ${kind} "${name}" has no implementation. Give one in setup({ ${kind}s: { … } })${method}.`,
  );
}
