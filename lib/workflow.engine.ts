import { hostname } from 'node:os';
import { basename } from 'node:path';
import { WorkflowClient } from './client/index.js';
import { DefinitionRegistry } from './core/definition/index.js';
import { noDispatcher } from './core/dispatch/index.js';
import type { EngineOptions, EngineServices } from './core/execution/index.js';
import { JournalWriter } from './core/journal/index.js';
import { LifecycleBus, type WorkflowLogger } from './core/lifecycle/index.js';
import { RandomSource, newWorkflowId } from './core/records/index.js';
import { PayloadPort } from './core/serialization/index.js';
import type { WorkflowStore } from './core/store/index.js';
import { StoreTime } from './core/time/index.js';
import { EventOutlet } from './cqrs/index.js';
import { nextCron } from './schedules/index.js';
import { OutboxRelay, Worker, type OutboxRelayOptions, type WorkerOptions } from './worker/index.js';
import { buildIdOf } from './workflow.build-id.js';
import { publishDiagnostics } from './workflow.diagnostics.js';
import type { ResolvedWorkerOptions, ResolvedWorkflowOptions } from './workflow.options.js';
import { WorkflowPurger } from './workflow.purger.js';

/** First and longest pause of the journal writer after the store could not be reached. */
const WRITER_PAUSES = { pauseMs: 50, maxPauseMs: 2_000 };

interface RunningParts {
  readonly worker?: Worker;
  readonly relay?: OutboxRelay;
  readonly purger?: WorkflowPurger;
}

/**
 * One process's engine, wired: what the module hands out piece by piece, and what tests use without Nest.
 *
 * @internal
 */
export class WorkflowEngine {
  constructor(
    readonly settings: ResolvedWorkflowOptions,
    readonly services: EngineServices,
    readonly client: WorkflowClient,
    readonly outlet: EventOutlet,
    private readonly running: RunningParts,
  ) {}

  /** Absent where nothing runs in this process. */
  get worker(): Worker | undefined {
    return this.running.worker;
  }

  /** Connects the store. Definitions are registered before {@link start}. */
  open(): Promise<void> {
    return this.services.store.open();
  }

  /** Begins to execute. */
  async start(): Promise<void> {
    const { worker, relay, purger } = this.running;
    await worker?.start();
    relay?.start();
    purger?.start();
  }

  /** Claims nothing more, lets running steps end, hands the rest back. Starting, signalling and reading go on. */
  async stop(): Promise<void> {
    const { worker, relay, purger } = this.running;
    await purger?.stop();
    await worker?.stop();
    await relay?.stop();
  }

  /** Ends the connection. Whoever still waits for something is told. */
  async close(): Promise<void> {
    this.services.writer.close();
    await this.services.store.close();
    this.client.close();
  }
}

/** Wires an engine from options and a store. @internal */
export function createEngine(
  options: ResolvedWorkflowOptions,
  store: WorkflowStore,
  logger: WorkflowLogger,
): WorkflowEngine {
  const services = createServices(options, store, logger);
  const { worker: workerSettings, purge, clock } = options;
  const worker = workerSettings && new Worker(services, workerOptions(workerSettings, services.options));
  const client = new WorkflowClient(services, worker ?? noDispatcher);
  const outlet = new EventOutlet(services);
  publishDiagnostics(services.bus);
  const relays = services.options.outbox && workerSettings !== undefined && worker !== undefined;
  return new WorkflowEngine(options, services, client, outlet, {
    ...(worker !== undefined && { worker }),
    ...(relays && { relay: new OutboxRelay(services, relayOptions(worker, workerSettings), outlet.deliver) }),
    ...(purge !== undefined && { purger: new WorkflowPurger(client, clock, logger, purge) }),
  });
}

function createServices(
  options: ResolvedWorkflowOptions,
  store: WorkflowStore,
  logger: WorkflowLogger,
): EngineServices {
  const { clock, engine } = options;
  const registry = new DefinitionRegistry();
  let chance: RandomSource | undefined;
  return {
    store,
    clock,
    storeTime: new StoreTime(clock),
    registry,
    writer: new JournalWriter(store, clock, logger, { flushers: options.flushers, ...WRITER_PAUSES }),
    payloads: new PayloadPort(options.serializer, options.codec, engine.payloadLimitBytes),
    logger,
    bus: new LifecycleBus(logger),
    stream: new LifecycleBus(logger),
    options: engineOptions(options, registry),
    nextCron,
    random: () => (chance ??= new RandomSource(newWorkflowId(clock), 1)).random(),
  };
}

/** The build is named when it is first asked for, because definitions are registered after the engine is made. */
function engineOptions({ engine, buildId }: ResolvedWorkflowOptions, registry: DefinitionRegistry): EngineOptions {
  let named = buildId;
  return {
    ...engine,
    get buildId() {
      return (named ??= buildIdOf(registry));
    },
  };
}

function workerOptions(options: ResolvedWorkerOptions, engine: EngineOptions): WorkerOptions {
  return {
    ...options,
    id: options.id ?? defaultWorkerId(),
    get buildId() {
      return engine.buildId;
    },
  };
}

/** The same for each start of one application on one host, so that a restarted process takes over what it left. */
function defaultWorkerId(): string {
  return `${hostname()}/${basename(process.cwd())}`;
}

/** Several processes of one host share the base of their worker ids: only what the worker got when it started is its own. */
function relayOptions(worker: Worker, { leaseMs }: ResolvedWorkerOptions): OutboxRelayOptions {
  return {
    leaseMs,
    pollIntervalMs: 1_000,
    batch: 500,
    get workerId() {
      return worker.status.id ?? defaultWorkerId();
    },
  };
}
