import type { WorkflowLogger } from '../core/lifecycle/index.js';
import type { Clock } from '../core/time/index.js';
import type { ResilientDatabase } from './connection/index.js';
import type { LimitedLeases } from './limited-leases.js';
import type { PreparedTexts, TableNames } from './sql/index.js';

/** What every part of the store shares. @internal */
export interface StoreCore {
  readonly database: ResilientDatabase;
  readonly tables: TableNames;
  readonly texts: PreparedTexts;
  readonly clock: Clock;
  readonly logger: WorkflowLogger;
  readonly limited: LimitedLeases;
  /** Lifecycle events are stored in the statement that causes them. */
  readonly outbox: boolean;
  /** How long a single write waits for a row or id that another transaction holds. */
  readonly lockTimeoutMs: number;
  /** Transactions that the store itself has opened, by their handles. */
  readonly opened: WeakSet<object>;
  /** What is added to the database's clock. */
  offsetMs(): number;
}
