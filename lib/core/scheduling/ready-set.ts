/** As many as a word has bits. */
const WORD = 32;

/**
 * A set of small whole numbers that gives its smallest first: bits in words, with levels above that tell which words are not empty. An
 * addition and a removal cost one look per level, and a million members need four levels.
 *
 * @internal
 */
export class ReadySet {
  /** The whole set, where it fits a word. */
  private bits = 0;
  // Plain arrays of 32-bit numbers: a typed array costs more to make than a small graph to run.
  private readonly levels: number[][] | undefined;

  /** @param size One more than the largest member. */
  constructor(size: number) {
    this.levels = size <= WORD ? undefined : makeLevels(size);
  }

  add(member: number): void {
    const { levels } = this;
    if (levels === undefined) {
      this.bits |= 1 << member;
      return;
    }
    let bit = member;
    for (let depth = 0; depth < levels.length; depth++) {
      const level = levels[depth] as number[];
      const word = bit >>> 5;
      const before = level[word] as number;
      level[word] = before | (1 << (bit & 31));
      if (before !== 0) return;
      bit = word;
    }
  }

  /** Removes a member, if it is one. */
  take(member: number): boolean {
    const { levels } = this;
    const word = levels === undefined ? this.bits : ((levels[0] as number[])[member >>> 5] as number);
    if ((word & (1 << (member & 31))) === 0) return false;
    if (levels === undefined) this.bits = word & ~(1 << member);
    else remove(levels, member);
    return true;
  }

  /** Removes the smallest member; -1 when there is none. */
  takeFirst(): number {
    const { levels, bits } = this;
    if (levels !== undefined) return takeFirstOf(levels);
    if (bits === 0) return -1;
    this.bits = bits & (bits - 1);
    return lowestBit(bits);
  }
}

function makeLevels(size: number): number[][] {
  const levels: number[][] = [];
  let words = size;
  do {
    words = Math.ceil(words / WORD);
    levels.push(new Array<number>(words).fill(0));
  } while (words > 1);
  return levels;
}

function takeFirstOf(levels: number[][]): number {
  let bit = 0;
  for (let depth = levels.length - 1; depth >= 0; depth--) {
    const bits = (levels[depth] as number[])[bit] as number;
    if (bits === 0) return -1;
    bit = bit * WORD + lowestBit(bits);
  }
  remove(levels, bit);
  return bit;
}

function remove(levels: number[][], member: number): void {
  let bit = member;
  for (let depth = 0; depth < levels.length; depth++) {
    const level = levels[depth] as number[];
    const word = bit >>> 5;
    const after = (level[word] as number) & ~(1 << (bit & 31));
    level[word] = after;
    if (after !== 0) return;
    bit = word;
  }
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
