import type { LiveSnapshot, MachineEvent } from './machine-step.js';
import type { MachineLike } from './machine-like.js';
import type { ExecutableAction, XStateLibrary } from './xstate.js';

/** One pure transition. @internal */
export type PureTransition = (
  snapshot: LiveSnapshot,
  event: MachineEvent,
) => [LiveSnapshot, readonly ExecutableAction[]];

/**
 * The pure transition of a machine. XState's own builds an actor for each, which also goes through the machine's beginning; where no
 * child is begun, whose name would stay taken, one actor serves them all.
 *
 * @internal
 */
export function pureTransitionOf(machine: MachineLike, library: XStateLibrary): PureTransition {
  const own: PureTransition = (snapshot, event) => library.transition(machine, snapshot, event);
  if (hasInvocations(machine.root as NodeLike)) return own;
  let scope: TransitionScope | undefined;
  return (snapshot, event) => {
    if (hasKeys(snapshot.children)) return own(snapshot, event);
    scope ??= createScope(machine, library);
    if (scope === undefined) return own(snapshot, event);
    scope.actions = [];
    const next = machine.transition(snapshot, event, scope) as LiveSnapshot;
    const { actions } = scope;
    if (hasKeys(next.children)) scope = undefined;
    return [next, actions];
  };
}

/** What XState calls an actor's scope: everything a transition does is collected, nothing is done. */
interface TransitionScope {
  actions: ExecutableAction[];
}

function createScope(machine: MachineLike, library: XStateLibrary): TransitionScope | undefined {
  const self = library.createActor(machine, {}) as unknown as ScopeActor;
  if (hasKeys(self.getSnapshot().children ?? {})) return undefined;
  const nothing = (): void => undefined;
  const scope = {
    actions: [] as ExecutableAction[],
    self,
    system: self.system,
    id: '',
    sessionId: '',
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: (action: ExecutableAction): void => void scope.actions.push(action),
  };
  return scope;
}

interface ScopeActor {
  readonly system: unknown;
  getSnapshot(): { readonly children?: object };
}

interface NodeLike {
  readonly invoke: readonly unknown[];
  readonly states: Readonly<Record<string, NodeLike>>;
}

function hasInvocations({ invoke, states }: NodeLike): boolean {
  return invoke.length > 0 || Object.values(states).some(hasInvocations);
}

function hasKeys(value: object): boolean {
  for (const _ in value) return true;
  return false;
}
