import { disturbSomebody } from '../faults/connections.js';
import { strike } from '../faults/plan.js';
import { killSomebody } from '../faults/processes.js';
import { part, playAll, type Scenario } from './scenario.js';

/** Processes die at named points and at random, on bad connections, with wrong clocks, and among writes that fail because of others. */
export const kills: Scenario = {
  name: 'kills',
  rounds: 20,
  crew: { size: 4, isOdd: true },
  async act(round, share) {
    const count = part(16, share);
    const everyMs = 700;
    await round.raiseConflicts(25);
    await Promise.all([
      playAll(round, part(100, share), count * everyMs),
      round.cast.play('fan', 'the-fan', { width: part(1_000, share) }),
      strike(round, { count, everyMs }, () => killSomebody(round)),
      strike(round, { count: part(5, share), everyMs: 2 * everyMs }, () => disturbSomebody(round)),
    ]);
    await round.raiseConflicts(0);
  },
};
