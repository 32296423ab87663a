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
  const { message, cause } = failure as Error;
  const told = `The outside was told: ${message}${cause === undefined ? '' : ` (${cause as string})`}`;
  return { ...result, violations: [...result.violations, told] };
}
