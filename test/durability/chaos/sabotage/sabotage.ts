import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledLibrary } from '../../../utils/compiled-library.js';
import { playRound } from '../play-round.js';
import { Rig } from '../rig.js';
import { SCENARIOS, type Scenario } from '../scenarios/index.js';
import { MUTANTS, type Mutant } from './mutants.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** So many seeds a mutant may survive before it counts as not caught. */
const SEEDS = 4;

/**
 * Breaks the engine in each of the ways that a chaos rig must notice, and plays the same short rounds on it: every one of them must come to
 * a violation, and none of them without the break. Answers whether that is so.
 *
 * @param words Only mutants whose names contain one of them.
 */
export async function sabotage(words: readonly string[]): Promise<boolean> {
  const chosen = MUTANTS.filter(({ what }) => words.length === 0 || words.some((word) => what.includes(word)));
  const rig = await Rig.open();
  let isRight = true;
  try {
    for (const mutant of chosen) {
      const healthy = await play(rig, mutant, 1);
      if (healthy !== undefined) {
        isRight = false;
        console.log(`without a break, ${mutant.scenario}: ${healthy}`);
      }
      const found = await play(rig.on(await brokenLibrary(mutant)), mutant, SEEDS);
      if (found === undefined) isRight = false;
      console.log(`${mutant.what} (${mutant.scenario}): ${found ?? 'NOT CAUGHT'}`);
    }
  } finally {
    await rig.close();
  }
  return isRight;
}

/** The first violation in so many seeds. */
async function play(rig: Rig, { scenario, share }: Mutant, seeds: number): Promise<string | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { violations } = await playRound(rig, scenarioOf(scenario), String(seed), share);
    if (violations.length > 0) return `seed ${seed}: ${violations[0]}`;
  }
  return undefined;
}

function scenarioOf(name: string): Scenario {
  return SCENARIOS.find((scenario) => scenario.name === name) as Scenario;
}

/** A compiled copy of the tree with the patch in it. */
async function brokenLibrary({ patch }: Mutant): Promise<string> {
  const tree = mkdtempSync(join(tmpdir(), 'sabotage-'));
  try {
    for (const name of ['lib', 'package.json', 'tsconfig.json', 'tsconfig.build.json'])
      cpSync(join(root, name), join(tree, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
    execFileSync('git', ['apply', '-C1', join(root, 'test/mutants', `${patch}.patch`)], { cwd: tree, stdio: 'pipe' });
    return await compiledLibrary(tree);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}
