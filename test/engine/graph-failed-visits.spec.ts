import { Test, type TestingModule } from '@nestjs/testing';
import { GraphService, WorkflowClient, WorkflowModule } from 'nestjs-workflow';
import { WorkflowBuilder, type GraphEvent, type GraphStream, type WorkflowEngine } from 'nestjs-workflow/graph';
import { lastValueFrom, toArray } from 'rxjs';
import { MemoryStore } from '../../lib/memory/index.js';
import { eventually } from '../utils/eventually.js';
import { failing, rejection } from '../utils/graphs.js';

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('given up'));
    });
  });

let attempts = 0;

/** One of three branches fails each time it is tried. */
const fan = new WorkflowBuilder('fan')
  .addNode('a', () => ({ a: 1 }))
  .addNode('b', () => ({ b: 2 }))
  .addNode('c', {
    run: () => {
      throw new TypeError(`no, ${(attempts += 1)}`);
    },
    retry: { attempts: 3, backoff: { delay: 0 } },
  })
  .addNode('d', () => ({ d: 4 }))
  .addEdge('a', 'b')
  .addEdge('a', 'c')
  .addEdge('a', 'd')
  .setEntry('a')
  .setTerminal('d')
  .build();

/** A graph within fails, which its node stores. */
const around = new WorkflowBuilder('around')
  .addNode('in', {
    subworkflow: new WorkflowBuilder('inner').addNode('x', failing).setEntry('x').setTerminal('x').build(),
  })
  .setEntry('in')
  .setTerminal('in')
  .build();

/** What two branches add cannot be merged. */
const clash = new WorkflowBuilder('clash')
  .addNode('a', () => ({}))
  .addNode('b', () => ({ n: 1 }))
  .addNode('c', () => ({ n: 2 }))
  .addNode('d', () => ({ n: 3 }))
  .addEdge('a', 'b')
  .addEdge('a', 'c')
  .addEdge('a', 'd')
  .setReducer('n', (before, added) => {
    if (added === 2) throw new RangeError('two is too much');
    return added;
  })
  .setEntry('a')
  .setTerminal('d')
  .build();

/** Fails where an undo fails as well. */
const twice = new WorkflowBuilder('twice')
  .addNode('in', {
    subworkflow: new WorkflowBuilder('done')
      .addNode('x/y', { run: () => ({}), compensate: failing })
      .setEntry('x/y')
      .setTerminal('x/y')
      .build(),
  })
  .addNode('b', failing)
  .addEdge('in', 'b')
  .setEntry('in')
  .setTerminal('b')
  .build();

/** Can be undone or not, and then waits until it is stopped. */
function endless(name: string, undo: () => void): WorkflowEngine {
  return new WorkflowBuilder(name)
    .addNode('done', { run: () => ({}), compensate: undo })
    .addNode('wait', (_, { signal }) => untilAborted(signal))
    .addEdge('done', 'wait')
    .setEntry('done')
    .setTerminal('wait')
    .build();
}

const stoppable = endless('stoppable', () => undefined);
const stuck = endless('stuck', failing);

async function application(store: MemoryStore) {
  const module = await Test.createTestingModule({
    imports: [
      WorkflowModule.forRoot({ store, settleTimeout: '1s' }),
      WorkflowModule.forFeature([fan, around, clash, twice, stoppable, stuck]),
    ],
  }).compile();
  await module.init();
  return { module, graphs: module.get(GraphService), client: module.get(WorkflowClient) };
}

/** What a stream tells, also of a run that it rejects with. */
async function told(stream: GraphStream<'events'>): Promise<GraphEvent[]> {
  const events: GraphEvent[] = [];
  try {
    for await (const event of stream) events.push(event);
  } catch {
    // What it is ended with is another test's.
  }
  return events;
}

const ends = (events: readonly GraphEvent[]) =>
  events.flatMap((event) => (event.type === 'visit_ended' ? [[event.visit, event.error]] : []));

