import { strike } from '../faults/plan.js';
import { freezeSomebody } from '../faults/processes.js';
import { part, playAll, type Scenario } from './scenario.js';

/** Processes stand still for longer than their leases, also between an effect and its record, and go on. */
export const freezes: Scenario = {
  name: 'freezes',
  rounds: 5,
  crew: { size: 6, tellsSteps: false },
  async act(round, share) {
    const count = part(20, share);
    const everyMs = 900;
    await Promise.all([
      playAll(round, part(60, share), count * everyMs),
      // Somebody is always in the middle of a body.
      playAll(round, part(120, share), count * everyMs * 1.5, { kinds: ['lengthy'], input: { bodyMs: 900 } }),
      strike(round, { count, everyMs, atOnce: 3 }, (index) =>
        freezeSomebody(round, index % 3 !== 0 ? 'behind an effect' : 'anywhere'),
      ),
    ]);
  },
};
