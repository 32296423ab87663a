import { runScenario } from './scenario.js';

/** Failing seeds that are shown; a mutant is caught by one. */
const AT_MOST = process.env['SIMULATION_FAIL_FAST'] === undefined ? 5 : 1;
const SEEDS = Number(process.env['SIMULATION_SEEDS'] ?? 20);

describe('The simulated cluster', () => {
  it('keeps every promise, whatever the seed', async () => {
    const failures: string[] = [];
    for (let seed = 1; seed <= SEEDS && failures.length < AT_MOST; seed++) {
      const { violations } = await runScenario(seed);
      if (violations[0] !== undefined) failures.push(`seed ${seed}: ${violations[0]}`);
    }

    expect(failures).toEqual([]);
  }, 120_000);

  it('repeats a seed step by step', async () => {
    for (const seed of [3, 7, 11]) {
      const first = await runScenario(seed);
      const second = await runScenario(seed);

      expect([second.digest, second.steps]).toEqual([first.digest, first.steps]);
    }
  });
});
