import { createHash } from 'node:crypto';

/** Calls after which two similar seeds have nothing in common any more. */
const WARM_UP = 12;

/**
 * The chance of one generation of one instance: the same seed gives the same numbers in the same order, on every worker and in every
 * replay. Not for secrets.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand, public domain): 128 bits of state, of which 32 are a counter, so that no
 * cycle is shorter than 2^32. The seed is hashed once; a call costs a few additions.
 *
 * @internal
 */
export class RandomSource {
  private state: Int32Array | undefined;

  constructor(
    private readonly seed: string,
    private readonly generation: number,
  ) {}

  /** A number in [0, 1) with 53 random bits. */
  random(): number {
    const high = this.next() >>> 5;
    const low = this.next() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }

  /** A UUID of version 4. */
  uuid(): string {
    const hex = [this.next(), this.next(), this.next(), this.next()]
      .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
      .join('');
    const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 3);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** 32 random bits. */
  private next(): number {
    const state = (this.state ??= this.begin());
    return step(state);
  }

  /** Made at the first call: most workflows never ask for chance. */
  private begin(): Int32Array {
    const hash = createHash('sha256').update(`${this.generation}:${this.seed}`).digest();
    const state = Int32Array.of(hash.readInt32LE(0), hash.readInt32LE(4), hash.readInt32LE(8), 1);
    for (let call = 0; call < WARM_UP; call++) step(state);
    return state;
  }
}

function step(state: Int32Array): number {
  const [a, b, c, counter] = state as unknown as [number, number, number, number];
  const sum = (a + b + counter) | 0;
  state[0] = b ^ (b >>> 9);
  state[1] = c + (c << 3);
  state[2] = ((c << 21) | (c >>> 11)) + sum;
  state[3] = counter + 1;
  return sum;
}
