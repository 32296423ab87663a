import type { DefinitionRegistry } from '../definition/index.js';
import type { JournalWriter } from '../journal/index.js';
import type { LifecycleBus, LifecycleEvent, StreamItem, WorkflowLogger } from '../lifecycle/index.js';
import type { RetryPolicy } from '../policies/index.js';
import type { PayloadPort } from '../serialization/index.js';
import type { WorkflowStore } from '../store/index.js';
import type { Clock, StoreTime } from '../time/index.js';

/**
 * What one process's engine is made of, built once and shared by its client, its worker and every execution.
 *
 * @internal
 */
export interface EngineServices {
  readonly store: WorkflowStore;
  readonly clock: Clock;
  /** The database's time as far as this process can know it: a lower bound, so that nothing is early. */
  readonly storeTime: StoreTime;
  readonly registry: DefinitionRegistry;
  readonly writer: JournalWriter;
  readonly payloads: PayloadPort;
  readonly logger: WorkflowLogger;
  /** Lifecycle events of this process, after their commit. */
  readonly bus: LifecycleBus<LifecycleEvent>;
  /** Live progress of this process, as it is emitted (before its record). */
  readonly stream: LifecycleBus<StreamItem>;
  readonly options: EngineOptions;
  /** The next occurrence of a cron expression strictly after an instant, both epoch milliseconds. */
  readonly nextCron: (expression: string, timeZone: string | undefined, after: number) => number;
  /** Jitter. */
  readonly random: () => number;
}

/** Settings of the engine, resolved and checked at start-up; times in milliseconds. @internal */
export interface EngineOptions {
  /** Names this build of the code: a mismatch is a verdict of one build. */
  readonly buildId: string;
  /** For steps and workflows that say nothing themselves. */
  readonly retry: RetryPolicy;
  /** How long open bodies may take to end before an outcome. @default 5000 */
  readonly settleTimeoutMs: number;
  /** A body that still runs after this long has its start recorded. @default 1000 */
  readonly recordStartAfterMs: number;
  /** Largest payload, bytes. @default 1 MiB */
  readonly payloadLimitBytes: number;
  /** Journal length that is warned about. @default 10000 */
  readonly journalSoftLimit: number;
  /** Journal length at which a run fails. @default 200000 */
  readonly journalHardLimit: number;
  /** Whether step events are published. @default false */
  readonly stepEvents: boolean;
  /** Whether lifecycle events are stored with their cause and relayed. @default false */
  readonly outbox: boolean;
  /** How long a start waits for an uncommitted start of the same id. @default 5000 */
  readonly lockTimeoutMs: number;
}
