import { WorkflowDefinitionError } from '../core/errors/index.js';
import { CREATED } from './first-trigger.js';
import type { MachineLike } from './logic/machine-like.js';

/** What guards and hooks of a table get. @publicApi */
export interface TableArguments {
  readonly event: { readonly type: string; readonly [property: string]: unknown };
  readonly machineId?: string;
  readonly idempotencyKey?: string;
}

/** One line of a table. @publicApi */
export interface TableTransition<S extends string = string> {
  readonly trigger: string;
  /** One state, or several. */
  readonly from: S | readonly S[];
  readonly to: S;
  /** Whether it may happen; of several lines for one state and trigger the first whose guard agrees is taken. @default always */
  readonly guard?: (args: TableArguments) => boolean;
}

/** A machine without nesting. @publicApi */
export interface StateTable<S extends string = string> {
  readonly id?: string;
  readonly initial: S;
  readonly transitions: readonly TableTransition<S>[];
  /** States in which it ends. @default none */
  readonly final?: readonly S[];
  /** Called after the commit, as steps: first that of the state that is left. */
  readonly onExit?: Readonly<Partial<Record<S, TableHook>>>;
  readonly onEnter?: Readonly<Partial<Record<S, TableHook>>>;
  /** Called last, after every transition but the first. */
  readonly onTransition?: TableHook;
}

/** @publicApi */
export type TableHook = (args: TableArguments) => unknown;

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
 * @throws WorkflowDefinitionError for a transition into or out of nothing, or a hook of a state that there is not
 * @publicApi
 */
export function stateTable<S extends string>(createMachine: CreateMachine, table: StateTable<S>): MachineLike {
  const { id = 'table', initial, transitions, final = [], onEnter = {}, onExit = {}, onTransition } = table;
  const guards: Record<string, NonNullable<TableTransition['guard']>> = {};
  const actions: Record<string, TableHook> = {};
  if (onTransition !== undefined) {
    actions['onTransition'] = (args) => (BEGINNINGS.has(args.event.type) ? undefined : onTransition(args));
  }
  const states: Record<string, StateConfig> = {};
  const names = new Set<string>([initial, ...final, ...transitions.flatMap(({ from, to }) => [...[from].flat(), to])]);
  for (const name of names) {
    states[name] = {
      on: {},
      entry: onTransition === undefined ? [] : ['onTransition'],
      exit: [],
      ...(final.includes(name as S) && { type: 'final' as const }),
    };
  }
  const hook = (kind: 'entry' | 'exit', hooks: Readonly<Partial<Record<string, TableHook>>>): void => {
    for (const [name, call] of Object.entries(hooks)) {
      const state = states[name];
      if (state === undefined)
        throw new WorkflowDefinitionError(`The table "${id}" has a hook for "${name}", which is none of its states.`);
      if (call === undefined) continue;
      actions[`${kind} ${name}`] = call;
      state[kind].unshift(`${kind} ${name}`);
    }
  };
  hook('entry', onEnter);
  hook('exit', onExit);
  for (const [index, { trigger, from, to, guard }] of transitions.entries()) {
    if (guard !== undefined) guards[`guard ${index}`] = guard;
    for (const name of [from].flat()) {
      if (final.includes(name as S)) {
        throw new WorkflowDefinitionError(`The table "${id}" leads out of "${name}", in which the machine ends.`);
      }
      // Like every other line, one that leads to where it begins leaves and enters.
      const line = { target: to, reenter: true, ...(guard !== undefined && { guard: `guard ${index}` }) };
      ((states[name] as StateConfig).on[trigger] ??= []).push(line);
    }
  }
  return createMachine({ id, initial, states }, { guards, actions }) as MachineLike;
}

interface StateConfig {
  readonly on: Record<string, { readonly target: string; readonly reenter: boolean; readonly guard?: string }[]>;
  readonly entry: string[];
  readonly exit: string[];
  readonly type?: 'final';
}
