import { AbortScope } from '../core/cancellation/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { isTerminal } from '../core/records/index.js';
import { delay } from '../core/time/index.js';
import { TASK_SIGNAL } from '../core/waits/index.js';

/** Between two looks at an instance that another process runs. */
const LOOK_MS = 250;

/**
 * Waits until an instance has ended, or waits for people and for nothing that is on its way.
 *
 * @returns whether it has ended
 * @internal
 */
export async function standstill(
  services: Pick<EngineServices, 'store' | 'clock' | 'bus'>,
  workflowId: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for (;;) {
    const over = new AbortScope();
    if (signal !== undefined) over.follow(signal);
    // What happens here is heard of at once, what happens elsewhere is looked for.
    const heard = new Promise<void>((resolve) => {
      const unsubscribe = services.bus.subscribe((event) => {
        if (event.workflowId === workflowId) resolve();
      });
      over.onAbort(() => {
        unsubscribe();
        resolve();
      });
    });
    try {
      const state = await look(services, workflowId);
      if (state !== 'moves') return state === 'ended';
      await Promise.race([heard, delay(services.clock, LOOK_MS, over.signal).catch(() => undefined)]);
      signal?.throwIfAborted();
    } finally {
      over.abort(new Error('looked'));
      over.dispose();
    }
  }
}

async function look(
  { store }: Pick<EngineServices, 'store'>,
  workflowId: string,
): Promise<'ended' | 'waits' | 'moves'> {
  const record = await store.find(workflowId);
  if (record === undefined || isTerminal(record.status)) return 'ended';
  if (record.status !== 'suspended') return 'moves';
  const waits = await store.findWaits({ signal: TASK_SIGNAL, workflowId, limit: 1 });
  if (waits.length === 0) return 'moves';
  const coming = await store.readUnconsumed(workflowId);
  return coming.some(({ name }) => name === TASK_SIGNAL) ? 'moves' : 'waits';
}
