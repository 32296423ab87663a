import type { WorkflowContext, WorkflowDefinition } from '../../lib/core/definition/index.js';
import { systemClock } from '../../lib/core/time/index.js';
import type { PostgresStore } from '../../lib/postgres/index.js';
import type { WorkerOptions } from '../../lib/worker/index.js';
import { bareEngine, workflow, type BareEngine } from '../utils/bare-engine.js';
import { eventually } from '../utils/eventually.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { entryOf, pollOf, seedOf, startRunning, unitOf } from '../utils/store-scenario.js';

/** A process that never renews a lease: after it has claimed, it is as good as dead. */
const FADING = { leaseMs: 800, heartbeatIntervalMs: 60_000 };

describe('On Postgres', () => {
  let fixture: PostgresFixture;
  let first: PostgresStore;
  let second: PostgresStore;
  let engines: BareEngine[] = [];

  beforeAll(async () => {
    fixture = await PostgresFixture.create('interleavings');
    first = await fixture.store();
    second = await fixture.store();
  });

  afterEach(async () => {
    for (const engine of engines) await engine.worker.stop();
    engines = [];
  });

  afterAll(() => fixture.dispose());

  async function boot(
    store: PostgresStore,
    id: string,
    definition: WorkflowDefinition,
    worker: Partial<WorkerOptions> = {},
  ): Promise<BareEngine> {
    const engine = bareEngine({
      store,
      clock: systemClock,
      definitions: [definition],
      worker: { id, pollIntervalMs: 50, shutdownTimeoutMs: 100, ...worker },
    });
    engines.push(engine);
    await engine.worker.start();
    return engine;
  }

  async function end(engine: BareEngine, id: string): Promise<unknown> {
    const { status, output } = await eventually(
      () => engine.find(id),
      ({ endedAt }) => endedAt !== undefined,
    );
    return [status, output === undefined ? undefined : JSON.parse(output)];
  }

  it('nine of ten finished parallel steps outlast the process in which the tenth runs', async () => {
    const begun: string[] = [];
    let isSecond = false;
    const run = (ctx: WorkflowContext) =>
      Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          ctx.step(`s${index}`, () => {
            begun.push(`s${index}`);
            return index === 9 && !isSecond ? new Promise<number>(() => undefined) : index;
          }),
        ),
      );
    const definition = workflow('ten', run);
    const dying = await boot(first, 'ten-a', definition, FADING);
    await dying.start('ten', 'ten');
    await eventually(async () => (await second.readJournal('ten', 1)).length === 9);
    isSecond = true;
    const heir = await boot(second, 'ten-b', definition);

    expect(await end(heir, 'ten')).toEqual(['completed', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
    expect(begun.sort()).toEqual(['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's9']);
  });

  it('a cancelled saga undoes the step that its lost process may have done, before those that it has', async () => {
    const undone: string[] = [];
    let hangs = false;
    const undo = (name: string) => ({
      compensate: (_: unknown, { uncertain }: { readonly uncertain: boolean }) =>
        void undone.push(`${name}${uncertain ? '?' : ''}`),
    });
    const run = async (ctx: WorkflowContext) => {
      await ctx.step('sure', () => 1, undo('sure'));
      await ctx.step('perhaps', () => new Promise<number>(() => (hangs = true)), undo('perhaps'));
    };
    const definition = workflow('doubtful', run);
    const dying = await boot(first, 'doubtful-a', definition, FADING);
    await dying.start('doubtful', 'doubtful');
    await eventually(() => hangs);
    expect((await second.requestCancel('doubtful', 'enough', '{}'))?.accepted).toBe(true);
    const heir = await boot(second, 'doubtful-b', definition);

    expect(await end(heir, 'doubtful')).toEqual(['cancelled', undefined]);
    expect(undone).toEqual(['perhaps?', 'sure']);
  });

  it('instances that are evicted while their signals arrive take every one of them, in order', async () => {
    const LETTERS = [0, 1, 2, 3];
    const ids = Array.from({ length: 12 }, (_, index) => `evicted-${index}`);
    const definition = workflow('evicted', async (ctx) => {
      const taken: unknown[] = [];
      for (const index of LETTERS) taken.push(await ctx.waitForSignal(`w${index}`, 'letter'));
      return taken;
    });
    const one = await boot(first, 'evicted-a', definition, { warmInstances: 1 });
    await boot(second, 'evicted-b', definition, { warmInstances: 1 });
    await Promise.all(ids.map((id) => one.start('evicted', id)));
    for (const letter of LETTERS) {
      const send = ids.map((workflowId, index) =>
        (index % 2 === 0 ? first : second).signal([
          { id: `${workflowId}-${letter}`, workflowId, name: 'letter', payload: `${letter}` },
        ]),
      );
      await Promise.all(send);
    }

    for (const id of ids) expect(await end(one, id)).toEqual(['completed', LETTERS]);
  });

  it('no child goes on as if nothing had happened when its parent is terminated while it starts it', async () => {
    const parents = await startRunning(first, 60);
    const children = parents.map(({ id, generation }) => ({
      seed: { ...seedOf(), id: `${id}/child`, parent: { workflowId: id, generation, close: 'cancel' as const } },
    }));
    const starts = parents.map((parent, index) =>
      first.flush([unitOf(parent, { entries: [entryOf(1, { kind: 'child' })], children: [children[index]!] })]),
    );
    const stops = parents.map(({ id }) => second.terminate(id, 'enough', '{}'));
    const [written] = await Promise.all([Promise.all(starts), Promise.all(stops)]);
    const claimed = new Map<string, boolean>();
    const worker = { id: 'heir', buildId: 'build-1', definitions: ['order@1'], heartbeatMs: 2_000 };
    await second.registerWorker(worker);
    for (let polls = 0; polls < 3; polls += 1)
      for (const { id, cancel } of (await second.poll(pollOf({ workerId: 'heir', limit: 100 }))).claimed)
        claimed.set(id, cancel !== undefined);

    for (const [index, { seed }] of children.entries()) {
      const child = await second.find(seed.id);
      expect(child === undefined).toBe(written[index]![0]!.kind !== 'applied');
      if (child !== undefined) expect([child.status, claimed.get(seed.id)]).toEqual(endOf(child.status));
    }

    function endOf(status: string): unknown {
      return status === 'cancelled' ? ['cancelled', undefined] : ['running', true];
    }
  });
});
