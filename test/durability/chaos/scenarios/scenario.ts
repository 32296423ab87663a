import { KINDS, pause, type Kind } from '../cast.js';
import type { CrewOptions } from '../crew.js';
import type { Round } from '../round.js';

/** Some work and some faults. A full run is many rounds, each with a seed of its own. */
export interface Scenario {
  readonly name: string;
  /** Of a full run. */
  readonly rounds: number;
  readonly crew: CrewOptions;
  /** @param share How much of a round it is to be, up to 1. */
  readonly act: (round: Round, share: number) => Promise<void>;
}

/** A part of a number, and one at least. */
export function part(count: number, share: number): number {
  return Math.max(1, Math.round(count * share));
}

/** Starts instances of all kinds, spread over a time, and sends what they wait for. */
export async function playAll(
  round: Round,
  count: number,
  withinMs: number,
  options: { readonly kinds?: readonly Kind[]; readonly input?: object } = {},
): Promise<void> {
  const { kinds = KINDS, input = {} } = options;
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const kind = kinds[index % kinds.length] as Kind;
      await pause(round.chance.random() * withinMs);
      await round.cast.play(kind, round.cast.newId(kind), { ...input, pauseMs: Math.floor(round.between(0, 40)) });
    }),
  );
}
