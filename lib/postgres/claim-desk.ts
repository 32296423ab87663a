import type { LifecycleEvent } from '../core/lifecycle/index.js';
import type {
  PollRequest,
  PollResult,
  RenewRequest,
  RenewResult,
  StartResult,
  StartUnit,
  WorkerRegistration,
} from '../core/store/index.js';
import { InstancePoller, LeaseRenewer, LimitedClaimer, SlotKeeper, WorkerRegistry } from './claiming/index.js';
import { isConnectionFailure, type ReservedConnection } from './connection/index.js';
import { leaseOf } from './writing/index.js';
import type { StoreCore } from './store-core.js';

/** A start that takes its first lease is no crash and no mismatch: the budgets of a poll do not apply. */
const NO_BUDGET = { allowSuspect: true, maxCrashes: Number.MAX_SAFE_INTEGER, mismatchGraceMs: 0 };

/** Everything about leases: workers, claims, renewals. @internal */
export class ClaimDesk {
  readonly slots: SlotKeeper;
  private readonly poller: InstancePoller;
  private readonly limited: LimitedClaimer;
  private readonly registry: WorkerRegistry;
  private readonly renewer: LeaseRenewer;
  private readonly workers = new Map<string, WorkerRegistration>();

  constructor(
    private readonly core: StoreCore,
    private readonly reserved: ReservedConnection,
  ) {
    this.slots = new SlotKeeper(core);
    this.poller = new InstancePoller(core);
    this.limited = new LimitedClaimer(core);
    this.registry = new WorkerRegistry(core);
    this.renewer = new LeaseRenewer(core);
  }

  async register(worker: WorkerRegistration): Promise<void> {
    await this.registry.register(worker);
    const { id, buildId, definitions, heartbeatMs } = worker;
    this.workers.set(id, { id, buildId, definitions, heartbeatMs });
  }

  async unregister(workerId: string): Promise<void> {
    this.workers.delete(workerId);
    await this.registry.unregister(workerId);
  }

  /**
   * One statement when nothing is to be done besides claiming; otherwise what was found is done, and the claim is made again for the
   * places that are left.
   *
   * @param maintain Routes signals and hands on slots.
   */
  async poll(request: PollRequest, maintain: () => Promise<unknown>): Promise<PollResult> {
    const findings = await this.poller.poll(request, false);
    let { result, hasLimitedDue } = findings;
    if (findings.isUnregistered) await this.registerAgain(request.workerId);
    if (findings.hasMismatched) result = merged(result, { events: await this.registry.quarantineMismatched(request) });
    if (findings.hasUnroutedSignals || findings.hasReleasedSlots) {
      await maintain();
      const again = await this.poller.poll(rest(request, result), false);
      result = merged(result, again.result);
      hasLimitedDue = again.hasLimitedDue;
    }
    return hasLimitedDue && result.claimed.length < request.limit ? this.claimLimited(request, result) : result;
  }

  /** Gives the leases that were asked for to new instances with limits, where a slot is free; changes the results. */
  async leaseLimited(
    units: readonly StartUnit[],
    results: StartResult[],
    onEvents: (events: readonly LifecycleEvent[]) => void,
  ): Promise<void> {
    for (const [index, unit] of units.entries()) {
      const result = results[index];
      if (!wantsLimitedLease(unit) || result?.kind !== 'created' || result.record.status !== 'pending') continue;
      const request = { ...NO_BUDGET, ...unit.lease, definitions: [], limit: 1 };
      const { claimed, events } = await this.limited.claim(request, [unit.seed.id]);
      onEvents(events);
      if (claimed[0] !== undefined) results[index] = { kind: 'created', record: claimed[0] };
    }
  }

  /** Over a connection of our own: a pool that is busy with user code must not cost a lease. */
  async renew(request: RenewRequest): Promise<RenewResult> {
    const statement = this.renewer.statement(request);
    try {
      // A third of the lease leaves time for another way.
      const { rows } = await this.reserved.queryWithin(statement, request.leaseMs / 3, this.core.clock);
      return this.renewer.read(rows);
    } catch (error) {
      if (!isConnectionFailure(error)) throw error;
      // The pool is the second best way while our own connection is being made again.
      return this.renewer.read((await this.core.database.repeatable(statement)).rows);
    }
  }

  /** What comes before everything ordinary is claimed with its limits; what is left over afterwards belongs to all. */
  private async claimLimited(request: PollRequest, result: PollResult): Promise<PollResult> {
    const limited = await this.limited.claim(rest(request, result));
    const together = merged(result, limited);
    const last = await this.poller.poll(rest(request, together), true);
    return merged(together, { ...last.result, more: last.result.more || limited.more });
  }

  private async registerAgain(workerId: string): Promise<void> {
    const worker = this.workers.get(workerId);
    if (worker !== undefined) await this.registry.register(worker);
  }
}

/** What a request still asks for after a first result. */
function rest(request: PollRequest, { claimed }: PollResult): PollRequest {
  return {
    ...request,
    limit: request.limit - claimed.length,
    allowSuspect: request.allowSuspect && !claimed.some((record) => record.crashes >= 2),
  };
}

/** A poll's result with what was done after it; later knowledge of time and backlog replaces the earlier. */
function merged(result: PollResult, later: Partial<PollResult>): PollResult {
  return {
    ...result,
    ...later,
    claimed: [...result.claimed, ...(later.claimed ?? [])],
    events: [...result.events, ...(later.events ?? [])],
  };
}

/** Whether an instance is to run here at once, for which its start did not suffice: slots are given one by one. @internal */
export function wantsLimitedLease(
  unit: StartUnit,
): unit is StartUnit & { readonly lease: NonNullable<StartUnit['lease']> } {
  return unit.lease !== undefined && leaseOf(unit) === undefined && (unit.seed.delayMs ?? 0) <= 0;
}
