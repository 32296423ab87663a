import type { BulkOperationConfigOptions } from './bulk/index.js';
import type { RetryOptions } from './core/policies/index.js';
import type { TerminalStatus } from './core/records/index.js';
import type { PayloadCodec, PayloadSerializer } from './core/serialization/index.js';
import type { WorkflowStore } from './core/store/index.js';
import type { Clock, Duration } from './core/time/index.js';
import type { GraphConfigOptions } from './graph/index.js';

/**
 * What `WorkflowModule.forRoot` takes. Everything has a default; what is wrong is refused when the application starts, by name.
 *
 * @publicApi
 */
export interface WorkflowModuleOptions {
  /**
   * Keeps instances in Postgres through the application's TypeORM `DataSource`: `true` for the default one, or the details.
   * @default false: in memory
   */
  typeorm?: boolean | WorkflowTypeOrmOptions;
  /** A store of your own; excludes `typeorm`. */
  store?: WorkflowStore;
  /** Accepts the in-memory store also with NODE_ENV=production, where its instances are lost with the process. @default false */
  allowInMemoryStorage?: boolean;
  /** The loop that executes instances in this process; `false` for processes that only start, signal and read. @default true */
  worker?: boolean | WorkflowWorkerOptions;
  /** For steps and workflows that say nothing themselves. @default 3 attempts, 1 s doubled up to 5 min */
  retry?: RetryOptions;
  /** How long open step bodies may take to end once their run ends. @default '5s' */
  settleTimeout?: Duration;
  /** How long a start waits for another, uncommitted start of the same id, and a trigger for a transaction that it was not given. @default '5s' */
  lockTimeout?: Duration;
  payload?: {
    /** The largest input, result or signal payload, bytes of UTF-8; `Infinity`: none. @default 1048576 */
    limit?: number;
  };
  /** Sees every payload on its way in and out, for encryption; of a list the first one writes, and all read. @default none */
  codec?: PayloadCodec | readonly PayloadCodec[];
  /** Keeps values that JSON does not. @default strict JSON, which refuses what it would lose */
  serializer?: PayloadSerializer;
  journal?: WorkflowJournalOptions;
  events?: WorkflowEventsOptions;
  /** Deletes ended instances by age. @default never */
  purge?: WorkflowPurgeOptions;
  /**
   * What named bulks have where they say nothing themselves (not `timeout`, which is one of operations in memory), and what an injected
   * `BulkOperationConfig` has. @default its own defaults
   */
  bulk?: BulkOperationConfigOptions;
  /**
   * How graphs are run that were given no configuration of their own, and what an injected `GraphConfig` has. `enabled: false` switches all
   * graphs off. @default its own defaults
   */
  graph?: GraphConfigOptions;
  /** The source of time, for tests: a `VirtualClock`. @default the system's */
  clock?: Clock;
}

/** @publicApi */
export interface WorkflowTypeOrmOptions {
  /** The `DataSource`, or the name it was registered under with `@nestjs/typeorm`. @default the application's default one */
  dataSource?: string | WorkflowDataSource;
  /** Database schema of the tables. @default 'public' */
  schema?: string;
  /** In front of every table's name. @default 'workflow_' */
  tablePrefix?: string;
  /** The table of state transitions, without prefix. Chosen before the first migration, which creates it. @default 'workflow_state_transitions' */
  stateTable?: string;
  /** Brings the tables up to date at start-up, under a lock. @default true, but false with NODE_ENV=production */
  migrate?: boolean;
  /** Wakes other processes by NOTIFY; without it they notice at their next poll. @default true */
  notify?: boolean;
  /** Keeps statements prepared on the connections; `false` where a pooler gives each transaction another connection. @default true */
  preparedStatements?: boolean;
}

/** TypeORM's `DataSource`, which may not be installed. @publicApi */
export interface WorkflowDataSource {
  readonly isInitialized: boolean;
  readonly options: object;
  readonly manager: object;
}

/** @publicApi */
export interface WorkflowWorkerOptions {
  /** @default true */
  enabled?: boolean;
  /** Tells workers apart; one that starts under the id of a dead one takes its instances over at once. @default one per host, application and slot */
  id?: string;
  /** Instances executed at one time; waiting ones hold no place. @default 100 */
  concurrency?: number;
  /** How often the store is asked for what is due. Signals, timers and starts are noticed sooner. @default '2s' */
  pollInterval?: Duration;
  /** How long an instance stays with a worker that has fallen silent. @default '10s' */
  leaseDuration?: Duration;
  /** How often a worker says that it is alive; less than the lease. @default a third of the lease */
  heartbeatInterval?: Duration;
  /** How long running steps may take to end at shutdown before their instances are handed back. Keep it below the grace period of your platform. @default '10s' */
  shutdownTimeout?: Duration;
  /** Past this many crashes in a row without progress an instance is quarantined. @default 10 */
  maxCrashes?: number;
  /** How long an instance whose code has changed waits for a build that fits. @default '10m' */
  mismatchGrace?: Duration;
  /** Names the build of the code. @default derived from the registered workflows */
  buildId?: string;
  /** Waiting instances kept in memory, which go on without a replay. @default 10000 */
  warmInstances?: number;
}

/** @publicApi */
export interface WorkflowJournalOptions {
  /** Statements that write journals at one time. @default 2 */
  flushers?: number;
  /** From this length on a journal is warned about. @default 10000 */
  warnEntries?: number;
  /** At this length an instance fails. @default 200000 */
  maxEntries?: number;
}

/** @publicApi */
export interface WorkflowEventsOptions {
  /** Whether step events are published as well. @default false */
  steps?: boolean;
  /** Stores lifecycle events with what they tell and delivers them at least once, also after a crash. @default false */
  outbox?: boolean;
  /** Whether lifecycle events go to the CQRS event bus; `true` refuses to start without one. @default if there is one */
  cqrs?: boolean;
}

/** @publicApi */
export interface WorkflowPurgeOptions {
  /** Ended at least this long ago. */
  olderThan: Duration;
  /** @default '1h' */
  every?: Duration;
  /** @default ['completed', 'failed', 'cancelled'] */
  status?: TerminalStatus | readonly TerminalStatus[];
}

/** For `forRootAsync({ useClass })` and `useExisting`. @publicApi */
export interface WorkflowOptionsFactory {
  createWorkflowOptions(): WorkflowModuleOptions | Promise<WorkflowModuleOptions>;
}
