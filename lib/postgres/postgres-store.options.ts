import type { WorkflowLogger } from '../core/lifecycle/index.js';
import type { Clock } from '../core/time/index.js';

/** How processes wake one another. @publicApi */
export interface NotifyOptions {
  /** Hints of this span travel as one notification, milliseconds. @default 5 */
  readonly coalesceMs?: number;
  /** How often the listening connection is asked whether it still lives, milliseconds. @default 30000 */
  readonly keepAliveMs?: number;
  /** How long its answer may take before it is given up, milliseconds. @default 5000 */
  readonly answerMs?: number;
}

/** How a {@link PostgresStore} works. @publicApi */
export interface PostgresStoreOptions {
  /** The schema of the tables; created by the migrations when it is missing. @default 'public' */
  readonly schema?: string;
  /** What the name of every table begins with. @default 'workflow_' */
  readonly tablePrefix?: string;
  /** The table of state transitions, without prefix. Chosen before the first migration, which creates it. @default the prefix and 'state_transitions' */
  readonly stateTable?: string;
  /** Whether `open` brings the tables up to date. Otherwise it only checks them. @default false */
  readonly migrate?: boolean;
  /** Whether lifecycle events are stored until a relay has published them. @default false */
  readonly outbox?: boolean;
  /** Whether processes wake one another by NOTIFY, over a connection of its own. Polling finds everything without it. @default true */
  readonly notify?: boolean | NotifyOptions;
  /**
   * How long a write waits for a row or id that another transaction holds, and how long a transactional step may take to commit once
   * it holds its instance; milliseconds.
   * @default 5000
   */
  readonly lockTimeoutMs?: number;
  /**
   * Whether statements are kept prepared on the connections. A pooler that gives each transaction another connection
   * may need `false`.
   * @default true
   */
  readonly preparedStatements?: boolean;
  /** Added to the database's clock, milliseconds: for tests with a virtual clock. @default 0 */
  readonly clockOffsetMs?: number | (() => number);
  /** @default silent */
  readonly logger?: WorkflowLogger;
  /** @default the machine's own */
  readonly clock?: Clock;
}
