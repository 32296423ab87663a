import type { WorkflowDefinition } from '../../../lib/core/definition/index.js';
import type { EngineOptions } from '../../../lib/core/execution/index.js';
import type { WorkflowLogger } from '../../../lib/core/lifecycle/index.js';
import type { WorkerRegistration } from '../../../lib/core/store/index.js';
import { MemoryStore } from '../../../lib/memory/index.js';
import { OutboxRelay, type WorkerOptions } from '../../../lib/worker/index.js';
import { bareEngine, type BareEngine } from '../../utils/bare-engine.js';
import type { Loop } from './scheduler.js';
import { SimClock } from './sim-clock.js';
import { SimStore } from './sim-store.js';
import type { World } from './world.js';

/** How a process is started. */
export interface ProcessOptions {
  /** Base of its worker id; a process that comes up under the id of an earlier one takes over its leases. */
  readonly workerId: string;
  readonly buildId: string;
  readonly definitions: (process: SimProcess) => readonly WorkflowDefinition[];
  readonly worker?: Partial<WorkerOptions>;
  readonly options?: Partial<EngineOptions>;
}

/** One process of the simulated cluster: its own clock, connection, engine and worker over the shared database. */
export class SimProcess {
  /** Which life of which process: never used twice. */
  readonly life: number;
  readonly loop: Loop;
  readonly clock: SimClock;
  readonly store: SimStore;
  readonly engine: BareEngine;
  private readonly relay: OutboxRelay | undefined;

  constructor(
    readonly world: World,
    readonly options: ProcessOptions,
  ) {
    this.life = world.nextLife();
    this.loop = world.scheduler.loop(`${options.workerId}.${this.life}`);
    this.clock = new SimClock(world.scheduler, this.loop);
    this.store = new SimStore({
      scheduler: world.scheduler,
      loop: this.loop,
      databaseLoop: world.databaseLoop,
      network: world.network,
      session: new MemoryStore({
        clock: world.databaseClock,
        sharedWith: world.database,
        yieldEach: () => world.databaseTurn(),
      }),
      onRequest: (operation, request) => {
        if (operation === 'registerWorker') world.watch.onRegister(this, (request as WorkerRegistration).id);
      },
      onAnswer: (operation, request, answer) => {
        // What an older process of that id has claimed in the meantime was taken over as well.
        if (operation === 'registerWorker') world.watch.onRegister(this, (request as WorkerRegistration).id);
        world.watch.onAnswer(this, operation, request, answer);
      },
    });
    const random = world.random.fork();
    this.engine = bareEngine({
      store: this.store,
      clock: this.clock,
      definitions: options.definitions(this),
      worker: { id: options.workerId, buildId: options.buildId, ...options.worker },
      options: { outbox: world.config.outbox, stepEvents: world.config.outbox, ...options.options },
      logger: this.logger(),
      random: () => random.next(),
    });
    this.engine.services.bus.subscribe((event) => {
      if (!this.loop.isDead) world.watch.onEvent(this, event);
    });
    if (world.config.outbox) {
      this.relay = new OutboxRelay(this.engine.services, {
        workerId: options.workerId,
        pollIntervalMs: 1_000,
        leaseMs: 10_000,
        batch: 500,
      });
    }
  }

  get isAlive(): boolean {
    return !this.loop.isDead;
  }

  get isFrozen(): boolean {
    return this.loop.isFrozen;
  }

  /** Starts the worker; tries again until the store answers, as a supervisor would. */
  start(): void {
    this.world.scheduler.macrotask(this.loop, () => {
      void this.engine.worker.start().then(
        () => {
          this.relay?.start();
        },
        () => {
          this.clock.schedule(500, () => {
            this.start();
          });
        },
      );
    });
  }

  /** A graceful end: drains, hands leases back, then is gone, with what it could not wait for. */
  stop(): void {
    this.world.released.add(this.life);
    void this.engine.worker.stop().then(async () => {
      await this.relay?.stop();
      this.crash();
    });
  }

  /** Killed at this very moment: everything it had in mind is gone, what it has sent may still arrive. */
  crash(): void {
    this.loop.kill();
    this.world.scheduler.message(this.world.databaseLoop, this.world.network.delay(0.2), 'connections drop', () => {
      this.store.breakConnections();
    });
  }

  freeze(): void {
    this.loop.isFrozen = true;
  }

  thaw(): void {
    this.loop.isFrozen = false;
  }

  private logger(): WorkflowLogger {
    const say =
      (level: string): WorkflowLogger['info'] =>
      (message, fields) => {
        if (!this.isAlive) return;
        this.world.scheduler.trace?.(`${this.loop.name} ${level}: ${message} ${JSON.stringify(fields ?? {})}`);
        if (level === 'error') this.world.watch.onErrorLog(this, message, fields);
      };
    return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  }
}
