import { part, playAll, type Scenario } from './scenario.js';

const MAX_CRASHES = 3;

/** An instance whose step ends its process is set aside after as many crashes as it may cause, and its neighbours end. */
export const poison: Scenario = {
  name: 'poison',
  rounds: 4,
  crew: { size: 2, isSick: true, worker: { maxCrashes: MAX_CRASHES } },
  async act(round, share) {
    await Promise.all([
      round.cast.play('poison', 'poison'),
      playAll(round, part(20, share), 3_000, { kinds: ['chain', 'saga', 'delays'] }),
    ]);
  },
};
