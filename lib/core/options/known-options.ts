import { WorkflowOptionsError } from '../errors/index.js';
import { nearest } from './nearest.js';

/** The options that one place takes. @internal */
export type KnownOptions = ReadonlySet<string>;

/** Names every option of a type: one that is added to the type and not here does not compile. @internal */
export function knownOptions<T extends object>(names: Readonly<Record<keyof T & string, true>>): KnownOptions {
  return new Set(Object.keys(names));
}

/**
 * Refuses anything but an object with known properties: a misspelt option would otherwise silently be its default. One walk over the
 * keys that were given, so that it may stand on the way of every step.
 *
 * @param place Whose options they are: `step "charge"`; empty for the module.
 * @param path The option that the object itself is, where it stands inside others: `retry.backoff`.
 * @throws WorkflowOptionsError naming place and option, the option that was probably meant, and those there are.
 *
 * @internal
 */
export function refuseUnknownOptions(given: unknown, known: KnownOptions, place: string, path = ''): void {
  if (given === undefined) return;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const option = optionName(path === '' ? 'options' : path, place);
    throw new WorkflowOptionsError({ option, value: given, expected: `an object with: ${listOf(known)}` });
  }
  for (const key in given) if (!known.has(key)) refuse(key, given as Record<string, unknown>, known, place, path);
}

/** How an option is called in messages: `retry.attempts of step "charge"`. @internal */
export function optionName(path: string, place: string): string {
  return place === '' ? path : `${path} of ${place}`;
}

function refuse(
  key: string,
  given: Readonly<Record<string, unknown>>,
  known: KnownOptions,
  place: string,
  path: string,
): never {
  const meant = nearest(key, known);
  throw new WorkflowOptionsError({
    option: optionName(path === '' ? key : `${path}.${key}`, place),
    value: given[key],
    expected:
      'left out, because there is no such option. ' +
      `${meant === undefined ? '' : `Did you mean "${meant}"? `}Known are ${listOf(known)}`,
  });
}

function listOf(known: KnownOptions): string {
  return [...known].join(', ');
}
