import { ChildStep, conditional, parallel, Pipeline, step } from './index.js';

/** Options as JavaScript lets them be written. */
const wrong = (options: object): never => options as never;
const one = step('one', () => 1);

describe('An option of a pipeline that there is not', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['step', () => step('a', () => 1, wrong({ timout: 1 })), /"timout of step "a"".*mean "timeout"/],
    [
      'step, behind dependencies',
      () => step('a', () => 1, [], wrong({ retires: 1 })),
      /"retires of step "a"".*"retry"/,
    ],
    ['parallel', () => parallel('a', [one], wrong({ maxConcurency: 2 })), /"maxConcurency of step "a"".*failFast/],
    ['conditional', () => conditional('a', () => true, one, wrong({ falsStep: one })), /mean "falseStep"/],
    ['child', () => new ChildStep('a', 'w', undefined, wrong({ compenstate: () => 1 })), /mean "compensate"/],
    ['execute', () => new Pipeline('p', [one]).execute(wrong({ failfast: false })), /pipeline "p"".*mean "failFast"/],
    ['execute, for a context', () => new Pipeline('p', [one]).execute(wrong({ input: 1 })), /Known are initialContext/],
  ])('is refused: %s', (_what, build, message) => {
    expect(build).toThrow(message);
  });

  it('names the seconds that a bare number means', () => {
    expect(() => new Pipeline('p', [step('a', () => 1, { timeout: 'soon' })])).toThrow(/a number of seconds/);
  });
});
