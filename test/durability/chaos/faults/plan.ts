import { pause } from '../cast.js';
import type { Round } from '../round.js';

/** Lets something strike so many times, the strikes apart by `everyMs` on the average, and resolves when all of them are over. */
export async function strike(
  round: Round,
  { count, everyMs, atOnce = 2 }: { readonly count: number; readonly everyMs: number; readonly atOnce?: number },
  fault: (index: number) => Promise<void>,
): Promise<void> {
  const under: Promise<void>[] = [];
  for (let index = 0; index < count; index += 1) {
    await pause(everyMs * round.between(0.4, 1.6));
    const striking = fault(index);
    // What goes wrong is heard of below.
    striking.catch(() => undefined);
    under.push(striking);
    // Not more of them at one time than leave somebody to work.
    if (under.length >= atOnce) await under.shift();
  }
  await Promise.all(under);
}
