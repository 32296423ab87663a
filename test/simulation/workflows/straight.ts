import type { Finished, ReferenceWorkflow } from './reference-workflow.js';
import { staged, type Stage } from './stage.js';

/** Steps in a row. */
export const chain: ReferenceWorkflow = {
  name: 'chain',
  isRepeatable: true,
  definitions: (process) => [
    staged('chain', async (stage, input: { steps: number; failures: number }) => {
      const results: string[] = [];
      for (let index = 0; index < input.steps; index++)
        results.push(await stage.step(`s${index}`, { failures: index === 1 ? input.failures : 0 }));
      return results;
    })(process),
  ],
  input: (random) => ({ steps: random.int(1, 6), failures: random.int(0, 2) }),
  verify: (finished) => sameAsRecorded(finished, (index) => `s${index}`),
};

/** Branches that run at one time, with chance, time and ids drawn in each. */
export const diamond: ReferenceWorkflow = {
  name: 'diamond',
  isRepeatable: true,
  definitions: (process) => [
    staged('diamond', async (stage, input: { width: number }) => {
      const { ctx } = stage;
      const first = await stage.step('first');
      const branch = async (index: number): Promise<unknown[]> => {
        const drawn: unknown[] = [ctx.random()];
        await stage.step(`b${index}`);
        drawn.push(ctx.random(), ctx.uuid(), ctx.now());
        if (index % 2 === 0) await ctx.sleep(`nap${index}`, 1 + Math.floor(ctx.random() * 3_000));
        drawn.push(ctx.random());
        await stage.step(`c${index}`);
        drawn.push(ctx.now());
        return drawn;
      };
      const branches = await Promise.all(Array.from({ length: input.width }, (_, index) => branch(index)));
      return [first, branches, await stage.step('last')];
    })(process),
  ],
  input: (random) => ({ width: random.int(2, 5) }),
};

/** Losers that reject long after the race was won. */
export const race: ReferenceWorkflow = {
  name: 'race',
  isRepeatable: true,
  definitions: (process) => [
    staged('race', async (stage, input: { failing: number }) => {
      const { ctx } = stage;
      const loser = (name: string): Promise<string> => stage.step(name, { failures: 9 }, { retry: 2 });
      const won = await Promise.race([stage.step('fast', { takesMs: 5 }), loser('slow'), ctx.sleep('late', '4s')]);
      const any = await Promise.any([loser('wrong'), stage.step('right'), stage.step('also')]);
      const settled = await Promise.allSettled([loser('broken'), stage.step('whole'), stage.step('half')]);
      const left = loser('forgotten');
      left.catch(() => undefined);
      const last = await stage.step('last', { failures: input.failing });
      return [won ?? 'late', any, settled.map((each) => each.status), last];
    })(process),
  ],
  input: (random) => ({ failing: random.int(0, 2) }),
};

/** Ends with the results that the journal holds. */
function sameAsRecorded({ record, journal }: Finished, nameOf: (index: number) => string): string[] {
  const output = JSON.parse(record.output ?? '[]') as string[];
  return output.flatMap((value, index) => {
    const entry = journal.find((candidate) => candidate.name === nameOf(index));
    return entry?.value === JSON.stringify(value) ? [] : [`result ${index} is ${value}, recorded was ${entry?.value}`];
  });
}

/** Everything a stage offers in one order that its seed decides: all, race, any, nesting. */
export const tangle: ReferenceWorkflow = {
  name: 'tangle',
  isRepeatable: true,
  definitions: (process) => [
    staged('tangle', (stage, input: { seed: number }) => new Tangle(stage, input.seed).run())(process),
  ],
  input: (random) => ({ seed: random.int(1, 1_000_000) }),
};

/** A random program over context promises and pure promise code. */
class Tangle {
  private readonly log: unknown[] = [];
  private names = 0;
  private state: number;

  constructor(
    private readonly stage: Stage,
    seed: number,
  ) {
    this.state = seed;
  }

  async run(): Promise<unknown> {
    for (let round = 0; round < 2; round++) {
      const value = await this.node(2).catch((error: unknown) => (error as Error).name);
      this.log.push(['round', round, value, this.stage.ctx.random()]);
    }
    return this.log;
  }

  /** Its choices depend on the order in which results are handed over: what replay must repeat. */
  private next(below: number): number {
    this.state = (Math.imul(this.state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (this.state >>> 8) % below;
  }

  private async node(depth: number): Promise<unknown> {
    const kind = this.next(depth === 0 ? 4 : 9);
    if (kind < 4) return this.leaf(kind);
    const width = 2 + this.next(2);
    const parts = Array.from({ length: width }, () => this.node(depth - 1));
    // Nobody may come to wait for some of them.
    for (const part of parts) part.catch(() => undefined);
    switch (kind) {
      case 4:
        return Promise.all(parts.map((part) => part.catch(() => 'caught')));
      case 5:
        return Promise.race(parts);
      case 6:
        return Promise.any(parts).catch(() => 'none');
      case 7:
        return (await Promise.allSettled(parts)).map((each) => each.status);
      default: {
        let last: unknown;
        for (const part of parts) {
          last = await part.catch(() => 'caught');
          await Promise.resolve();
          this.log.push(['next', this.stage.ctx.random()]);
        }
        return last;
      }
    }
  }

  private async leaf(kind: number): Promise<unknown> {
    const name = `n${this.names++}`;
    const { ctx } = this.stage;
    if (kind === 0) {
      await ctx.sleep(name, 1 + this.next(2_000));
      this.log.push([name, 'slept', ctx.random()]);
      return name;
    }
    const failures = kind === 1 ? this.next(3) : 0;
    const value = await this.stage.step(name, { failures, answer: () => name }, { retry: 2 });
    this.log.push([name, value, ctx.random(), ctx.now()]);
    if (kind === 3) await this.stage.step(`${name}b`, { answer: () => name });
    return value;
  }
}
