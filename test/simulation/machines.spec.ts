import { scaled } from './cluster.js';
import { runMachineScenario } from './machines/machine-scenario.js';

describe('State machines in the simulated cluster', () => {
  it('keep every promise, whatever the seed: dense versions, each accepted trigger once, each delay once, each effect under one key', async () => {
    const failures: string[] = [];
    const heard = { faults: 0, accepted: 0, unknown: 0 };
    for (let seed = 1; seed <= scaled(200) && failures.length < 5; seed++) {
      const { violations, faults, accepted, unknown } = await runMachineScenario(seed);
      if (violations[0] !== undefined) failures.push(`seed ${seed}: ${violations[0]}`);
      heard.faults += faults;
      heard.accepted += accepted;
      heard.unknown += unknown;
    }

    expect(failures).toEqual([]);
    // Otherwise nothing was tried.
    expect(Math.min(heard.faults, heard.accepted, heard.unknown)).toBeGreaterThan(0);
  }, 600_000);

  it('repeat a seed step by step', async () => {
    for (const seed of [2, 5])
      expect((await runMachineScenario(seed)).digest).toBe((await runMachineScenario(seed)).digest);
  });
});
