import { BulkOperationConfig } from './bulk/index.js';
import { WorkflowOptionsError } from './core/errors/index.js';
import type { EngineOptions } from './core/execution/index.js';
import { duration, flag, knownOptions, limit, refuseUnknownOptions, text, wholeNumber } from './core/options/index.js';
import type { KnownOptions } from './core/options/index.js';
import { BACKOFF, resolveRetry, RETRY_RULE } from './core/policies/index.js';
import { isTerminal, type InstanceStatus, type TerminalStatus } from './core/records/index.js';
import {
  DEFAULT_PAYLOAD_LIMIT_BYTES,
  combineCodecs,
  jsonPayloadSerializer,
  type PayloadCodec,
  type PayloadSerializer,
} from './core/serialization/index.js';
import type { WorkflowStore } from './core/store/index.js';
import { systemClock, type Clock } from './core/time/index.js';
import type { WorkerOptions } from './worker/index.js';
import type {
  WorkflowDataSource,
  WorkflowEventsOptions,
  WorkflowJournalOptions,
  WorkflowModuleOptions,
  WorkflowPurgeOptions,
  WorkflowTypeOrmOptions,
  WorkflowWorkerOptions,
} from './workflow-module-options.interface.js';
import { GraphConfig } from './graph/index.js';

/** Every option with its default applied; times in milliseconds. @internal */
export interface ResolvedWorkflowOptions {
  readonly storage: ResolvedStorage;
  /** Absent: nothing runs in this process. */
  readonly worker?: ResolvedWorkerOptions;
  readonly engine: Omit<EngineOptions, 'buildId'>;
  readonly flushers: number;
  readonly codec?: PayloadCodec;
  readonly serializer: PayloadSerializer;
  /** Absent: if there is an event bus. */
  readonly publishOnEventBus?: boolean;
  readonly purge?: ResolvedPurge;
  /** Absent: derived from what is registered. */
  readonly buildId?: string;
  readonly bulk: BulkOperationConfig;
  readonly graph: GraphConfig;
  readonly clock: Clock;
}

/** @internal */
export type ResolvedStorage =
  | { readonly kind: 'memory' }
  | { readonly kind: 'own'; readonly store: WorkflowStore }
  | ({ readonly kind: 'typeorm' } & ResolvedTypeOrm);

/** @internal */
export interface ResolvedTypeOrm {
  readonly dataSource?: string | WorkflowDataSource;
  readonly schema?: string;
  readonly tablePrefix?: string;
  readonly stateTable?: string;
  readonly migrate: boolean;
  readonly notify: boolean;
  readonly preparedStatements: boolean;
}

/** What a worker is given, except what is made up where it is started. @internal */
export type ResolvedWorkerOptions = Omit<WorkerOptions, 'id' | 'buildId'> & Partial<Pick<WorkerOptions, 'id'>>;

/** @internal */
export interface ResolvedPurge {
  readonly olderThanMs: number;
  readonly everyMs: number;
  readonly status?: TerminalStatus | readonly TerminalStatus[];
}

const MODULE = knownOptions<WorkflowModuleOptions>({
  typeorm: true,
  store: true,
  allowInMemoryStorage: true,
  worker: true,
  retry: true,
  settleTimeout: true,
  lockTimeout: true,
  payload: true,
  codec: true,
  serializer: true,
  journal: true,
  events: true,
  purge: true,
  bulk: true,
  graph: true,
  clock: true,
});
const PAYLOAD = knownOptions<NonNullable<WorkflowModuleOptions['payload']>>({ limit: true });
const JOURNAL = knownOptions<WorkflowJournalOptions>({ flushers: true, warnEntries: true, maxEntries: true });
const EVENTS = knownOptions<WorkflowEventsOptions>({ steps: true, outbox: true, cqrs: true });
const PURGE = knownOptions<WorkflowPurgeOptions>({ olderThan: true, every: true, status: true });
const TYPEORM = knownOptions<WorkflowTypeOrmOptions>({
  dataSource: true,
  schema: true,
  tablePrefix: true,
  stateTable: true,
  migrate: true,
  notify: true,
  preparedStatements: true,
});
const WORKER = knownOptions<WorkflowWorkerOptions>({
  enabled: true,
  id: true,
  concurrency: true,
  pollInterval: true,
  leaseDuration: true,
  heartbeatInterval: true,
  shutdownTimeout: true,
  maxCrashes: true,
  mismatchGrace: true,
  buildId: true,
  warmInstances: true,
});

