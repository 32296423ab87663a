import { WorkflowOptionsError } from '../core/errors/index.js';

/** The values of a graph whose state has no type of its own. @publicApi */
export type GraphValues = Record<string, unknown>;

/** What a node adds to the state. @publicApi */
export type GraphUpdate = Readonly<Record<string, unknown>>;

/** One visit: the node's name and what it added. @publicApi */
export type HistoryEntry = readonly [nodeName: string, update: GraphUpdate];

/** Merges what a node adds under one key with what is there. @publicApi */
export type StateReducer = (current: unknown, added: unknown) => unknown;

/** @publicApi */
export interface WorkflowStateOptions {
  /** @default '' */
  readonly input?: unknown;
  /** Values to begin with. */
  readonly initial?: GraphUpdate;
}

const NAMES_OF_METHODS = new Set(['get', 'asDict', 'merge', 'record', 'iteration', 'history', 'constructor']);

/**
 * What the nodes of a graph read and add to. Its values are its own properties: `state['draft']`. Those that begin with `_` are the
 * engine's: `_iteration` and `_history`, in memory `_definition_version`, the version of its graph, and in a state that was taken down
 * before its end `_position`, where it stands. A node gets it to read, and adds to it by what it returns.
 *
 * @publicApi
 */
export class WorkflowState {
  [key: string]: unknown;
  declare _iteration: number;
  declare _history: HistoryEntry[];

  /** The input and further values, or one object with both. */
  constructor(...given: readonly [input?: unknown, options?: WorkflowStateOptions]) {
    const { input = '', initial } = readState(given);
    this['input'] = input;
    this._iteration = 0;
    this._history = [];
    if (initial === undefined) return;
    for (const key of Object.keys(initial)) write(this, key, initial[key]);
    this._history = [...this._history];
  }

  /** The value of a key, or the default when there is none. */
  get<T = unknown>(key: string, fallback?: T): T {
    return (Object.hasOwn(this, key) ? this[key] : fallback) as T;
  }

  /** A shallow copy. */
  asDict(): GraphValues {
    return { ...this };
  }

  /** Adds values; keys that begin with `_` are passed over. */
  merge(update: GraphUpdate): void {
    mergeInto(this, update);
  }

  /** Notes a visit, and counts it. */
  record(nodeName: string, output: GraphUpdate): void {
    this._history.push([nodeName, output]);
    this._iteration++;
  }

  /** Visits so far. */
  get iteration(): number {
    return this._iteration;
  }

  /** The visits so far, in order. */
  get history(): readonly HistoryEntry[] {
    return this._history;
  }
}

/** The values that a run is to begin with. @throws WorkflowOptionsError for what has none @internal */
export function valuesOf(given: unknown, place: string): GraphUpdate {
  if (given == null) return {};
  if (typeof given === 'object' && !Array.isArray(given)) return given as GraphUpdate;
  throw new WorkflowOptionsError({ option: `state of ${place}`, value: given, expected: 'an object of values by key' });
}

/** An object alone is the options where it has nothing but those, and otherwise the input. */
function readState(given: readonly [input?: unknown, options?: WorkflowStateOptions]): WorkflowStateOptions {
  const [input, options] = given;
  if (given.length > 1) return { input, ...options };
  const keys = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  const isOptions = keys.length > 0 && keys.every((key) => key === 'input' || key === 'initial');
  return isOptions ? (input as WorkflowStateOptions) : { input };
}

/** @internal */
export function mergeInto(state: WorkflowState, added: GraphUpdate): void {
  for (const key of Object.keys(added)) if (!isOfEngine(key)) write(state, key, added[key]);
}

/** @internal */
export function isOfEngine(key: string): boolean {
  return key.charCodeAt(0) === UNDERSCORE;
}

const UNDERSCORE = 95;

/** A key may be called like a method, or like what an object inherits. */
function write(state: WorkflowState, key: string, value: unknown): void {
  if (key === '__proto__' || NAMES_OF_METHODS.has(key))
    Object.defineProperty(state, key, { value, enumerable: true, writable: true, configurable: true });
  else state[key] = value;
}
