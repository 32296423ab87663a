import { jest } from '@jest/globals';
import {
  conditional,
  FunctionStep,
  parallel,
  Pipeline,
  PipelineContext,
  PipelineExecutionError,
  PipelineStep,
  step,
  WorkflowDefinition,
  WorkflowError,
  WorkflowInstance,
  WorkflowStepError,
} from './index.js';

/** As JavaScript lets it be written. */
const any = (value: unknown): never => value as never;
const one = () => 1;
const Idle = class extends (PipelineStep as unknown as new (name: string) => object) {};

describe('A pipeline is refused where it is built, with place and mend,', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['whose steps are no list', () => new Pipeline('p', any({ a: 1 })), /steps of pipeline "p" are no list/],
    ['with a step that is a literal', () => new Pipeline('p', [any({ name: 'a' })]), /"a" of pipeline "p" is no step/],
    ['with a step without execute', () => new Pipeline('p', [any(new Idle('a'))]), /method execute/],
    ['with a function that is none', () => step('a', any(5)), /"func of step "a"" has the value 5\. It must be a func/],
    ['with dependencies as a text', () => step('a', one, any('before')), /"dependencies of step "a"".*list of names/],
    ['with a skip condition that is none', () => withOption({ skipCondition: true }), /skipCondition of step "a"/],
    ['with an error handler that is none', () => withOption({ errorHandler: 'x' }), /errorHandler of step "a"/],
    ['with a cleanup that is none', () => withOption({ cleanupFunc: 1 }), /cleanupFunc of step "a"/],
    ['with an undo that is none', () => withOption({ compensate: 5 }), /compensate of step "a"/],
    ['with a wrong retry', () => withOption({ retry: -3 }), /retry of step "a"/],
    [
      'with a wrapper that runs nothing',
      () => withOption({ resilience: new Map() }),
      /resilience of step "a".*execute/,
    ],
    ['with a condition that is none', () => conditional('a', any(true), step('b', one)), /condition of step "a"/],
    ['with a branch that is none', () => new Pipeline('p', [conditional('a', one as never, any(one))]), /is no step/],
    ['with parallel steps that are no list', () => new Pipeline('p', [parallel('a', any(one))]), /"a" are no list/],
    ['with a parallel step that is none', () => new Pipeline('p', [parallel('a', [any(null)])]), /has no name/],
    [
      'with a parallel step that waits for its neighbour',
      () => new Pipeline('p', [parallel('a', [step('b', one), step('c', one, ['b'])])]),
      /"c" of parallel step "a" depends on "b", and both begin together/,
    ],
    [
      'with a store that keeps nothing',
      () => new Pipeline('p', [], { checkpointStore: any({}) }),
      /checkpointStore of/,
    ],
    ['that is given a step that is none', () => new Pipeline('p').addStep(any(null)), /no name/],
    ['with a limit of nothing', () => new Pipeline('p', [step('a', one, [], 0)]), /timeout of step "a".*longer/],
    ['that is a definition without a name', () => new WorkflowDefinition(''), /has no name/],
    ['that is a definition with a misspelt option', () => new WorkflowDefinition('p', any({ verson: 2 })), /version/],
    ['that is a definition whose version is null', () => new WorkflowDefinition('p', [], any(null)), /version/],
    ...[undefined, null, {}, 'x'].map((given): [string, () => unknown, RegExp] => [
      `of which an instance is made of ${JSON.stringify(given)}`,
      () => WorkflowInstance.create(any(given)),
      /has no name/,
    ]),
    [
      'of which an instance is compared with nothing',
      () => WorkflowInstance.create(new WorkflowDefinition('p')).validateDefinitionVersion(any(undefined)),
      /version/,
    ],
    ['in whose context is a misspelt option', () => new PipelineContext(any({ inputs: 1 })), /Did you mean "input"/],
  ])('%s', (_what, build, message) => {
    expect(build).toThrow(message);
    expect(build).toThrow(WorkflowError);
  });

  it('or is not run, where failFast is no yes or no', async () => {
    const run = async () => new Pipeline('p', [step('a', one)]).execute(undefined, any('no'));

    await expect(run()).rejects.toThrow(/failFast of execute of pipeline "p".*true or false/);
  });

  it.each([5, 'x', true, [], new Map()])('or is not run, where its context is %p', async (given) => {
    const run = async () => new Pipeline('p', [step('a', one)]).execute(any(given));

    await expect(run()).rejects.toMatchObject({ code: 'WORKFLOW_OPTIONS' });
  });
});

describe('The errors of the documents', () => {
  it('tell the step and the reason, and what a pipeline rejects with is one of them', async () => {
    const thrown = new TypeError('no');
    const failed = new PipelineExecutionError('a', thrown, { at: 1 });

    expect(new WorkflowStepError('a', 'no stock')).toMatchObject({
      ...{ stepName: 'a', reason: 'no stock', message: 'Step "a" failed: no stock', name: 'WorkflowStepError' },
      code: 'STEP_FAILED',
    });
    expect(failed).toMatchObject({ stepName: 'a', error: thrown, cause: thrown, reason: 'no', details: { at: 1 } });
    expect(failed).toBeInstanceOf(WorkflowStepError);
    expect(JSON.parse(JSON.stringify(failed))).not.toHaveProperty('error');
  });

  it('have a message by default, or one of their own', () => {
    const cause = new Error('why');

    expect(new WorkflowError()).toMatchObject({ message: 'Workflow error', code: 'WORKFLOW_FAILED', httpStatus: 500 });
    expect(new WorkflowError('mine', { cause })).toMatchObject({ message: 'mine', cause, code: 'WORKFLOW_FAILED' });
    expect(new WorkflowError('STEP_FAILED', 'mine', { cause })).toMatchObject({ code: 'STEP_FAILED', cause });
  });
});

describe('What goes wrong beside the run of a pipeline without an application', () => {
  it('is a warning of the process', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const cleanupFunc = () => {
      throw new Error('still open');
    };

    await new Pipeline('p', [new FunctionStep('a', one, { cleanupFunc })]).execute();

    expect(warned.mock.calls).toEqual([[expect.stringMatching(/cleanup of step "a".*still open/), 'WorkflowWarning']]);
    warned.mockRestore();
  });
});

function withOption(options: object): FunctionStep {
  return new FunctionStep('a', one, options as never);
}
