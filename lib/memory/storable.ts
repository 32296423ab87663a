import { WorkflowStoreError } from '../core/errors/index.js';

/** Refuses text that no database takes, so that what works in memory works there as well. @internal */
export function assertStorable(text: string | null | undefined): void {
  if (typeof text !== 'string' || !text.includes('\0')) return;
  throw new WorkflowStoreError(
    'A text with the character U+0000 cannot be stored. Escape it, as JSON does, before it is handed to the store.',
    { retryable: false },
  );
}

/** The same for several. @internal */
export function assertAllStorable(...texts: readonly (string | null | undefined)[]): void {
  for (const text of texts) assertStorable(text);
}
