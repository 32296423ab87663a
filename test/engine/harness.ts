import type { WorkflowDefinition } from '../../lib/core/definition/index.js';
import type { EngineOptions } from '../../lib/core/execution/index.js';
import type { WorkflowLogger } from '../../lib/core/lifecycle/index.js';
import type { WorkflowStore } from '../../lib/core/store/index.js';
import { VirtualClock } from '../../lib/core/time/index.js';
import type { WorkerOptions } from '../../lib/worker/index.js';
import { bareEngine, type BareEngine } from '../utils/bare-engine.js';

/** A store on the engine's clock, and further views of it as other processes have them. */
export interface EngineStore {
  readonly store: WorkflowStore;
  view(): Promise<WorkflowStore>;
  dispose(): Promise<void>;
}

export interface EngineSetup {
  readonly definitions: readonly WorkflowDefinition[];
  readonly worker?: Partial<WorkerOptions>;
  readonly options?: Partial<EngineOptions>;
  readonly logger?: WorkflowLogger;
}

const AGES = 1_000 * 24 * 60 * 60_000;

/** An engine over a store, with time that only moves when a spec says so. */
export class EngineHarness {
  private readonly engines: BareEngine[] = [];

  private constructor(
    readonly clock: VirtualClock,
    readonly data: EngineStore,
  ) {}

  static async create(make: (clock: VirtualClock) => Promise<EngineStore>): Promise<EngineHarness> {
    const clock = new VirtualClock();
    return new EngineHarness(clock, await make(clock));
  }

  get store(): WorkflowStore {
    return this.data.store;
  }

  /** A started engine on the shared store. */
  async boot(setup: EngineSetup): Promise<BareEngine> {
    const store = this.engines.length === 0 ? this.data.store : await this.data.view();
    // Time jumps further than any lease here, and real I/O takes none of it: leases and polls are out of the way.
    const worker = { leaseMs: AGES, heartbeatIntervalMs: AGES / 2, pollIntervalMs: AGES, ...setup.worker };
    const engine = bareEngine({ ...setup, worker, store, clock: this.clock });
    this.engines.push(engine);
    await engine.worker.start();
    return engine;
  }

  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.drain();
  }

  /** Lets the engine work until something is true. */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => this.clock.macrotask(resolve));
  }

  /** Lets time pass in small steps until something is true: leases run out, polls come round. */
  async pass(isTrue: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await isTrue())) await this.clock.advance(1_000);
  }

  async drain(): Promise<void> {
    for (let round = 0; round < 2; round += 1) for (const engine of this.engines) await engine.worker.drain();
  }

  async dispose(): Promise<void> {
    const stopped = Promise.all(this.engines.map((engine) => engine.worker.stop()));
    // Bodies that never end have their time to.
    await this.clock.advance(30_000);
    await stopped;
    await this.data.dispose();
  }
}
