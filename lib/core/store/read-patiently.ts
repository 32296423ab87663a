import { isWorkflowStoreError } from '../errors/index.js';
import { delay, type Clock } from '../time/index.js';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Reads from the store, and asks again until it answers: a read changes nothing, and an instance must not be given up because one
 * answer was lost.
 *
 * @param isOver Whether the answer has become pointless; the last error is thrown then.
 * @internal
 */
export async function readPatiently<T>(clock: Clock, read: () => Promise<T>, isOver: () => boolean): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await read();
    } catch (error) {
      if (!isWorkflowStoreError(error) || !error.retryable || isOver()) throw error;
    }
    await delay(clock, pauseMs);
  }
}
