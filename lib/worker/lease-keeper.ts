import type { EngineServices, Execution } from '../core/execution/index.js';

/** Renews the leases of what is executed here, and passes on what the answers tell. @internal */
export class LeaseKeeper {
  private isRenewing = false;

  constructor(
    private readonly services: EngineServices,
    private readonly leaseMs: number,
    private readonly executions: ReadonlyMap<string, Execution>,
  ) {}

  /** Renews the given instances, or all. Returns ids whose rows were locked: to be asked for again soon. */
  async renew(workerId: string, only?: string): Promise<readonly string[]> {
    if (only === undefined && this.isRenewing) return [];
    const asked = [...(only === undefined ? this.executions.values() : this.one(only))];
    if (asked.length === 0) return [];
    const { clock, store, storeTime, logger } = this.services;
    if (only === undefined) this.isRenewing = true;
    const sentAt = clock.monotonic();
    try {
      const leases = asked.map((execution) => ({ workflowId: execution.record.id, fence: execution.record.fence }));
      const answer = await store.renew({ workerId, leaseMs: this.leaseMs, leases });
      storeTime.observe(answer.now);
      const renewed = new Map(answer.renewed.map((row) => [row.workflowId, row]));
      const skipped = new Set(answer.skipped);
      for (const [index, execution] of asked.entries()) {
        const { id, fence } = execution.record;
        // A warm execution may have been suspended and claimed again meanwhile: the answer is about its former lease.
        if (this.executions.get(id) !== execution || leases[index]?.fence !== fence) continue;
        const row = renewed.get(id);
        if (row !== undefined) {
          execution.lease.prolong(sentAt, this.leaseMs);
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
    } finally {
      if (only === undefined) this.isRenewing = false;
    }
  }

  private *one(workflowId: string): Iterable<Execution> {
    const execution = this.executions.get(workflowId);
    if (execution !== undefined) yield execution;
  }
}
