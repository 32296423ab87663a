import { pause } from '../cast.js';
import type { Slot } from '../crew.js';
import type { Round } from '../round.js';
import { part, type Scenario } from './scenario.js';

type Build = 'v1' | 'v2';

/** A patched workflow is rolled out, back and out again, with instances under way that only the second build can end. */
export const deploy: Scenario = {
  name: 'deploy',
  rounds: 4,
  crew: { size: 4, worker: { buildId: 'v1' }, tools: () => ({ isSecondBuild: false }) },
  async act(round, share) {
    const ids: string[] = [];
    const begin = async (count: number): Promise<void> => {
      const batch = Array.from({ length: part(count, share) }, (_, index) => `rolling-${ids.length + index}`);
      ids.push(...batch);
      await Promise.all(batch.map((id) => round.cast.start('rolling', id, {})));
    };
    for (const [turn, build] of (['v2', 'v1', 'v2'] as const).entries()) {
      await begin(40);
      // In the end one of the first build is left: what the second had patched, and died before it did more, has gone the first one's way
      // under it, and is the first one's to end.
      for (const slot of round.crew.slots.slice(turn === 2 ? 1 : 0)) {
        await begin(8);
        await roll(round, slot, build);
      }
    }
    await Promise.all(ids.map((id) => round.cast.send(id, 'release', true)));
  },
};

/** Every other process is stopped as a deployment stops it, the others are killed. */
async function roll(round: Round, slot: Slot, buildId: Build): Promise<void> {
  slot.isTaken = true;
  round.tally.fault(`deployed ${buildId}`);
  const more = { worker: workerOf(buildId), tools: { isSecondBuild: buildId === 'v2' } };
  if (round.chance.random() < 0.5) await slot.process.ask('stop');
  await round.crew.kill(slot, more);
  await pause(round.between(0, 300));
  slot.isTaken = false;
}

function workerOf(buildId: Build) {
  return { id: '', leaseDuration: 1_000, heartbeatInterval: 250, pollInterval: 150, buildId };
}
