import { strike } from '../faults/plan.js';
import { killSomebody } from '../faults/processes.js';
import { part, playAll, type Scenario } from './scenario.js';

/** Ten letters to each of hundreds of instances, while processes die. */
export const signals: Scenario = {
  name: 'signals',
  rounds: 3,
  crew: { size: 4, tellsSteps: false },
  async act(round, share) {
    const count = part(20, share);
    const everyMs = 600;
    const instances = part(400, share);
    await Promise.all([
      playAll(round, instances, count * everyMs, { kinds: ['letters'] }),
      playAll(round, part(10, share), count * everyMs, { kinds: ['generations'] }),
      strike(round, { count, everyMs }, () => killSomebody(round)),
    ]);
    round.tally.fault('signals', round.cast.posted.size);
  },
};
