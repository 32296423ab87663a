import { systemClock } from '../core/time/index.js';
import { fail, rejected } from '../../test/utils/pipelines.js';
import { parallel, Pipeline, PipelineContext, step, type PipelineOptions } from './index.js';

/** Steps that tell what they do, and are undone; those that are named in `broken` fail. */
function setUp() {
  const store = new Map<string, unknown>();
  const calls: string[] = [];
  const broken = new Set<string>();
  const does = (name: string) => () => {
    calls.push(name);
    return broken.has(name) ? fail() : name.toUpperCase();
  };
  const undoable = (name: string, dependencies: readonly string[] = []) =>
    step(name, does(name), {
      dependencies,
      compensate: (result: string, context: PipelineContext) => {
        calls.push(
          `undo ${name} ${result} ${String(context.getStepResult(name) ?? context.getStepResult(`both/${name}`))}`,
        );
      },
    });
  const execute = (pipeline: Pipeline) => pipeline.execute(new PipelineContext({ runId: 'r' }));
  const refused = (pipeline: Pipeline) => rejected(pipeline, new PipelineContext({ runId: 'r' }));
  return { store, calls, broken, does, undoable, execute, refused };
}

describe('A pipeline with a checkpoint store', () => {
  it('runs again what was undone, and nothing else', async () => {
    const { store, calls, broken, does, undoable, execute, refused } = setUp();
    const steps = [step('look', does('look')), undoable('reserve'), step('ship', does('ship'))];
    const pipeline = new Pipeline('p', steps, store);
    broken.add('ship');
    await refused(pipeline);
    expect(calls).toEqual(['look', 'reserve', 'ship', 'undo reserve RESERVE RESERVE']);
    broken.clear();
    calls.length = 0;

    const context = await execute(pipeline);

    expect(calls).toEqual(['reserve', 'ship']);
    expect(context.getStepResult('look')).toBe('LOOK');
  });

  it('runs a step again of which a part was undone, and that part', async () => {
    const { store, calls, broken, does, undoable, execute, refused } = setUp();
    const steps = [parallel('both', [undoable('x'), step('y', does('y'))]), step('ship', does('ship'))];
    const pipeline = new Pipeline('p', steps, store);
    broken.add('ship');
    await refused(pipeline);
    broken.clear();
    calls.length = 0;

    const context = await execute(pipeline);

    expect(calls).toEqual(['x', 'ship']);
    expect(context.getStepResult('both')).toEqual(['X', 'Y']);
  });

  it('undoes what an earlier run has done, the last first, also what it would have come to later', async () => {
    const { store, calls, broken, undoable, execute, refused } = setUp();
    const build = () =>
      new Pipeline('p', [undoable('late', ['a']), parallel('both', [undoable('x')]), undoable('a')], store);
    const gone = new Promise<never>(() => undefined);
    const cut = new Pipeline('p', [...build().steps.slice(1), step('late', () => gone, ['a'])], store);
    // Cut short, as by the end of a process, when all but one have completed.
    void cut.execute(new PipelineContext({ runId: 'r' }));
    while (JSON.stringify([...store.values()]).includes('"a"') === false)
      await new Promise<void>((resolve) => systemClock.macrotask(resolve));
    broken.add('late');
    calls.length = 0;

    await refused(build());

    expect(calls).toEqual(['late', 'undo a A A', 'undo x X X']);
    broken.clear();
    calls.length = 0;
    await execute(build());
    expect(calls).toEqual(['x', 'a', 'late']);
  });

  it.each<[string, unknown, RegExp]>([
    ['no object', '{"completed":["a"]}', /It is .*, not an object/],
    ['a list', ['a'], /It is .*, not an object/],
    ['no steps', { version: 1, results: {} }, /completed is undefined, not a list of names/],
    ['steps without names', { version: 1, completed: [1], results: {} }, /completed is .*, not a list of names/],
    ['no results', { version: 1, completed: ['a'], results: null }, /results is null, not an object/],
    ['a version that is none', { version: 'one', completed: ['a'], results: {} }, /version is "one", not an integer/],
    ['metadata that are none', { version: 1, completed: [], results: {}, metadata: 1 }, /metadata is 1, not an object/],
  ])('refuses a checkpoint with %s, runs nothing and says how to go on', async (_, found, reason) => {
    const { store, calls, does, execute } = setUp();
    const pipeline = new Pipeline('p', [step('a', does('a'))], store);
    store.set('pipeline:p:r', found);

    const outcome = execute(pipeline);

    await expect(outcome).rejects.toMatchObject({ code: 'WORKFLOW_PAYLOAD', path: 'The checkpoint "pipeline:p:r"' });
    await expect(outcome).rejects.toThrow(reason);
    await expect(outcome).rejects.toThrow(/delete that key, or give another runId/);
    expect([calls, store.get('pipeline:p:r')]).toEqual([[], found]);
    store.delete('pipeline:p:r');
    await execute(pipeline);
    expect(calls).toEqual(['a']);
  });

  describe('in another version', () => {
    const inVersion = async (version: number, stored: number | undefined, more: PipelineOptions = {}) => {
      const { store, calls, broken, does, execute, refused } = setUp();
      const steps = [step('a', does('a')), step('b', does('b'))];
      const options = { checkpointStore: store, ...more };
      broken.add('b');
      await refused(new Pipeline('p', steps, { ...options, version: stored ?? 1 }));
      if (stored === undefined)
        for (const [key, { version, ...others }] of store as Map<string, { version: number }>) store.set(key, others);
      broken.clear();
      calls.length = 0;
      const error = await execute(new Pipeline('p', steps, { ...options, version })).then(
        () => undefined,
        (refusal: unknown) => refusal,
      );
      return { calls, error, store };
    };

    it('does not go on with what it may not take over', async () => {
      const { calls, error, store } = await inVersion(2, 1);

      expect(error).toMatchObject({
        code: 'WORKFLOW_VERSION_MISMATCH',
        workflowName: 'p',
        expectedVersion: 1,
        actualVersion: 2,
      });
      expect([calls, store.size]).toEqual([[], 1]);
    });

    it('goes on with what it says it is compatible with, and with what says no version', async () => {
      const compatible = await inVersion(2, 1, { isCompatibleWith: (version) => version === 1 });
      const versionless = await inVersion(2, undefined);

      expect([compatible.calls, compatible.error]).toEqual([['b'], undefined]);
      expect([versionless.calls, versionless.error]).toEqual([['b'], undefined]);
    });
  });
});
