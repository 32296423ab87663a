import { isThorough } from '../utils/sweep.js';
import type { Slot } from './crew.js';
import { playRound } from './play-round.js';
import { Rig } from './rig.js';
import { Round } from './round.js';
import { SCENARIOS, type Scenario } from './scenarios/index.js';

// Another one with every run, which says which where it fails; the same one in CI, where a change is judged by what it changes.
const seed = process.env['CRASH_SEED'] ?? (process.env['CI'] === 'true' ? '1' : String(process.pid));

/** How much of a round of each; `npm run chaos` plays all of it. */
const SHORT: Readonly<Record<string, number>> = { kills: 0.06, freezes: 0.08, cancels: 0.03 };

const rounds = SCENARIOS.flatMap((scenario): [string, Scenario, number][] => {
  const share = isThorough ? 1 : SHORT[scenario.name];
  return share === undefined ? [] : [[scenario.name, scenario, share]];
});

describe(`a cluster in which everything fails, seed ${seed}`, () => {
  let rig: Rig;

  beforeAll(async () => {
    rig = await Rig.open();
  }, 120_000);

  afterAll(() => rig.close());

  it.each(rounds)(
    'keeps every promise in a round of %s',
    async (_name, scenario, share) => {
      const { violations, instances, faults } = await playRound(rig, scenario, seed, share);

      expect(violations).toEqual([]);
      expect(instances).toBeGreaterThan(0);
      expect(Object.keys(faults).length).toBeGreaterThan(0);
    },
    500_000,
  );

  it('goes on with the work of a process whose successor failed to start', async () => {
    const round = await Round.begin(rig, seed, { size: 1 });
    const slot = round.crew.take() as Slot;
    await slot.process.kill();
    void slot.proxy.loseNext('request', '');

    await round.crew.kill(slot);
    await round.cast.play('chain', 'a-chain');

    expect(await round.finish()).toEqual({
      instances: 1,
      faults: expect.objectContaining({ 'start failed': 1 }) as unknown,
      violations: [],
    });
  }, 60_000);
});
