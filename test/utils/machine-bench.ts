import type { WorkflowClient } from '../../lib/client/index.js';
import type { WorkflowDefinition } from '../../lib/core/definition/index.js';
import { silentLogger, type LifecycleEvent } from '../../lib/core/lifecycle/index.js';
import type { WorkflowStore } from '../../lib/core/store/index.js';
import type { Duration, VirtualClock } from '../../lib/core/time/index.js';
import { StateMachineService } from '../../lib/state-machine/index.js';
import { createEngine, type WorkflowEngine } from '../../lib/workflow.engine.js';
import { resolveWorkflowOptions } from '../../lib/workflow.options.js';

export interface MachineBenchOptions {
  readonly workerId?: string;
  /** Events are stored with their transitions. */
  readonly outbox?: boolean;
  readonly leaseDuration?: Duration;
}

/** State machines in one process under a virtual clock, over whatever store. */
export class MachineBench {
  readonly machines: StateMachineService;
  readonly events: LifecycleEvent[] = [];

  private constructor(
    readonly engine: WorkflowEngine,
    readonly clock: VirtualClock,
  ) {
    this.machines = new StateMachineService(engine.services, engine.client);
    engine.services.bus.subscribe((event) => this.events.push(event));
  }

  static async start(
    store: WorkflowStore,
    clock: VirtualClock,
    definitions: readonly WorkflowDefinition[],
    { workerId = 'worker', outbox = false, leaseDuration = '1d' }: MachineBenchOptions = {},
  ): Promise<MachineBench> {
    const worker = { id: workerId, pollInterval: '1h', leaseDuration, warmInstances: 0 };
    const retry = { attempts: 2, backoff: { delay: '1s' as const } };
    const engine = createEngine(
      resolveWorkflowOptions({ clock, store, worker, retry, events: { outbox } }, 'test'),
      store,
      silentLogger,
    );
    for (const definition of definitions) engine.services.registry.register(definition);
    await engine.start();
    return new MachineBench(engine, clock);
  }

  get client(): WorkflowClient {
    return this.engine.client;
  }

  /** Lets everything go on that need not wait for time. */
  async drain(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      await this.clock.advance(0);
      await this.engine.worker?.drain();
    }
  }

  async advance(ms: number): Promise<void> {
    await this.drain();
    await this.clock.advance(ms);
    await this.drain();
  }

  async stop(): Promise<void> {
    const stopped = this.engine.stop();
    await this.clock.advance(30_000);
    await stopped;
  }
}
