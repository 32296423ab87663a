import type { EngineServices, Execution } from '../core/execution/index.js';
import type { WorkerOptions } from './worker-options.js';

/** Leases of one statement: their rows are locked until it ends, and a write that meets a locked one has to be sent again. */
const RENEWED_AT_ONCE = 500;

/** Renews the leases of what is executed here, and passes on what the answers tell. @internal */
export class LeaseKeeper {
  private isRenewing = false;

  constructor(
    private readonly services: EngineServices,
    private readonly options: Pick<WorkerOptions, 'leaseMs' | 'heartbeatIntervalMs'>,
    private readonly executions: ReadonlyMap<string, Execution>,
  ) {}

  /** Renews the given instance, or all whose leases are not fresh. Returns ids whose rows were locked: to be asked for again soon. */
  async renew(workerId: string, only?: string): Promise<readonly string[]> {
    if (only !== undefined) return this.renewEach(workerId, [...this.one(only)]);
    if (this.isRenewing) return [];
    this.isRenewing = true;
    try {
      const asked = this.aged();
      const skipped: string[] = [];
      for (let from = 0; from < asked.length; from += RENEWED_AT_ONCE) {
        skipped.push(...(await this.renewEach(workerId, asked.slice(from, from + RENEWED_AT_ONCE))));
      }
      return skipped;
    } finally {
      this.isRenewing = false;
    }
  }

  private async renewEach(workerId: string, asked: readonly Execution[]): Promise<readonly string[]> {
    if (asked.length === 0) return [];
    const { clock, store, storeTime, logger } = this.services;
    const sentAt = clock.monotonic();
    try {
      const leases = asked.map((execution) => ({ workflowId: execution.record.id, fence: execution.record.fence }));
      const answer = await store.renew({ workerId, leaseMs: this.options.leaseMs, leases });
      storeTime.observe(answer.now);
      const renewed = new Map(answer.renewed.map((row) => [row.workflowId, row]));
      const skipped = new Set(answer.skipped);
      for (const [index, execution] of asked.entries()) {
        const { id, fence } = execution.record;
        // A warm execution may have been suspended and claimed again meanwhile: the answer is about its former lease.
        if (this.executions.get(id) !== execution || leases[index]?.fence !== fence) continue;
        const row = renewed.get(id);
        if (row !== undefined) {
          execution.lease.prolong(sentAt, this.options.leaseMs);
          execution.observe(row.wakes, row.cancelRequested);
        } else if (!skipped.has(id) && !execution.isSettling) {
          execution.lose();
        }
      }
      return answer.skipped;
    } catch (error) {
      // Effects stop by themselves when the local deadline passes; the next renewal tells who owns what.
      logger.warn('Leases could not be renewed.', { error: String(error) });
      return [];
    }
  }

  /** Those whose leases began, or were renewed, more than half a heartbeat ago: the others last well beyond the next one. */
  private aged(): Execution[] {
    const { leaseMs, heartbeatIntervalMs } = this.options;
    const freshMs = leaseMs - heartbeatIntervalMs / 2;
    return [...this.executions.values()].filter(({ lease }) => lease.remainingMs <= freshMs);
  }

  private *one(workflowId: string): Iterable<Execution> {
    const execution = this.executions.get(workflowId);
    if (execution !== undefined) yield execution;
  }
}
