import { KINDS, pause, type Kind } from '../cast.js';
import { strike } from '../faults/plan.js';
import { killSomebody } from '../faults/processes.js';
import type { Round } from '../round.js';
import { part, type Scenario } from './scenario.js';

/** Instances of all kinds are cancelled at any moment of their lives, before them and after. */
export const cancels: Scenario = {
  name: 'cancels',
  rounds: 5,
  crew: { size: 3 },
  async act(round, share) {
    const kinds = KINDS.filter((kind) => kind !== 'lengthy' && kind !== 'fan').concat('trip', 'trip', 'booking');
    const races = part(400, share);
    await Promise.all([
      strike(round, { count: part(10, share), everyMs: 800 }, () => killSomebody(round)),
      ...Array.from({ length: races }, async (_, index) => {
        const kind = kinds[index % kinds.length] as Kind;
        const id = round.cast.newId(kind);
        await pause(round.between(0, 4_000 + 4_000 * share));
        const playing = round.cast.play(kind, id, { pauseMs: Math.floor(round.between(0, 40)) }, 200);
        if (round.chance.random() < 0.5) await hasRecorded(round, id, round.between(0, 12));
        else await pause(round.between(0, 1_500) * round.chance.random());
        await round.cast.cancel(id);
        await playing;
      }),
    ]);
    round.tally.fault('cancel races', races);
  },
};

/** Until so many entries are recorded, or the instance has ended; races with an end are hard to come by otherwise. */
async function hasRecorded(round: Round, id: string, count: number): Promise<void> {
  for (let look = 0; look < 100; look += 1) {
    const [row] = await round.bench.sql<{ ended: boolean; entries: number }>(
      `SELECT i.ended_at IS NOT NULL AS ended, (SELECT count(*)::int4 FROM ${round.bench.table('entries')} e WHERE e.instance_no = i.no) AS entries
       FROM ${round.bench.table('instances')} i WHERE i.id = $1`,
      [id],
    );
    if (row !== undefined && (row.ended || row.entries >= count)) return;
    await pause(30);
  }
}
