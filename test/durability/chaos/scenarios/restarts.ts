import { pause } from '../cast.js';
import { strike } from '../faults/plan.js';
import { part, playAll, type Scenario } from './scenario.js';

/** The database is restarted without a warning; the processes stay. */
export const restarts: Scenario = {
  name: 'restarts',
  rounds: 5,
  crew: { size: 3 },
  async act(round, share) {
    const count = part(6, share);
    await Promise.all([
      playAll(round, part(340, share), count * 2_500),
      strike(round, { count, everyMs: 2_000, atOnce: 1 }, async () => {
        round.tally.fault('database restart');
        await round.rig.server.crash();
        await pause(round.between(0, 1_000));
        await round.rig.server.recover();
        await pause(500);
      }),
    ]);
  },
};
