import { WorkflowInputError } from '../core/errors/index.js';
import { wholeNumberFault } from '../core/options/index.js';
import type { InstanceStatus } from '../core/records/index.js';

/** What the database's integer column holds. @internal */
export const MAX_INTEGER = 2_147_483_647;

/**
 * Reads a whole number between two bounds, both included. What callers pass on from a request is their caller's to mend, so that it is
 * refused as an input and not as an option.
 *
 * @throws WorkflowInputError naming the place.
 * @internal
 */
export function wholeInput(value: number, place: string, min = 1, max = Number.MAX_SAFE_INTEGER): number {
  const fault = wholeNumberFault(value, min, max);
  if (fault === undefined) return value;
  throw new WorkflowInputError({ place, issues: [{ path: '', message: `must be ${fault}` }] });
}

/** One status or several, each of those that are possible. @throws WorkflowInputError naming the place @internal */
export function statusesInput<S extends InstanceStatus>(
  given: S | readonly S[],
  place: string,
  possible: readonly S[],
): readonly S[] {
  const statuses = [given].flat() as S[];
  if (statuses.every((status) => possible.includes(status))) return statuses;
  throw new WorkflowInputError({ place, issues: [{ path: '', message: `must be one of ${possible.join(', ')}` }] });
}
