import type { Rig } from './rig.js';
import { Round, type RoundResult } from './round.js';
import type { Scenario } from './scenarios/index.js';

/** Plays one round from its seed to its judgement. */
export async function playRound(rig: Rig, scenario: Scenario, seed: string, share = 1): Promise<RoundResult> {
  const round = await Round.begin(rig, `${scenario.name}:${seed}`, scenario.crew);
  let failure: unknown;
  try {
    await scenario.act(round, share);
  } catch (error) {
    failure = error;
  }
  const result = await round.finish();
  if (failure === undefined) return result;
  return { ...result, violations: [...result.violations, `The outside was told: ${(failure as Error).message}`] };
}
