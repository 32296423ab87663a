import type { Clock, ScheduleOptions } from './clock.js';

/**
 * Waits for a while.
 *
 * @param signal Ends the wait at once: the promise rejects with the reason of the signal.
 * @internal
 */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal, options?: ScheduleOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason reaches the caller unchanged
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      timer.cancel();
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the reason reaches the caller unchanged
      reject(signal?.reason);
    };
    const timer = clock.schedule(
      delayMs,
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      options,
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
