/**
 * `npm run chaos -- kills|restarts|freezes|commits|signals|timers|cancels|deploy|poison|all [--seed 1] [--scale 1] [--minutes 60]`: processes,
 * a database and a network in which everything fails, and what must hold all the same. Rounds that the result file knows are not run
 * again, so that a long run goes on where it was. `sabotage` breaks the engine and sees each break caught; `report` adds up.
 */
import { parseArgs } from 'node:util';
import { playRound } from './play-round.js';
import { remember, remembered, report } from './results.js';
import { Rig } from './rig.js';
import { sabotage } from './sabotage/sabotage.js';
import { SCENARIOS, type Scenario } from './scenarios/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Of the first round; each further one counts on from it. */
    seed: { type: 'string', default: '1' },
    /** How much of a full run. */
    scale: { type: 'string', default: '1' },
    /** No round is begun after so many. */
    minutes: { type: 'string', default: 'Infinity' },
    /** Rounds that were run already are run again. */
    again: { type: 'boolean', default: false },
  },
});
const began = Date.now();

const [command = 'all', ...more] = positionals;
if (command === 'report') console.log(report(remembered()));
else if (command === 'sabotage') process.exitCode = (await sabotage(more)) ? 0 : 1;
else process.exitCode = (await run(chosen(positionals.length === 0 ? ['all'] : positionals))) ? 0 : 1;

function chosen(names: readonly string[]): readonly Scenario[] {
  if (names.includes('all')) return SCENARIOS;
  return names.map((name) => {
    const scenario = SCENARIOS.find((each) => each.name === name);
    if (scenario === undefined)
      throw new Error(`There is no scenario "${name}". There are: ${SCENARIOS.map((each) => each.name).join(', ')}.`);
    return scenario;
  });
}

/** The rounds of the chosen scenarios in turn, so that a run that is broken off has something of each. */
async function run(scenarios: readonly Scenario[]): Promise<boolean> {
  const scale = Number(values.scale);
  const known = new Set(
    values.again ? [] : remembered().map(({ scenario, seed, share }) => keyOf(scenario, seed, share)),
  );
  const rounds = scenarios
    .flatMap((scenario) => {
      const count = Math.max(1, Math.round(scenario.rounds * scale));
      const share = Math.min(1, scenario.rounds * scale);
      return Array.from({ length: count }, (_, index) => ({
        scenario,
        share,
        seed: String(Number(values.seed) + index),
        place: (index + 1) / count,
      }));
    })
    .filter(({ scenario, seed, share }) => !known.has(keyOf(scenario.name, seed, share)))
    .sort((a, b) => a.place - b.place);
  if (rounds.length === 0) {
    console.log('Every round of this was run already; --again runs them again, and another --seed other ones.');
    return true;
  }
  const rig = await Rig.open();
  let isClean = true;
  try {
    for (const [index, { scenario, seed, share }] of rounds.entries()) {
      if (Date.now() - began > Number(values.minutes) * 60_000) {
        console.log(`${rounds.length - index} rounds are left; the same command goes on with them.`);
        break;
      }
      const startedAt = Date.now();
      const result = await playRound(rig, scenario, seed, share);
      const seconds = Math.round((Date.now() - startedAt) / 100) / 10;
      remember({ scenario: scenario.name, seed, share, seconds, ...result });
      const faults = Object.entries(result.faults).map(([kind, count]) => `${count} ${kind}`);
      console.log(`${scenario.name}, seed ${seed}: ${result.instances} instances, ${faults.join(', ')}; ${seconds} s`);
      for (const violation of result.violations) console.log(`  VIOLATION ${violation}`);
      if (result.violations.length === 0) continue;
      isClean = false;
      console.log(
        `  again: npm run chaos -- ${scenario.name} --seed ${seed} --scale ${share / scenario.rounds} --again`,
      );
    }
  } finally {
    await rig.close();
  }
  return isClean;
}

function keyOf(scenario: string, seed: string, share: number): string {
  return `${scenario} ${seed} ${share}`;
}