/** What there is to set, by the option that holds it. @internal */
export const WORKFLOW_OPTION_NAMES: Readonly<Record<string, KnownOptions>> = {
  '': MODULE,
  ...{ typeorm: TYPEORM, worker: WORKER, payload: PAYLOAD, journal: JOURNAL, events: EVENTS, purge: PURGE },
  ...{ retry: RETRY_RULE, 'retry.backoff': BACKOFF, bulk: BulkOperationConfig.names, graph: GraphConfig.names },
};

/**
 * Applies the defaults and checks every option: the one place for both.
 *
 * @param environment What NODE_ENV says.
 * @throws WorkflowOptionsError naming the option and its value.
 *
 * @internal
 */
export function resolveWorkflowOptions(
  options: WorkflowModuleOptions = {},
  environment: string | undefined = process.env['NODE_ENV'],
): ResolvedWorkflowOptions {
  section(options, MODULE, '');
  const isProduction = environment === 'production';
  const payload = section(options.payload, PAYLOAD, 'payload');
  const journal = section(options.journal, JOURNAL, 'journal');
  const events = section(options.events, EVENTS, 'events');
  const retry = resolveRetry(options.retry);
  const worker = resolveWorker(options.worker);
  const buildId = typeof options.worker === 'object' ? text(options.worker.buildId, 'worker.buildId') : undefined;
  const codec = combineCodecs(options.codec);
  const cqrs = events.cqrs === undefined ? undefined : flag(events.cqrs, true, 'events.cqrs');
  const maxEntries = wholeNumber(journal.maxEntries, 200_000, 'journal.maxEntries');
  return {
    storage: resolveStorage(options, isProduction),
    ...(worker !== undefined && { worker }),
    engine: {
      retry,
      settleTimeoutMs: duration(options.settleTimeout, 5_000, 'settleTimeout'),
      recordStartAfterMs: 1_000,
      payloadLimitBytes: limit(payload.limit, DEFAULT_PAYLOAD_LIMIT_BYTES, 'payload.limit'),
      journalSoftLimit: wholeNumber(journal.warnEntries, Math.min(10_000, maxEntries), 'journal.warnEntries'),
      journalHardLimit: maxEntries,
      stepEvents: flag(events.steps, false, 'events.steps'),
      outbox: flag(events.outbox, false, 'events.outbox'),
      lockTimeoutMs: duration(options.lockTimeout, 5_000, 'lockTimeout'),
    },
    flushers: wholeNumber(journal.flushers, 2, 'journal.flushers'),
    ...(codec !== undefined && { codec }),
    serializer: resolveSerializer(options.serializer),
    ...(cqrs !== undefined && { publishOnEventBus: cqrs }),
    ...(options.purge !== undefined && { purge: resolvePurge(options.purge) }),
    ...(buildId !== undefined && { buildId }),
    bulk: BulkOperationConfig.of(options.bulk, '', 'bulk'),
    graph: GraphConfig.of(options.graph, '', 'graph'),
    clock: resolveClock(options.clock),
  };
}

function resolveStorage(options: WorkflowModuleOptions, isProduction: boolean): ResolvedStorage {
  const { store, typeorm } = options;
  const allowed = flag(options.allowInMemoryStorage, false, 'allowInMemoryStorage');
  if (store !== undefined) {
    if (typeorm !== undefined && typeorm !== false) {
      throw new WorkflowOptionsError({
        option: 'typeorm',
        value: typeorm,
        expected: 'left out where "store" is given',
      });
    }
    if (typeof store.open !== 'function') {
      throw new WorkflowOptionsError({ option: 'store', value: store, expected: 'a WorkflowStore' });
    }
    return { kind: 'own', store };
  }
  if (typeorm !== undefined && typeorm !== false) return { kind: 'typeorm', ...resolveTypeOrm(typeorm, isProduction) };
  if (isProduction && !allowed) {
    throw new WorkflowOptionsError({
      option: 'typeorm',
      value: typeorm,
      expected:
        'given with NODE_ENV=production: workflows kept in memory are lost with the process. ' +
        'Set "typeorm: true", or "allowInMemoryStorage: true" if that is what you want',
    });
  }
  return { kind: 'memory' };
}

