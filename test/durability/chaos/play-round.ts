import type { CrewOptions } from './crew.js';
import type { Rig } from './rig.js';
import { Round, type RoundResult } from './round.js';
import type { Scenario } from './scenarios/index.js';

/** Nothing is told of steps, and no event is stored: what most applications do, and what is written by the shortest statements. */
const PLAIN: Partial<CrewOptions> = { tellsSteps: false, storesEvents: false };

/** Plays one round from its seed to its judgement. Those of odd seeds are plain. */
export async function playRound(rig: Rig, scenario: Scenario, seed: string, share = 1): Promise<RoundResult> {
  const round = await Round.begin(rig, `${scenario.name}:${seed}`, {
    ...scenario.crew,
    ...(Number(seed) % 2 === 0 ? {} : PLAIN),
  });
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
