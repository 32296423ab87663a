import { WorkflowOptionsError } from './core/errors/index.js';
import { nearest } from './core/options/index.js';
import type { WorkflowModuleOptions } from './workflow-module-options.interface.js';
import { WORKFLOW_OPTION_NAMES } from './workflow.options.js';

/** Every variable's name begins with it, and it stands between the names that are inside each other. */
const PREFIX = 'WORKFLOW__';
const SEPARATOR = '__';

/** Options that no text can give. */
const OBJECTS: ReadonlySet<string> = new Set([
  'store',
  'codec',
  'serializer',
  'clock',
  'retry.retryIf',
  'bulk.circuitBreakerConfig',
]);

/** Options that stay the text they are, whatever it looks like. */
const TEXTS: ReadonlySet<string> = new Set([
  ...['typeorm.dataSource', 'typeorm.schema', 'typeorm.tablePrefix', 'typeorm.stateTable'],
  ...['worker.id', 'worker.buildId'],
]);

type Values = Record<string, unknown>;

/**
 * The module's options from environment variables: `WORKFLOW__WORKER__POLL_INTERVAL=500ms` is `worker.pollInterval`. Lay it over options
 * that are written down, or load it with `registerAs('workflow', …)` of `@nestjs/config`. Variables without a value count as not given;
 * values are checked where the options are.
 *
 * @example
 * WorkflowModule.forRoot(workflowOptionsFromEnvironment(process.env, { typeorm: true, bulk: { timeout: '1h' } }))
 *
 * @param environment @default process.env
 * @param written Options that stand where no variable says otherwise, each for itself. What is `false` there stays so, whatever
 *   variables say how it would be. @default none
 * @throws WorkflowOptionsError naming a variable that is no option, and the one that was probably meant
 * @publicApi
 */
export function workflowOptionsFromEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  written: WorkflowModuleOptions = {},
): WorkflowModuleOptions {
  return laidOver(written, read(environment)) as WorkflowModuleOptions;
}

/** A value of a variable over what is written in its place: groups option by option, as objects of the classes that they were. */
function laidOver(written: unknown, given: unknown): unknown {
  if (typeof written === 'object' && written !== null && given === true) return written;
  if (!isGroup(given)) return given;
  if (written === false) return written;
  if (typeof written !== 'object' || written === null) return given;
  const values = Object.assign(Object.create(Object.getPrototypeOf(written) as object) as Values, written);
  for (const [name, value] of Object.entries(given)) values[name] = laidOver(values[name], value);
  return values;
}

function isGroup(value: unknown): value is Values {
  return typeof value === 'object' && !Array.isArray(value);
}

function read(environment: Readonly<Record<string, string | undefined>>): Values {
  const options: Values = {};
  const variables = new Map<string, string>();
  const paths = pathsByVariable();
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || text === undefined || text.trim() === '') continue;
    const path = paths.get(spelt(variable));
    if (path === undefined) throw unknownVariable(variable, text, paths.values());
    if (OBJECTS.has(path))
      throw refusal(variable, text, `left out, because no text can be the option "${path}": give it to forRoot`);
    const other = variables.get(path);
    if (other !== undefined)
      throw refusal(variable, text, `left out beside "${other}", which is the same option in other letters`);
    variables.set(path, variable);
    place(options, path, valueOf(path, text), variable);
  }
  return options;
}

/** Puts a value where it belongs. What holds others may be given as a whole besides, as long as it does not say that there is none. */
function place(options: Values, path: string, value: unknown, variable: string): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let holder = options;
  for (const name of names) {
    if (holder[name] === undefined || holder[name] === true) holder[name] = {};
    if (typeof holder[name] !== 'object') throw besides(variable, value);
    holder = holder[name] as Values;
  }
  const before = holder[last];
  if (typeof before !== 'object') holder[last] = value;
  else if (value !== true) throw besides(variable, value);
}

function valueOf(path: string, text: string): unknown {
  if (TEXTS.has(path)) return text;
  if (path === 'purge.status') return text.split(',').map((status) => status.trim());
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

/** Every option by what its variable is called. */
function pathsByVariable(): Map<string, string> {
  const paths = Object.entries(WORKFLOW_OPTION_NAMES).flatMap(([holder, names]) =>
    [...names].map((name) => (holder === '' ? name : `${holder}.${name}`)),
  );
  return new Map(paths.map((path) => [spelt(variableOf(path)), path]));
}

/** `worker.pollInterval` is `WORKFLOW__WORKER__POLL_INTERVAL`. */
function variableOf(path: string): string {
  const names = path.split('.').map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase());
  return PREFIX + names.join(SEPARATOR);
}

/** Words may be written together, and in lower case. */
function spelt(variable: string): string {
  const names = variable.slice(PREFIX.length).split(SEPARATOR);
  return names.map((name) => name.replaceAll('_', '').toLowerCase()).join('.');
}

function unknownVariable(variable: string, text: string, paths: Iterable<string>): WorkflowOptionsError {
  const meant = nearest(variable, [...paths].filter((path) => !OBJECTS.has(path)).map(variableOf));
  const guess = meant === undefined ? '' : ` (did you mean "${meant}"?)`;
  return refusal(variable, text, `left out, because there is no such option${guess}`);
}

function besides(variable: string, value: unknown): WorkflowOptionsError {
  const expected =
    'left out beside variables that say more, or less: keep either the one that is a whole, or its parts';
  return new WorkflowOptionsError({ option: variable, value, expected });
}

function refusal(option: string, value: string, expected: string): WorkflowOptionsError {
  return new WorkflowOptionsError({ option, value, expected });
}