function resolveTypeOrm(given: true | WorkflowTypeOrmOptions, isProduction: boolean): ResolvedTypeOrm {
  const options = section(given === true ? {} : given, TYPEORM, 'typeorm');
  const { dataSource } = options;
  const isDataSource = typeof dataSource === 'object' && dataSource !== null && 'isInitialized' in dataSource;
  if (dataSource !== undefined && !isDataSource && typeof dataSource !== 'string') {
    throw new WorkflowOptionsError({
      option: 'typeorm.dataSource',
      value: dataSource,
      expected: 'a DataSource, or its name',
    });
  }
  return {
    ...(dataSource !== undefined && { dataSource }),
    // Whether it is a fit name for a schema is judged where it becomes SQL.
    ...(options.schema !== undefined && { schema: options.schema }),
    ...(options.tablePrefix !== undefined && { tablePrefix: options.tablePrefix }),
    ...(options.stateTable !== undefined && { stateTable: options.stateTable }),
    migrate: flag(options.migrate, !isProduction, 'typeorm.migrate'),
    notify: flag(options.notify, true, 'typeorm.notify'),
    preparedStatements: flag(options.preparedStatements, true, 'typeorm.preparedStatements'),
  };
}

function resolveWorker(given: boolean | WorkflowWorkerOptions | undefined): ResolvedWorkerOptions | undefined {
  if (given === false) return undefined;
  const options = section(given === true ? {} : given, WORKER, 'worker');
  if (!flag(options.enabled, true, 'worker.enabled')) return undefined;
  const leaseMs = duration(options.leaseDuration, 10_000, 'worker.leaseDuration', 100);
  const heartbeatIntervalMs = duration(
    options.heartbeatInterval,
    Math.ceil(leaseMs / 3),
    'worker.heartbeatInterval',
    10,
  );
  if (heartbeatIntervalMs >= leaseMs) {
    throw new WorkflowOptionsError({
      option: 'worker.heartbeatInterval',
      value: options.heartbeatInterval,
      expected: `less than "worker.leaseDuration", which is ${leaseMs} ms, or the worker would lose what it works on`,
    });
  }
  const id = text(options.id, 'worker.id');
  return {
    ...(id !== undefined && { id }),
    concurrency: wholeNumber(options.concurrency, 100, 'worker.concurrency'),
    pollIntervalMs: duration(options.pollInterval, 2_000, 'worker.pollInterval', 10),
    leaseMs,
    heartbeatIntervalMs,
    shutdownTimeoutMs: duration(options.shutdownTimeout, 10_000, 'worker.shutdownTimeout'),
    maxCrashes: wholeNumber(options.maxCrashes, 10, 'worker.maxCrashes'),
    mismatchGraceMs: duration(options.mismatchGrace, 600_000, 'worker.mismatchGrace'),
    warmInstances: wholeNumber(options.warmInstances, 10_000, 'worker.warmInstances', 0),
  };
}

function resolveClock(clock: Clock | undefined): Clock {
  if (clock === undefined || typeof clock?.now === 'function') return clock ?? systemClock;
  throw new WorkflowOptionsError({ option: 'clock', value: clock, expected: 'a clock, such as a VirtualClock' });
}

function resolveSerializer(serializer: PayloadSerializer | undefined): PayloadSerializer {
  if (serializer === undefined) return jsonPayloadSerializer;
  if (typeof serializer.serialize === 'function' && typeof serializer.deserialize === 'function') return serializer;
  const expected = 'an object with the methods serialize and deserialize';
  throw new WorkflowOptionsError({ option: 'serializer', value: serializer, expected });
}

function resolvePurge(given: WorkflowPurgeOptions): ResolvedPurge {
  const options = section(given, PURGE, 'purge');
  if (options.olderThan === undefined) {
    throw new WorkflowOptionsError({ option: 'purge.olderThan', value: undefined, expected: "an age such as '30d'" });
  }
  const { status } = options;
  for (const one of status === undefined ? [] : ([status].flat() as InstanceStatus[])) {
    if (isTerminal(one)) continue;
    throw new WorkflowOptionsError({ option: 'purge.status', value: one, expected: 'the status of an ended instance' });
  }
  return {
    olderThanMs: duration(options.olderThan, 0, 'purge.olderThan'),
    everyMs: duration(options.every, '1h', 'purge.every', 1_000),
    ...(status !== undefined && { status }),
  };
}

/** The options that stand together under one name, or none. */
function section<T extends object>(value: T | undefined, known: KnownOptions, path: string): Partial<T> {
  refuseUnknownOptions(value, known, '', path);
  return value ?? {};
}
