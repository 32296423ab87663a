import { delay, systemClock } from '../core/time/index.js';

/**
 * Calls `attempt` until it gives something other than `undefined`.
 *
 * @returns what it gave, or `undefined` when it gave nothing within `forMs`.
 * @internal
 */
export async function poll<T>(
  { everyMs, forMs }: { readonly everyMs: number; readonly forMs: number },
  attempt: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = systemClock.monotonic() + forMs;
  for (;;) {
    const found = await attempt();
    if (found !== undefined || systemClock.monotonic() >= deadline) return found;
    await delay(systemClock, everyMs);
  }
}
