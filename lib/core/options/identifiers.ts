import { WorkflowOptionsError } from '../errors/index.js';

const IDENTIFIER = /^[a-z_][a-z0-9_]*$/;
/** Postgres cuts longer names without a word, and then two names are one. @internal */
export const MAX_IDENTIFIER_LENGTH = 63;

/**
 * Refuses what is no plain name of a table or schema: it is put into the text of statements.
 *
 * @throws WorkflowOptionsError
 * @internal
 */
export function requireIdentifier(option: string, value: string, maxLength = MAX_IDENTIFIER_LENGTH): void {
  if (typeof value === 'string' && IDENTIFIER.test(value) && value.length <= maxLength) return;
  throw new WorkflowOptionsError({
    option,
    value,
    expected: `lower-case letters, digits and underscores, not starting with a digit, ${maxLength} characters at most`,
  });
}
