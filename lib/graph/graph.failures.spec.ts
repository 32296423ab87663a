import { failure, failing, graphOf, rejection } from '../../test/utils/graphs.js';
import { standaloneServices } from '../core/execution/index.js';
import { delay, parseDuration, VirtualClock } from '../core/time/index.js';
import {
  CycleDetectedError,
  GateNode,
  GraphExecutionError,
  GraphTimeoutError,
  GraphValidationError,
  HumanInputRequiredError,
  isCycleDetectedError,
  isGraphExecutionError,
  isGraphTimeoutError,
  isGraphValidationError,
  isHumanInputRequiredError,
  NodeExecutionError,
  WorkflowBuilder,
  WorkflowEdge,
  WorkflowEngine,
  WorkflowState,
  type GraphValues,
  type NodeFunction,
} from './index.js';

describe('A graph', () => {
  describe('with a node that fails', () => {
    it.each<[string, NodeFunction, RegExp]>([
      ['throws', failing, /"b" failed: no/],
      ['rejects', async () => failing(), /"b" failed: no/],
      ['answers a text', (() => 'x') as never, /"b" answered "x"/],
      ['answers nothing', (() => undefined) as never, /"b" answered undefined/],
      ['answers null later', (async () => null) as never, /"b" answered null/],
      ['answers an array', (() => []) as never, /"b" answered an array/],
      ['answers a map', (() => new Map()) as never, /"b" answered a Map/],
    ])('names it when it %s, and the state is as it was', async (_, b, message) => {
      const { builder } = graphOf('a>b b>c', 'c', { b });
      const error = await rejection(builder.build().execute(''));

      expect(error).toBeInstanceOf(NodeExecutionError);
      expect(error).toMatchObject({ node: 'b', message: expect.stringMatching(message) as string });
      expect(error?.result?.finalState).toMatchObject({ a: true });
      expect(error?.result?.nodeResults.map(({ nodeName, succeeded }) => [nodeName, succeeded])).toEqual([
        ['a', true],
        ['b', false],
      ]);
    });

    it('gives up a node that never answers, and tells it by its signal', async () => {
      const clock = new VirtualClock();
      let signal: AbortSignal | undefined;
      const hang: NodeFunction = (_, step) => {
        signal = step.signal;
        return new Promise(() => undefined);
      };
      const engine = graphOf('a>b', 'b', { b: hang }).builder.configure({ nodeTimeout: 5 }).build();
      const running = rejection(
        engine.executeWith({ ...standaloneServices(), clock }, { state: new WorkflowState('') }),
      );
      await clock.advance(5_000);
      const error = await running;

      expect(error).toMatchObject({
        name: 'NodeExecutionError',
        node: 'b',
        message: 'The node "b" timed out: it did not end within its timeout of 5000 ms.',
        cause: { code: 'STEP_TIMEOUT', timeoutMs: 5_000 },
      });
      expect(signal?.aborted).toBe(true);
    });

    it('ends the whole graph after its total timeout', async () => {
      const clock = new VirtualClock();
      const engine = graphOf('a>b', 'b', { b: () => new Promise(() => undefined) })
        .builder.configure({ totalTimeout: '2s', nodeTimeout: 0 })
        .build();
      const running = rejection(
        engine.executeWith({ ...standaloneServices(), clock }, { state: new WorkflowState('') }),
      );
      await clock.advance(2_000);
      const error = await running;

      expect(error).toBeInstanceOf(GraphTimeoutError);
      expect(error).toMatchObject({ timeout: 2, node: 'b', message: expect.stringContaining('"b"') as string });
      expect(error?.result).toMatchObject({
        status: 'failed',
        nodeResults: [{ nodeName: 'a' }, { nodeName: 'b', error: expect.stringContaining('total timeout') as string }],
      });
      // What was given up is made again, under its own number.
      expect(error?.result?.finalState).toMatchObject({ _iteration: 1, _position: { visits: { a: 1 } } });
    });

    it.each([
      ['20s', 'GraphTimeoutError'],
      ['19s', undefined],
    ])('counts the time before a pause, and not the pause: %s', async (last, name) => {
      const clock = new VirtualClock();
      const taking = (duration: string) => async () => {
        await delay(clock, parseDuration(duration));
        return { output: duration };
      };
      const engine = new WorkflowBuilder('g')
        .addNode('a', taking('40s'))
        .addNode('ask', { humanPrompt: 'Well?' })
        .addNode('b', taking(last))
        .addEdge('a', 'ask')
        .addEdge('ask', 'b')
        .setEntry('a')
        .setTerminal('b')
        .configure({ totalTimeout: '1m', nodeTimeout: 0 })
        .build();
      const services = { ...standaloneServices(), clock };
      const asking = engine.executeWith(services, { state: new WorkflowState('') });
      await clock.advance(40_000);
      const stored = JSON.parse(JSON.stringify((await asking).finalState)) as GraphValues;
      await clock.advance('3d');
      const state = new WorkflowState('', { initial: { ...stored, human_response: 'yes' } });
      const ending = rejection(engine.executeWith(services, { state }));
      await clock.advance(20_000);

      expect((await ending)?.name).toBe(name);
    });

    it.each([{}, { retry: { attempts: 2 } }])(
      'is given up when the run is cancelled, whatever it does: %j',
      async (own) => {
        const clock = new VirtualClock();
        const { builder } = graphOf('a>b', 'b');
        builder.addNode('c', { run: () => new Promise(() => undefined), ...own });
        const engine = builder.addEdge('a', 'c').build();
        const controller = new AbortController();
        const { signal } = controller;
        const start = { state: new WorkflowState(''), signal };
        const running = rejection(engine.executeWith({ ...standaloneServices(), clock }, start));
        await clock.advance(1);
        controller.abort('enough');

        expect(await running).toMatchObject({
          code: 'WORKFLOW_CANCELLED',
          message: expect.stringMatching(/enough/) as string,
        });
      },
    );

    it('is waited for when the run ends and it says how to undo it', async () => {
      const clock = new VirtualClock();
      const undone: unknown[] = [];
      const run = async () => {
        await new Promise<void>((resolve) => clock.schedule(4_000, resolve));
        return { id: 7 };
      };
      const engine = new WorkflowBuilder('g')
        .addNode('a', { run, compensate: (update) => void undone.push(update) })
        .setEntry('a')
        .setTerminal('a')
        .configure({ totalTimeout: '2s', nodeTimeout: 0 })
        .build();
      const running = rejection(
        engine.executeWith({ ...standaloneServices(), clock }, { state: new WorkflowState('') }),
      );
      await clock.advance(4_000);

      expect(await running).toBeInstanceOf(GraphTimeoutError);
      expect(undone).toEqual([{ id: 7 }]);
    });

    it('tries again as often as it says', async () => {
      let calls = 0;
      const { builder } = graphOf('a>b', 'b');
      builder.addNode('c', {
        run: () => {
          if (++calls < 3) throw failure;
          return { c: calls };
        },
        retry: { attempts: 3, backoff: () => 0 },
      });
      const engine = builder.addEdge('a', 'c').build();

      expect((await engine.execute('')).finalState['c']).toBe(3);
    });

    it('undoes what completed before', async () => {
      const undone: unknown[] = [];
      const engine = new WorkflowBuilder('g')
        .addNode('a', { run: () => ({ id: 7 }), compensate: (update) => void undone.push(update) })
        .addNode('b', failing)
        .addEdge('a', 'b')
        .setEntry('a')
        .setTerminal('b')
        .build();
      await rejection(engine.execute(''));

      expect(undone).toEqual([{ id: 7 }]);
    });

    it('names a node that leads to one that is not there', async () => {
      const engine = new WorkflowEngine('g', { a: new GateNode('a') }, [new WorkflowEdge('a', 'ghost')], 'a', {});

      expect(() => engine.validate()).toThrow(GraphValidationError);
      expect(await rejection(engine.execute(''))).toMatchObject({
        name: 'NodeExecutionError',
        node: 'a',
        message: expect.stringContaining('"ghost"') as string,
      });
    });

    it('names the node whose addition a reducer refuses', async () => {
      const { builder } = graphOf('a>b', 'b', { b: () => ({ x: 1 }) });
      builder.setReducer('x', failing);

      expect(await rejection(builder.build().execute(''))).toMatchObject({ node: 'b', cause: failure });
    });

    it('takes nothing of an addition that a reducer refuses, and all of it once when the graph goes on', async () => {
      let isRefused = true;
      const { builder, seen } = graphOf('a>b', 'b', { a: () => ({ sum: 1, list: ['a'] }) });
      const engine = builder
        .setReducer('sum', (before, added) => ((before ?? 0) as number) + (added as number))
        .setReducer('list', (before, added) => (isRefused ? failing() : [...((before ?? []) as []), ...(added as [])]))
        .build();
      const state = (await rejection(engine.execute('')))?.result?.finalState;
      isRefused = false;
      const done = await engine.resume({ ...state });

      expect(state).not.toHaveProperty('sum');
      expect(done.finalState).toMatchObject({ sum: 1, list: ['a'] });
      expect(seen).toEqual(['b']);
    });

    it('is no failure of the node when the run is cancelled', async () => {
      const clock = new VirtualClock();
      const signal = AbortSignal.abort(new Error('enough'));
      const engine = graphOf('a>b', 'b').builder.build();

      await expect(engine.execute('', { signal })).rejects.toMatchObject({ code: 'WORKFLOW_CANCELLED' });
      expect(clock.now()).toBeDefined();
    });
  });

  it('says of a reducer that answers a promise what to do, and takes nothing of it', async () => {
    for (const answer of [() => Promise.resolve('late'), () => Promise.reject(new Error('no'))]) {
      const engine = new WorkflowBuilder('g')
        .addNode('a', () => ({ a: 1, list: 'new' }))
        .setReducer('list', answer)
        .setEntry('a')
        .setTerminal('a')
        .build();
      const error = await rejection(engine.execute('x'));

      expect(error).toMatchObject({ name: 'GraphExecutionError', node: 'a' });
      expect(error?.message).toMatch(
        /"a" adds could not be merged: The reducer of "list" answered a promise\. It has to/,
      );
      expect(Object.keys(error?.result?.finalState ?? {})).not.toContain('list');
    }
  });

  it.each<[string, (graph: WorkflowBuilder, condition: () => Promise<boolean>) => unknown, string]>([
    ['edge', (graph, condition) => graph.addEdge('a', 'b', { condition }), 'edge "a" → "b"'],
    ['end', (graph, condition) => graph.addEdge('a', 'b').setTerminal('a', { condition }), 'end "a"'],
  ])('says of a condition of an %s that answers a promise where it stands, and what to do', async (_, add, place) => {
    for (const condition of [() => Promise.resolve(true), () => Promise.reject(new Error('no'))]) {
      const builder = new WorkflowBuilder('g')
        .addNode('a', () => ({ a: 1 }))
        .addNode('b', () => ({}))
        .setEntry('a');
      add(builder, condition);
      const error = await rejection(builder.setTerminal('b').build().execute('x'));

      expect(error).toMatchObject({ name: 'GraphExecutionError', node: 'a', result: { finalState: { a: 1 } } });
      expect(error?.message).toBe(
        `The condition of the ${place} answered a promise. It has to answer at once: find out in a node, and ask the state for it.`,
      );
    }
    expect(() => new WorkflowEdge('a', 'b', () => Promise.resolve(true)).isActive({})).toThrow(GraphExecutionError);
  });
});

describe('An error of a graph', () => {
  it('is told by its guard, and by that of all of them', () => {
    const guarded = [
      [new CycleDetectedError(3), isCycleDetectedError],
      [new GraphTimeoutError(1), isGraphTimeoutError],
      [new GraphValidationError('no'), isGraphValidationError],
      [new HumanInputRequiredError('?'), isHumanInputRequiredError],
    ] as const;

    for (const [error, guard] of guarded)
      expect(guarded.map(([other]) => guard(other))).toEqual(guarded.map(([other]) => other === error));
    for (const [error] of guarded) expect(isGraphExecutionError(error)).toBe(true);
  });
});
