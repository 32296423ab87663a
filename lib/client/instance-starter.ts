import type { WorkflowReference } from '../core/definition/index.js';
import type { LocalDispatcher } from '../core/dispatch/index.js';
import { WorkflowIdConflictError, WorkflowStartLockedError } from '../core/errors/index.js';
import { runOutsideSteps, type EngineServices } from '../core/execution/index.js';
import { startedEvent } from '../core/lifecycle/index.js';
import { definitionKey, type InstanceRecord, type InstanceSeed } from '../core/records/index.js';
import type { LeaseGrant, StartResult, StartUnit } from '../core/store/index.js';
import { announce } from './announcement.js';
import { derivedId, refuseInsideTransaction } from './call-scope.js';
import type { StartOptions } from './client-options.interface.js';
import { createStartRequest, type StartRequest } from './start-request.js';

/** What a start led to. @internal */
export interface StartedInstance {
  readonly record: InstanceRecord;
  readonly created: boolean;
}

/** Creates instances: at once on a free place of this process's worker, for any worker, or in a caller's transaction. @internal */
export class InstanceStarter {
  constructor(
    private readonly services: EngineServices,
    private readonly dispatcher: LocalDispatcher,
  ) {}

  /** Throws at once what is wrong with what it was given. Not an async function: whoever starts many would wait for a promise more. */
  start(reference: WorkflowReference, input: unknown, options: StartOptions): Promise<StartedInstance> {
    const { transaction } = options;
    refuseInsideTransaction('start', transaction);
    const own = options.id === undefined ? derivedId() : undefined;
    const created = createStartRequest(this.services, reference, input, options, own);
    const start = (request: StartRequest): Promise<StartedInstance> =>
      transaction === undefined ? this.startNow(request) : this.startWith(transaction, request);
    return created instanceof Promise ? created.then(start) : start(created);
  }

  private startNow(request: StartRequest): Promise<StartedInstance> {
    const { clock, writer } = this.services;
    const grant = this.reserve(request.seed);
    const unit = this.toUnit(request.seed, grant);
    const sentAt = clock.monotonic();
    return writer.start(unit).then(
      (result) => this.conclude(request, unit, result, sentAt),
      (error: unknown) => {
        if (grant !== undefined) this.dispatcher.decline();
        throw error;
      },
    );
  }

  private conclude(request: StartRequest, unit: StartUnit, result: StartResult, sentAt: number): StartedInstance {
    const { lease: grant, events = [] } = unit;
    let adopted = false;
    try {
      if (result.kind !== 'created') return { record: this.existing(request, result), created: false };
      const { record } = result;
      // What the record says is what happened: a grant does not always become a lease.
      adopted = grant !== undefined && record.workerId === grant.workerId;
      announce(this.services, events, adopted ? undefined : { kind: 'due' });
      if (adopted) {
        runOutsideSteps(() => {
          this.dispatcher.adopt(record, sentAt);
        });
      }
      return { record, created: true };
    } finally {
      if (grant !== undefined && !adopted) this.dispatcher.decline();
    }
  }

  private async startWith(transaction: unknown, request: StartRequest): Promise<StartedInstance> {
    const joined = this.services.store.join(transaction);
    const unit = this.toUnit(request.seed, undefined);
    const result = await joined.start(unit);
    if (result.kind !== 'created') return { record: this.existing(request, result), created: false };
    joined.onCommit(() => {
      announce(this.services, unit.events ?? [], { kind: 'due' });
    });
    return { record: result.record, created: true };
  }

  /** A place of this process's worker, where nothing but a free place decides when the instance runs. */
  private reserve(seed: InstanceSeed): LeaseGrant | undefined {
    if (seed.limits.length > 0 || (seed.delayMs ?? 0) > 0) return undefined;
    return this.dispatcher.reserve(definitionKey(seed.name, seed.version));
  }

  private toUnit(seed: InstanceSeed, grant: LeaseGrant | undefined): StartUnit {
    return {
      seed,
      events: [startedEvent(seed, this.services.storeTime.now())],
      ...(grant === undefined ? {} : { lease: grant }),
    };
  }

  /** The instance that has the id already, when this start is the same start again. */
  private existing(
    { seed, isDerived }: StartRequest,
    result: Exclude<StartResult, { kind: 'created' }>,
  ): InstanceRecord {
    if (result.kind === 'rejected') throw result.error;
    if (result.kind === 'locked') {
      throw new WorkflowStartLockedError({ workflowId: seed.id, lockTimeoutMs: this.services.options.lockTimeoutMs });
    }
    const { record } = result;
    if (record.name !== seed.name) {
      throw new WorkflowIdConflictError({
        workflowId: seed.id,
        reason: `it belongs to an instance of "${record.name}", not of "${seed.name}"`,
      });
    }
    // A later generation has an input of its own: whether the first one was the same cannot be told any more.
    const isComparable = !isDerived && record.generation === 1;
    if (isComparable && record.inputHash !== seed.inputHash) {
      throw new WorkflowIdConflictError({
        workflowId: seed.id,
        reason: `its instance of "${seed.name}" was started with another input`,
      });
    }
    return record;
  }
}
