import type { WorkflowDefinition } from '../../lib/core/definition/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import { VirtualClock } from '../../lib/core/time/index.js';
import type { PollRequest, RenewRequest } from '../../lib/core/store/index.js';
import { EngineHarness } from './harness.js';

const INSTANCES = 1_200;

/** Notes how much is asked for at a time. */
class NotingStore extends MemoryStore {
  readonly limits: number[] = [];
  readonly renewals: number[] = [];

  override poll(request: PollRequest) {
    this.limits.push(request.limit);
    return super.poll(request);
  }

  override renew(request: RenewRequest) {
    this.renewals.push(request.leases.length);
    return super.renew(request);
  }
}

describe('A worker with room for many instances', () => {
  let harness: EngineHarness;
  let store: NotingStore;
  let running: number;

  beforeEach(async () => {
    store = new NotingStore({ clock: new VirtualClock() });
    running = 0;
    harness = await EngineHarness.create(() =>
      Promise.resolve({ store, view: () => Promise.resolve(store), dispose: () => Promise.resolve() }),
    );
  });

  afterEach(() => harness.dispose());

  const definition: WorkflowDefinition = {
    name: 'long',
    version: 1,
    model: 'workflow',
    run: () => {
      running += 1;
      return new Promise(() => undefined);
    },
  };

  it('claims and renews them in portions, until it has all of them', async () => {
    const idle = await harness.boot({ definitions: [definition], worker: { concurrency: 0 } });
    for (let at = 0; at < INSTANCES; at += 1) await idle.start('long', `long-${at}`);
    const busy = await harness.boot({
      definitions: [definition],
      worker: { id: 'busy', concurrency: 5_000, leaseMs: 10_000, heartbeatIntervalMs: 3_000 },
    });
    await harness.pass(() => running === INSTANCES);
    store.renewals.length = 0;
    await harness.clock.advance(3_000);

    expect(busy.worker.status.executing).toBe(INSTANCES);
    expect(Math.max(...store.limits)).toBe(500);
    expect(store.renewals).toEqual([500, 500, 200]);
  });

  it('leaves leases alone that have only just begun', async () => {
    const worker = { leaseMs: 10_000, heartbeatIntervalMs: 3_000 };
    const engine = await harness.boot({ definitions: [definition], worker });
    const begun = async (count: number): Promise<void> => {
      while (running < count) await harness.clock.advance(1);
    };
    await engine.start('long', 'early');
    await begun(1);
    await harness.clock.advance(2_000);
    await engine.start('long', 'late');
    await begun(2);

    await harness.clock.advance(1_000);
    expect(store.renewals).toEqual([1]);
    await harness.clock.advance(3_000);
    expect(store.renewals).toEqual([1, 2]);
  });
});
