import { strike } from '../faults/plan.js';
import { killSomebody } from '../faults/processes.js';
import { part, playAll, type Scenario } from './scenario.js';

const NAPS = 10;

/** Ten timers in each of hundreds of instances, while processes die; with wrong clocks. */
export const timers: Scenario = {
  name: 'timers',
  rounds: 3,
  crew: { size: 4, isOdd: true },
  async act(round, share) {
    const count = part(20, share);
    const everyMs = 600;
    const instances = part(400, share);
    await Promise.all([
      playAll(round, instances, count * everyMs, { kinds: ['delays'], input: { naps: NAPS, napMs: 150 } }),
      playAll(round, part(4, share), count * everyMs, { kinds: ['cron'] }),
      strike(round, { count, everyMs }, () => killSomebody(round)),
    ]);
    round.tally.fault('timers', instances * NAPS);
  },
};
