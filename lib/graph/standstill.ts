import { AbortScope } from '../core/cancellation/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { isTerminal } from '../core/records/index.js';
import { delay } from '../core/time/index.js';
import { TASK_SIGNAL } from '../core/waits/index.js';

/** Between two looks at an instance that another process runs. */
const LOOK_MS = 250;

/** How an instance stands: it moves, waits for people and for nothing that is on its way, or has ended. @internal */
export type Standing = 'moves' | 'waits' | 'ended';

type LookServices = Pick<EngineServices, 'store' | 'clock' | 'bus'>;

/**
 * Looks at an instance again and again: when something is heard of it here, and every now and then for what happens elsewhere. Ends
 * when it has ended.
 *
 * @internal
 */
export async function* looks(
  services: LookServices,
  workflowId: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Standing, undefined> {
  for (;;) {
    const over = new AbortScope();
    if (signal !== undefined) over.follow(signal);
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
      const standing = await look(services, workflowId);
      yield standing;
      if (standing === 'ended') return undefined;
      await Promise.race([heard, delay(services.clock, LOOK_MS, over.signal).catch(() => undefined)]);
      signal?.throwIfAborted();
    } finally {
      over.abort(new Error('looked'));
      over.dispose();
    }
  }
}

/** Waits until an instance does not move. @returns whether it has ended @internal */
export async function standstill(
  services: LookServices,
  workflowId: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for await (const standing of looks(services, workflowId, signal))
    if (standing !== 'moves') return standing === 'ended';
  return true;
}

async function look({ store }: Pick<EngineServices, 'store'>, workflowId: string): Promise<Standing> {
  const record = await store.find(workflowId);
  if (record === undefined || isTerminal(record.status)) return 'ended';
  if (record.status !== 'suspended') return 'moves';
  const waits = await store.findWaits({ signal: TASK_SIGNAL, workflowId, limit: 1 });
  if (waits.length === 0) return 'moves';
  const coming = await store.readUnconsumed(workflowId);
  return coming.some(({ name }) => name === TASK_SIGNAL) ? 'moves' : 'waits';
}
