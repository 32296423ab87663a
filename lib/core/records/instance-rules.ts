import { WorkflowInputError } from '../errors/index.js';
import { wholeNumber } from '../options/index.js';
import type { WorkflowAttributes, WorkflowHeaders } from './instance-record.js';
import { assertFreeText, assertKeyText } from './text-rules.js';

/** What the database's integer column holds. */
const MAX_PRIORITY = 2_147_483_647;

/** @param option How the priority is called in messages. @throws WorkflowOptionsError @internal */
export function checkPriority(priority: number, option: string): number {
  return wholeNumber(priority, priority, option, -MAX_PRIORITY, MAX_PRIORITY);
}

/** @throws WorkflowInputError naming the header @internal */
export function checkHeaders(headers: WorkflowHeaders = {}): WorkflowHeaders {
  for (const [name, value] of Object.entries(headers)) {
    assertKeyText(name, 'The name of a header');
    assertFreeText(value, `The header "${name}"`);
  }
  return { ...headers };
}

/** @throws WorkflowInputError naming the attribute @internal */
export function checkAttributes(attributes: WorkflowAttributes): WorkflowAttributes {
  for (const [name, value] of Object.entries(attributes) as [string, unknown][]) {
    assertKeyText(name, 'The name of an attribute');
    if (typeof value === 'string') assertFreeText(value, `The attribute "${name}"`);
    else if (value !== null && typeof value !== 'boolean' && !Number.isFinite(value)) {
      throw new WorkflowInputError({
        place: `The attribute "${name}"`,
        issues: [{ path: '', message: `must be a string, a finite number, a boolean or null, not ${typeof value}` }],
      });
    }
  }
  return attributes;
}
