import { LEASE_MS } from '../crew.js';
import { pause } from '../cast.js';
import type { Round } from '../round.js';

/** What may befall the way between a process and the database. */
type ConnectionFault = 'cut' | 'black hole' | 'delay' | 'terminated backends';

const FAULTS: readonly ConnectionFault[] = ['cut', 'cut', 'black hole', 'delay', 'terminated backends'];

export async function disturbSomebody(round: Round): Promise<void> {
  const slot = round.crew.take();
  if (slot === undefined) return;
  const fault = round.pick(FAULTS);
  round.tally.fault(fault);
  const { proxy } = slot;
  switch (fault) {
    case 'cut':
      proxy.cut();
      break;
    case 'black hole':
      proxy.swallow();
      await pause(round.between(0.5, 2) * LEASE_MS);
      proxy.restore();
      // The system gives up such a connection after minutes.
      proxy.cut();
      break;
    case 'delay':
      proxy.slow(round.between(0.3, 2) * LEASE_MS);
      await pause(2 * LEASE_MS);
      proxy.slow(0);
      break;
    case 'terminated backends':
      await round.bench.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1`, [
        slot.name,
      ]);
  }
  slot.isTaken = false;
}
