import { describeValue, WorkflowDefinitionError } from '../core/errors/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import { isStorableText } from '../core/serialization/index.js';
import type { StateTable, TableTransition } from './table-shape.js';

/** What a table has. @internal */
export const TABLE_PROPERTIES = {
  id: true,
  initial: true,
  transitions: true,
  final: true,
  onExit: true,
  onEnter: true,
  onTransition: true,
} as const;

const LINE = knownOptions<TableTransition>({ trigger: true, from: true, to: true, guard: true });

/**
 * Reads a table before anything is made of it.
 *
 * @param place Whose it is: `table "light"`.
 * @returns its states: where it begins, and what its lines name
 * @throws WorkflowDefinitionError naming place, line and mend; WorkflowOptionsError for an unknown property of a line
 * @internal
 */
export function checkTable(table: StateTable, place: string): ReadonlySet<string> {
  const refuse = (message: string): never => {
    throw new WorkflowDefinitionError(`The ${place} ${message}`);
  };
  const { initial, final = [], onEnter = {}, onExit = {}, onTransition } = table;
  const transitions: readonly TableTransition[] = table.transitions;
  if (!isState(initial)) refuse(`begins in ${describeValue(initial)}. Give the name of a state as initial.`);
  if (!Array.isArray(table.transitions))
    refuse('has no list of transitions. Give transitions: [{ trigger, from, to }].');
  if (!Array.isArray(table.final ?? [])) refuse(`ends in ${describeValue(final)}. Give a list of states as final.`);
  const names = new Set<string>([initial]);
  for (const [index, line] of transitions.entries()) {
    for (const name of checkLine(line, final, `${place}, transition ${index + 1}`)) names.add(name);
  }
  for (const name of final) {
    if (!names.has(name)) refuse(`ends in ${describeValue(name)}, which is none of its states.`);
  }
  for (const [kind, hooks] of Object.entries({ onEnter, onExit })) {
    if (typeof hooks !== 'object' || hooks === null) {
      refuse(`has ${describeValue(hooks)} as ${kind}. Give an object with a function for each state.`);
    }
    for (const [name, hook] of Object.entries(hooks)) {
      if (!names.has(name)) refuse(`has a hook for "${name}", which is none of its states.`);
      if (hook !== undefined && typeof hook !== 'function') refuse(`has a hook for "${name}" that is no function.`);
    }
  }
  if (onTransition !== undefined && typeof onTransition !== 'function') {
    refuse('has an onTransition that is no function.');
  }
  return names;
}

/** @returns the states that a line names */
function checkLine(line: TableTransition, final: readonly string[], place: string): readonly string[] {
  const refuse = (message: string): never => {
    throw new WorkflowDefinitionError(`In the ${place} ${message}`);
  };
  if (typeof line !== 'object' || line === null) refuse('stands nothing. Give { trigger, from, to }.');
  refuseUnknownOptions(line, LINE, place);
  const { trigger, from, to, guard } = line;
  if (!isName(trigger)) refuse(`the trigger is ${describeValue(trigger)}. Give it a name.`);
  if (trigger.startsWith('xstate.')) {
    refuse(`the trigger "${trigger}" begins with "xstate.": such events are the machine's own. Give it another name.`);
  }
  if (trigger === '*' || trigger.endsWith('.*')) {
    refuse(`the trigger "${trigger}" stands for many. Give a line for each; a table takes them by their names.`);
  }
  const sources = [from].flat() as readonly string[];
  if (sources.length === 0) refuse('from is empty. Name the states that it leads out of.');
  for (const name of sources) {
    if (!isState(name)) refuse(`from is ${describeValue(name)}. Name the state that it leads out of, or several.`);
    if (final.includes(name)) refuse(`the way leads out of "${name}", in which the machine ends.`);
  }
  if (!isState(to)) refuse(`to is ${describeValue(to)}. Name the state that it leads to.`);
  if (guard !== undefined && typeof guard !== 'function') {
    refuse(`the guard is ${describeValue(guard)}. Give a function ({ event }) => boolean.`);
  }
  return [...sources, to];
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && isStorableText(value);
}

/** What may be a key of an object without changing it. */
function isState(value: unknown): value is string {
  return isName(value) && value !== '__proto__';
}
