import { WorkflowDefinitionError, describeValue } from '../core/errors/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import { checkTable, TABLE_PROPERTIES } from './check-table.js';
import { CREATED } from './first-trigger.js';
import type { MachineLike } from './logic/machine-like.js';
import type { StateTable, TableHook, TableTransition } from './table-shape.js';

const TABLE = knownOptions<StateTable>(TABLE_PROPERTIES);

/** To XState such a target is a path that leads elsewhere; a state of that name is found by an id. */
const PATH = /[.\\]/;

/** What the first transition is called: by XState in memory, and here. */
const BEGINNINGS = new Set(['xstate.init', CREATED]);

/** XState's `createMachine`. @publicApi */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- its parameters are inferred from a configuration that is built here
export type CreateMachine = (config: any, implementations?: any) => unknown;

/**
 * Makes a machine of a plain table.
 *
 * @example
 * const light = stateTable(createMachine, {
 *   initial: 'off',
 *   transitions: [{ trigger: 'press', from: 'off', to: 'on' }, { trigger: 'press', from: 'on', to: 'off' }],
 * });
 *
 * @throws WorkflowDefinitionError for a transition into or out of nothing, a trigger that is XState's own or stands for many, or a hook of
 * a state that there is not; WorkflowOptionsError for an unknown property
 * @publicApi
 */
export function stateTable<S extends string>(createMachine: CreateMachine, table: StateTable<S>): MachineLike {
  if (typeof table !== 'object' || table === null) {
    throw new WorkflowDefinitionError(`The table is ${describeValue(table)}. Give { initial, transitions: [{ … }] }.`);
  }
  const { id = 'table', initial, transitions, final = [], onEnter = {}, onExit = {}, onTransition } = table;
  const place = `table "${id}"`;
  refuseUnknownOptions(table, TABLE, place);
  const names = checkTable(table, place);
  const guards: Record<string, NonNullable<TableTransition['guard']>> = {};
  const actions: Record<string, TableHook> = {};
  if (onTransition !== undefined) {
    actions['onTransition'] = (args) => (BEGINNINGS.has(args.event.type) ? undefined : onTransition(args));
  }
  // Without prototypes: a state or a trigger may be called as something that every object has.
  const states = Object.create(null) as Record<string, StateConfig>;
  for (const [index, name] of [...names].entries()) {
    if (name.startsWith('#')) {
      throw new WorkflowDefinitionError(
        `The ${place} has the state "${name}". Begin no state with "#": that is XState's.`,
      );
    }
    states[name] = {
      ...(PATH.test(name) && { id: `state ${index + 1}` }),
      on: Object.create(null) as StateConfig['on'],
      entry: onTransition === undefined ? [] : ['onTransition'],
      exit: [],
      ...(final.includes(name as S) && { type: 'final' as const }),
    };
  }
  const hook = (kind: 'entry' | 'exit', hooks: Readonly<Partial<Record<string, TableHook>>>): void => {
    for (const [name, call] of Object.entries(hooks)) {
      if (call === undefined) continue;
      actions[`${kind} ${name}`] = call;
      (states[name] as StateConfig)[kind].unshift(`${kind} ${name}`);
    }
  };
  hook('entry', onEnter);
  hook('exit', onExit);
  for (const [index, { trigger, from, to, guard }] of transitions.entries()) {
    if (guard !== undefined) guards[`guard ${index}`] = guard;
    for (const name of [from].flat()) {
      // Like every other line, one that leads to where it begins leaves and enters.
      const line = {
        target: states[to]?.id === undefined ? to : `#${states[to].id}`,
        reenter: true,
        ...(guard !== undefined && { guard: `guard ${index}` }),
      };
      ((states[name] as StateConfig).on[trigger] ??= []).push(line);
    }
  }
  return createMachine({ id, initial, states }, { guards, actions }) as MachineLike;
}

interface StateConfig {
  readonly id?: string;
  readonly on: Record<string, { readonly target: string; readonly reenter: boolean; readonly guard?: string }[]>;
  readonly entry: string[];
  readonly exit: string[];
  readonly type?: 'final';
}
