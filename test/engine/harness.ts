import type { WorkflowDefinition } from '../../lib/core/definition/index.js';
import type { EngineOptions } from '../../lib/core/execution/index.js';
import type { WorkflowStore } from '../../lib/core/store/index.js';
import { VirtualClock } from '../../lib/core/time/index.js';
import type { WorkerOptions } from '../../lib/worker/index.js';
import { bareEngine, type BareEngine } from '../utils/bare-engine.js';

/** A store whose time can be moved, and further views of it as other processes have them. */
export interface EngineStore {
  readonly store: WorkflowStore;
  view(): Promise<WorkflowStore>;
  /** Moves the store's time where it is not the engine's clock. */
  shift(ms: number): void;
  dispose(): Promise<void>;
}

export interface EngineSetup {
  readonly definitions: readonly WorkflowDefinition[];
  readonly worker?: Partial<WorkerOptions>;
  readonly options?: Partial<EngineOptions>;
}

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
    const engine = bareEngine({ ...setup, store, clock: this.clock });
    this.engines.push(engine);
    await engine.worker.start();
    return engine;
  }

  async advance(ms: number): Promise<void> {
    this.data.shift(ms);
    await this.clock.advance(ms);
    await this.drain();
  }

  async drain(): Promise<void> {
    for (let round = 0; round < 2; round += 1) for (const engine of this.engines) await engine.worker.drain();
  }

  async dispose(): Promise<void> {
    for (const engine of this.engines) await engine.worker.stop();
    await this.data.dispose();
  }
}
