import type { LiveSnapshot, MachineEvent } from './machine-step.js';
import type { MachineLike } from './machine-like.js';
import type { ExecutableAction, XStateLibrary } from './xstate.js';

/** What is sent to the machine that invoked this one; the name is XState's own. @internal */
export const PARENT = '#_parent';

/** What a pure transition answers. @internal */
export type PureStep = [LiveSnapshot, readonly ExecutableAction[]];

/** One pure transition. @internal */
export type PureTransition = (snapshot: LiveSnapshot, event: MachineEvent) => PureStep;

/** The pure beginning of a machine. @internal */
export function pureBeginningOf(machine: MachineLike, library: XStateLibrary): (input: unknown) => PureStep {
  const child = asChild(machine);
  return (input) => library.initialTransition(child, input);
}

/**
 * The pure transition of a machine. XState's own builds an actor for each, which also goes through the machine's beginning; where no
 * child is begun, whose name would stay taken, one actor serves them all.
 *
 * @internal
 */
export function pureTransitionOf(machine: MachineLike, library: XStateLibrary): PureTransition {
  const child = asChild(machine);
  const own: PureTransition = (snapshot, event) => library.transition(child, snapshot, event);
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
  self._parent ??= parentStub;
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

/** Stands for the machine that invoked this one: which that is, only the machine's id tells. */
const parentStub: object = actorStub(PARENT);

/** The machine as it is where another one has invoked it; without a parent, XState would send what is meant for it to the machine itself. */
function asChild(machine: MachineLike): MachineLike {
  const withParent = (scope: { readonly self: ScopeActor }): object => {
    scope.self._parent ??= parentStub;
    return scope;
  };
  return Object.assign(Object.create(machine) as MachineLike, {
    transition: (snapshot: unknown, event: unknown, scope: { readonly self: ScopeActor }): unknown =>
      machine.transition(snapshot, event, withParent(scope)),
    getInitialSnapshot: (scope: { readonly self: ScopeActor }, input: unknown): unknown =>
      machine.getInitialSnapshot(withParent(scope), input),
  });
}

/** Stands for an actor that runs elsewhere, so that a machine can send to it and stop it. @internal */
export function actorStub(id: string): object {
  const nothing = (): void => undefined;
  return { id, sessionId: id, xstate$$type: 1, send: nothing, start: nothing, getPersistedSnapshot: () => ({}) };
}

interface ScopeActor {
  _parent?: object;
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