describe('A visit that fails', () => {
  const store = new MemoryStore();
  let app: Awaited<ReturnType<typeof application>>;

  beforeAll(async () => {
    app = await application(store);
  });
  beforeEach(() => {
    attempts = 0;
  });
  afterAll(() => app.module.close());

  const ofFan = [
    ['a#1', null],
    ['b#1', null],
    ['c#1', 'no, 3'],
    ['d#1', null],
  ];

  it('is told of with its last error, and those beside it, while nothing of them is merged', async () => {
    const events = await told(fan.stream('x', { mode: 'events' }));
    const failed = events.find((event) => event.type === 'visit_ended' && event.node === 'c');

    expect(ends(events)).toEqual(ofFan);
    expect(failed).toMatchObject({ node: 'c', update: {}, state: { input: 'x', a: 1 } });
    expect(Object.keys((failed as { state: object }).state)).toEqual(['input', 'a']);
  });

  it('stands in the history of a durable run, and is told of where that is watched, also after a restart', async () => {
    await rejection(app.graphs.execute(fan, 'x', { id: 'fan-1' }));
    const other = await application(new MemoryStore({ sharedWith: store }));

    for (const { graphs } of [app, other]) {
      const history = await graphs.history('fan-1');
      const stream = graphs.watch('fan-1', { mode: 'events' });
      const events = await lastValueFrom(stream.toObservable().pipe(toArray()));

      expect(history.map(({ visit, error }) => [visit, error])).toEqual(ofFan);
      expect(history.map(({ node, update }) => [node, update])[3]).toEqual(['d', { d: 4 }]);
      expect(ends(events)).toEqual(ofFan);
      expect(events.at(-1)).toEqual({ type: 'ended', status: 'failed', terminatedAt: null });
      expect(ends(await told(stream))).toEqual(ofFan);
    }
    await other.module.close();
  });

  it.each([undefined, 'around-1'])('inside a graph within is told of before that, with the id %s', async (id) => {
    if (id !== undefined) await app.graphs.execute(around, 'x', { id });
    const events = await told(
      id === undefined ? around.stream('x', { mode: 'events' }) : app.graphs.watch(id, { mode: 'events' }),
    );

    expect(ends(events)).toEqual([
      ['in#1/x#1', 'no'],
      ['in#1', 'The node "x" failed: no'],
    ]);
  });

  it.each([undefined, 'clash-1'])('because it cannot be merged is told of as failed, with the id %s', async (id) => {
    const error = await rejection(app.graphs.execute(clash, 'x', { ...(id !== undefined && { id }) }));
    const events = await told(
      id === undefined ? clash.stream('x', { mode: 'events' }) : app.graphs.watch(id, { mode: 'events' }),
    );
    const refused = 'What the node "c" adds could not be merged: two is too much';
    const visits = [
      ['a#1', null],
      ['b#1', null],
      ['c#1', refused],
      ['d#1', null],
    ];

    expect(error).toMatchObject({ node: 'c', message: refused });
    expect(error?.result?.nodeResults.map((result) => [`${result.nodeName}#1`, result.error])).toEqual(visits);
    expect(ends(events)).toEqual(visits);
  });
});

describe('A graph that fails, and then cannot be undone', () => {
  it.each([undefined, 'twice-1'])(
    'rejects with its failure, and with what was not undone, with the id %s',
    async (id) => {
      const { module, graphs } = await application(new MemoryStore());
      const error = await rejection(graphs.execute(twice, 'x', { ...(id !== undefined && { id }) }));
      const events = await told(
        id === undefined ? twice.stream('x', { mode: 'events' }) : graphs.watch(id, { mode: 'events' }),
      );

      expect(error).toMatchObject({ name: 'NodeExecutionError', node: 'b', message: 'The node "b" failed: no' });
      expect(error?.result).toMatchObject({ status: 'compensation_failed', iterations: 2 });
      expect(error?.compensationErrors).toMatchObject([
        { name: 'NodeExecutionError', node: 'x/y', message: 'The visit "in#1/x/y#1" could not be undone: no' },
      ]);
      expect(events.at(-1)).toMatchObject({ type: 'ended', status: 'compensation_failed' });
      await module.close();
    },
  );
});

describe('A run of a graph that was stopped', () => {
  let app: Awaited<ReturnType<typeof application>>;

  beforeAll(async () => {
    app = await application(new MemoryStore());
  });
  afterAll(() => app.module.close());

  const running = async (id: string, graph: WorkflowEngine): Promise<TestingModule> => {
    await app.graphs.start(graph, 'x', { id });
    for await (const { type } of app.graphs.watch(id, { mode: 'events' })) if (type === 'visit_ended') break;
    return app.module;
  };

  it.each([
    ['cancelled', stoppable],
    ['compensation_failed', stuck],
  ] as const)('has ended as %s: in a stream, where it is watched, and in its result', async (status, graph) => {
    const abort = new AbortController();
    const streamed: GraphEvent[] = [];
    const reading = (async () => {
      for await (const event of graph.stream('x', { mode: 'events', signal: abort.signal })) {
        streamed.push(event);
        if (event.type === 'visit_started' && event.node === 'wait') abort.abort(new Error('enough'));
      }
    })();
    await reading.catch(() => undefined);
    await running(status, graph);
    await app.client.cancel(status, 'enough');
    const watched = await told(app.graphs.watch(status, { mode: 'events' }));

    const ended = { type: 'ended', status, terminatedAt: null };
    expect(streamed.at(-1)).toEqual(ended);
    expect(watched.at(-1)).toEqual(ended);
    expect(await app.graphs.result(status)).toMatchObject({ status, succeeded: false });
  });

  it('is still running where one branch has failed and another has not ended', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const graph = new WorkflowBuilder('one-of-two')
      .addNode('a', () => ({}))
      .addNode('b', failing)
      .addNode('c', async () => {
        await held;
        return {};
      })
      .addEdge('a', 'b')
      .addEdge('a', 'c')
      .setEntry('a')
      .setTerminal('c')
      .build();
    app.graphs.register(graph);
    const { id } = await app.graphs.start(graph);
    await eventually(async () =>
      (await app.client.getJournal(id)).some(({ name, status }) => name === 'b#1' && status === 'failed'),
    );
    const [under, visits] = [await app.graphs.result(id), await app.graphs.history(id)];
    release();
    const events = await told(app.graphs.watch(id, { mode: 'events' }));

    expect([under.status, visits.map(({ visit }) => visit)]).toEqual(['running', ['a#1']]);
    expect(ends(events)).toEqual([
      ['a#1', null],
      ['b#1', 'no'],
      ['c#1', null],
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'ended', status: 'failed' });
  });
});
