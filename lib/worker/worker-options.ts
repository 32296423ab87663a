/** How a worker behaves; times in milliseconds, resolved and checked at start-up. @internal */
export interface WorkerOptions {
  /** Base of its stable id; the store adds the slot. */
  readonly id: string;
  readonly buildId: string;
  /** Instances executed at one time. @default 100 */
  readonly concurrency: number;
  /** The longest time between two looks at the store. @default 2000 */
  readonly pollIntervalMs: number;
  /** @default 10000 */
  readonly leaseMs: number;
  /** Between two renewals; less than the lease. @default a third of it */
  readonly heartbeatIntervalMs: number;
  /** How long open bodies may take at a shutdown. @default 10000 */
  readonly shutdownTimeoutMs: number;
  /** Consecutive lost leases without progress before a person is asked. @default 10 */
  readonly maxCrashes: number;
  /** How long an instance that no build matches waits for one. @default 600000 */
  readonly mismatchGraceMs: number;
  /** Suspended instances kept in memory, so that they go on without a replay. @default 10000 */
  readonly warmInstances: number;
}
