import { AbortScope } from '../core/cancellation/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { isTerminal } from '../core/records/index.js';
import { delay } from '../core/time/index.js';
import { TASK_SIGNAL } from '../core/waits/index.js';
import { InstanceEar, type Standing } from './instance-ear.js';

/** Between two looks at an instance that another process runs. */
const LOOK_MS = 250;

type LookServices = Pick<EngineServices, 'store' | 'clock' | 'bus'>;

/**
 * Looks at an instance again and again: when something is heard of it here, and every now and then for what happens elsewhere. Ends
 * when it has ended.
 *
 * @param ear Of an instance that was made since it was opened: what it hears is believed, and costs no look.
 * @internal
 */
export async function* looks(
  services: LookServices,
  workflowId: string,
  signal: AbortSignal | undefined,
  ear?: InstanceEar,
): AsyncGenerator<Standing, undefined> {
  const hearing = ear ?? new InstanceEar(services, workflowId);
  let isHeard = ear !== undefined;
  try {
    for (;;) {
      const news = new Promise<boolean>((resolve) => {
        hearing.listen(() => {
          resolve(true);
        });
      });
      const standing = (isHeard ? hearing.standing : undefined) ?? (await look(services, workflowId));
      yield standing;
      if (standing === 'ended') return undefined;
      isHeard = (await newsOrPause(services, news, signal)) && ear !== undefined;
      signal?.throwIfAborted();
    }
  } finally {
    hearing.close();
  }
}

/** @returns whether there was news */
async function newsOrPause(
  { clock }: Pick<EngineServices, 'clock'>,
  news: Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const over = new AbortScope();
  if (signal !== undefined) over.follow(signal);
  const quiet = (): boolean => false;
  try {
    return await Promise.race([news, delay(clock, LOOK_MS, over.signal).then(quiet, quiet)]);
  } finally {
    over.abort(new Error('looked'));
    over.dispose();
  }
}

/** Waits until an instance does not move. @param ear as in {@link looks} @returns whether it has ended @internal */
export async function standstill(
  services: LookServices,
  workflowId: string,
  signal: AbortSignal | undefined,
  ear?: InstanceEar,
): Promise<boolean> {
  for await (const standing of looks(services, workflowId, signal, ear))
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
