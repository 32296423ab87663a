import { WorkflowState } from './workflow-state.js';

/**
 * The state as one visit sees it: what the node writes into it is its own, and lost with the visit. Copied when it is first written to,
 * because few nodes do.
 *
 * @internal
 */
export function viewOf(state: WorkflowState): WorkflowState {
  return new Proxy(state, new StateView());
}

/** Reads go to the state itself, without a trap, until there is a copy. */
class StateView implements ProxyHandler<WorkflowState> {
  declare get?: (state: WorkflowState, key: string | symbol) => unknown;
  declare has?: (state: WorkflowState, key: string | symbol) => boolean;
  declare ownKeys?: () => (string | symbol)[];
  declare getOwnPropertyDescriptor?: (state: WorkflowState, key: string | symbol) => PropertyDescriptor | undefined;
  declare private copy?: WorkflowState;

  set(state: WorkflowState, key: string | symbol, value: unknown): boolean {
    return Reflect.set(this.own(state), key, value);
  }

  defineProperty(state: WorkflowState, key: string | symbol, descriptor: PropertyDescriptor): boolean {
    return Reflect.defineProperty(this.own(state), key, descriptor);
  }

  deleteProperty(state: WorkflowState, key: string | symbol): boolean {
    return Reflect.deleteProperty(this.own(state), key);
  }

  private own(state: WorkflowState): WorkflowState {
    if (this.copy !== undefined) return this.copy;
    const copy = Object.setPrototypeOf(
      { ...state, _history: [...state._history] },
      WorkflowState.prototype,
    ) as WorkflowState;
    this.get = (_, key) => Reflect.get(copy, key);
    this.has = (_, key) => Reflect.has(copy, key);
    this.ownKeys = () => Reflect.ownKeys(copy);
    this.getOwnPropertyDescriptor = (_, key) => Reflect.getOwnPropertyDescriptor(copy, key);
    return (this.copy = copy);
  }
}
