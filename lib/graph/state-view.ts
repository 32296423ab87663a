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

/**
 * The same, down to the last list in it: what a replay would not see, a node of a durable run cannot leave behind. What is read is
 * copied when it is first read; what is no plain data is shared.
 *
 * @internal
 */
export function privateViewOf(state: WorkflowState): WorkflowState {
  return new Proxy(state, new PrivateStateView());
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

  protected read(state: WorkflowState, key: string | symbol): unknown {
    return Reflect.get(state, key);
  }

  private own(state: WorkflowState): WorkflowState {
    if (this.copy !== undefined) return this.copy;
    const copy = Object.setPrototypeOf(
      { ...state, _history: [...state._history] },
      WorkflowState.prototype,
    ) as WorkflowState;
    this.get = (_, key) => this.read(copy, key);
    this.has = (_, key) => Reflect.has(copy, key);
    this.ownKeys = () => Reflect.ownKeys(copy);
    this.getOwnPropertyDescriptor = (_, key) => Reflect.getOwnPropertyDescriptor(copy, key);
    return (this.copy = copy);
  }
}

class PrivateStateView extends StateView {
  private readonly copies = new Map<string | symbol, unknown>();

  constructor() {
    super();
    this.get = (state, key) => this.read(state, key);
  }

  override set(state: WorkflowState, key: string | symbol, value: unknown): boolean {
    this.copies.set(key, value);
    return super.set(state, key, value);
  }

  override deleteProperty(state: WorkflowState, key: string | symbol): boolean {
    this.copies.delete(key);
    return super.deleteProperty(state, key);
  }

  protected override read(state: WorkflowState, key: string | symbol): unknown {
    const value: unknown = Reflect.get(state, key);
    // The history grows with every visit, and is the engine's.
    if (typeof value !== 'object' || value === null || key === '_history') return value;
    if (!this.copies.has(key)) this.copies.set(key, copyOf(value));
    return this.copies.get(key);
  }
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copyOf(each)]));
}
