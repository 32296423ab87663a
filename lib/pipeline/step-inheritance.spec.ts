import { ConditionalStep, FunctionStep, ParallelStep, Pipeline, PipelineContext, step } from './index.js';

class Doubled extends ParallelStep {
  override async execute(context: PipelineContext) {
    return [...(await super.execute(context)), 'more'];
  }
}

class Loud extends ConditionalStep {
  override async execute(context: PipelineContext) {
    return `${String(await super.execute(context))}!`;
  }
}

class Counted extends FunctionStep<number> {
  override async execute(context: PipelineContext) {
    return (await super.execute(context)) + 1;
  }
}

describe('A step of a class that extends another', () => {
  const inherited = [
    new Doubled('both', [step('a', () => 1), step('b', () => 2)]),
    new Loud(
      'route',
      () => true,
      step('yes', () => 'Y'),
    ),
    new Counted('count', () => 1),
  ];

  it('may call what it extends, inside a pipeline', async () => {
    const context = await new Pipeline('p', inherited).execute();

    expect(inherited.map(({ name }) => context.getStepResult(name))).toEqual([[1, 2, 'more'], 'Y!', 2]);
  });

  it('may call what it extends, alone', async () => {
    const [both, route, count] = inherited as [Doubled, Loud, Counted];
    const context = new PipelineContext();

    expect(await both.execute(context)).toEqual([1, 2, 'more']);
    expect(await route.execute(context)).toBe('Y!');
    expect(await count.execute(context)).toBe(2);
  });
});
