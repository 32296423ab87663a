import { Pipeline, PipelineStep, step } from './index.js';

describe('A pipeline that is built', () => {
  it('the order is topological, and stable: by declaration wherever the dependencies leave a choice', async () => {
    const seen: string[] = [];
    const trace = (name: string, dependencies?: string[]) => step(name, () => void seen.push(name), dependencies);

    await new Pipeline('p', [
      trace('z', ['m']),
      trace('b'),
      trace('m', ['a', 'b']),
      trace('a'),
      trace('k', ['b']),
    ]).execute();

    expect(seen).toEqual(['b', 'a', 'm', 'z', 'k']);
  });

  it('a step that is added is checked in time that does not grow with the pipeline', async () => {
    let asked = 0;
    class Counted extends PipelineStep<number> {
      override get structure() {
        asked++;
        return undefined;
      }
      execute() {
        return 1;
      }
    }
    const pipeline: Pipeline = new Pipeline('p', []);

    for (let at = 0; at < 2_000; at++) pipeline.addStep(new Counted(`s${at}`, at === 0 ? [] : [`s${at - 1}`]));
    await pipeline.execute();

    // Once when it is added, once when the pipeline is built.
    expect(asked).toBe(4_000);
    expect(() => pipeline.addStep(new Counted('s7'))).toThrow(/given to two steps/);
    expect(() => pipeline.addStep(new Counted('s', ['s']))).toThrow(/circular dependency: "s" → "s"/);
    expect(() => pipeline.addStep(new Counted('t', ['s']))).toThrow(/no such step/);
    expect(pipeline.steps).toHaveLength(2_000);
    await pipeline.execute();
  });
});
