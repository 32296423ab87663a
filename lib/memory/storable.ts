import { WorkflowStoreError } from '../core/errors/index.js';

/** Refuses text that no database takes, so that what works in memory works there as well. @internal */
export function assertStorable(...texts: readonly (string | null | undefined)[]): void {
  for (const text of texts) {
    if (typeof text === 'string' && text.includes('\0')) {
      throw new WorkflowStoreError(
        'A text with the character U+0000 cannot be stored. Escape it, as JSON does, before it is handed to the store.',
        { retryable: false },
      );
    }
  }
}
