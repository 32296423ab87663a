import {
  LifecycleBus,
  silentLogger,
  type LifecycleEvent,
  type StreamItem,
  type WorkflowLogger,
} from '../../lib/core/lifecycle/index.js';
import { DefinitionRegistry, type WorkflowContext, type WorkflowDefinition } from '../../lib/core/definition/index.js';
import { slotsOf, type EngineOptions, type EngineServices } from '../../lib/core/execution/index.js';
import { JournalWriter } from '../../lib/core/journal/index.js';
import { DEFAULT_RETRY_POLICY } from '../../lib/core/policies/index.js';
import type { InstanceRecord, InstanceSeed } from '../../lib/core/records/index.js';
import {
  combineCodecs,
  jsonPayloadSerializer,
  PayloadPort,
  type PayloadCodec,
} from '../../lib/core/serialization/index.js';
import type { WorkflowStore } from '../../lib/core/store/index.js';
import { StoreTime, type Clock } from '../../lib/core/time/index.js';
import { Worker, type WorkerOptions } from '../../lib/worker/index.js';

/** An engine without Nest: the classes of the library over a given store and clock. */
export interface BareEngine {
  readonly services: EngineServices;
  readonly worker: Worker;
  readonly events: LifecycleEvent[];
  start(name: string, id: string, input?: unknown): Promise<void>;
  find(id: string): Promise<InstanceRecord>;
}

export interface BareEngineOptions {
  readonly store: WorkflowStore;
  readonly clock: Clock;
  readonly definitions: readonly WorkflowDefinition[];
  readonly worker?: Partial<WorkerOptions>;
  readonly options?: Partial<EngineOptions>;
  readonly logger?: WorkflowLogger;
  readonly random?: () => number;
  readonly codec?: PayloadCodec;
}

export function bareEngine(setup: BareEngineOptions): BareEngine {
  const { store, clock } = setup;
  const logger = setup.logger ?? silentLogger;
  const registry = new DefinitionRegistry();
  for (const definition of setup.definitions) registry.register(definition);
  const buildId = setup.worker?.buildId ?? 'build-1';
  const options: EngineOptions = {
    buildId,
    retry: DEFAULT_RETRY_POLICY,
    settleTimeoutMs: 5_000,
    recordStartAfterMs: 1_000,
    payloadLimitBytes: 1_048_576,
    journalSoftLimit: 10_000,
    journalHardLimit: 200_000,
    stepEvents: false,
    outbox: false,
    lockTimeoutMs: 5_000,
    ...setup.options,
  };
  const services: EngineServices = {
    store,
    clock,
    storeTime: new StoreTime(clock),
    registry,
    writer: new JournalWriter(store, clock, logger, { flushers: 2, pauseMs: 50, maxPauseMs: 2_000 }),
    payloads: new PayloadPort(jsonPayloadSerializer, combineCodecs(setup.codec), options.payloadLimitBytes),
    logger,
    bus: new LifecycleBus<LifecycleEvent>(logger),
    stream: new LifecycleBus<StreamItem>(logger),
    options,
    nextCron: (_expression, _zone, after) => after + 60_000,
    random: setup.random ?? (() => 0.5),
  };
  const worker = new Worker(services, {
    id: 'worker',
    buildId,
    concurrency: 100,
    pollIntervalMs: 2_000,
    leaseMs: 10_000,
    heartbeatIntervalMs: 3_333,
    shutdownTimeoutMs: 10_000,
    maxCrashes: 10,
    mismatchGraceMs: 600_000,
    warmInstances: 10_000,
    ...setup.worker,
  });
  const events: LifecycleEvent[] = [];
  services.bus.subscribe((event) => events.push(event));
  return {
    services,
    worker,
    events,
    async start(name, id, input) {
      const definition = registry.resolve(name);
      const seed = await seedOf(services, name, id, input);
      const grant = worker.reserve(`${definition.name}@${definition.version}`);
      const sentAt = clock.monotonic();
      const result = await services.writer.start({
        seed,
        ...(grant === undefined ? {} : { lease: grant }),
      });
      if (grant !== undefined) {
        if (result.kind === 'created' && result.record.workerId === grant.workerId) worker.adopt(result.record, sentAt);
        else worker.decline();
      } else store.hint({ kind: 'due' });
    },
    async find(id) {
      const record = await store.find(id);
      if (record === undefined) throw new Error(`No instance ${id}`);
      return record;
    },
  };
}

/** What an instance of a workflow that the engine knows is created from. */
export async function seedOf(
  { registry, payloads, random }: EngineServices,
  name: string,
  id: string,
  input: unknown,
): Promise<InstanceSeed> {
  const definition = registry.resolve(name);
  const sealed = await payloads.encode(input, { workflowId: id, place: 'input' });
  return {
    id,
    name: definition.name,
    version: definition.version,
    ...(sealed === undefined ? {} : { input: sealed }),
    inputHash: payloads.fingerprint(input),
    headers: {},
    attributes: {},
    priority: definition.priority ?? 1_000,
    seed: `${id}:${random()}`,
    limits: slotsOf(definition, input, undefined),
    ...(definition.timeoutMs === undefined ? {} : { timeoutMs: definition.timeoutMs }),
    idGiven: true,
  };
}

/** A definition from a function. */
export function workflow(
  name: string,
  run: (ctx: WorkflowContext, input: never) => unknown,
  more: Partial<WorkflowDefinition> = {},
): WorkflowDefinition {
  return { name, version: 1, model: 'workflow', run: run as WorkflowDefinition['run'], ...more };
}
