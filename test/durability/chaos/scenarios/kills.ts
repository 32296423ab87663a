import { disturbSomebody } from '../faults/connections.js';
import { strike } from '../faults/plan.js';
import { killSomebody } from '../faults/processes.js';
import { part, playAll, type Scenario } from './scenario.js';

/** Processes die at named points and at random, on bad connections, with wrong clocks, and among writes that fail because of others. */
export const kills: Scenario = {
  name: 'kills',
  rounds: 8,
  crew: { size: 4, isOdd: true },
  async act(round, share) {
    const count = part(40, share);
    const everyMs = 400;
    await round.raiseConflicts(25);
    await Promise.all([
      playAll(round, part(250, share), 2 * count * everyMs),
      round.cast.play('fan', 'the-fan', { width: part(1_000, share) }),
      strike(round, { count, everyMs, atOnce: 3 }, () => killSomebody(round)),
      strike(round, { count: part(6, share), everyMs: 4 * everyMs }, () => disturbSomebody(round)),
    ]);
    await round.raiseConflicts(0);
  },
};
