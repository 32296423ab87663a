/**
 * A set of small whole numbers that gives its smallest first: bits in words, with levels above that tell which words are not empty. An
 * addition and a removal cost one look per level, and a million members need four levels.
 *
 * @internal
 */
export class ReadySet {
  private readonly levels: Uint32Array[] = [];

  /** @param size One more than the largest member. */
  constructor(size: number) {
    let words = size;
    do {
      words = Math.max(1, Math.ceil(words / 32));
      this.levels.push(new Uint32Array(words));
    } while (words > 1);
  }

  add(member: number): void {
    let bit = member;
    for (const level of this.levels) {
      const word = bit >>> 5;
      const before = level[word] as number;
      level[word] = before | (1 << (bit & 31));
      if (before !== 0) return;
      bit = word;
    }
  }

  /** Removes the smallest member; -1 when there is none. */
  takeFirst(): number {
    const { levels } = this;
    let bit = 0;
    for (let depth = levels.length - 1; depth >= 0; depth--) {
      const bits = levels[depth]?.[bit] as number;
      if (bits === 0) return -1;
      bit = bit * 32 + 31 - Math.clz32(bits & -bits);
    }
    this.remove(bit);
    return bit;
  }

  private remove(member: number): void {
    let bit = member;
    for (const level of this.levels) {
      const word = bit >>> 5;
      const after = (level[word] as number) & ~(1 << (bit & 31));
      level[word] = after;
      if (after !== 0) return;
      bit = word;
    }
  }
}
