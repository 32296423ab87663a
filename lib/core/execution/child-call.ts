import type { ChildHandle, CompensationContext } from '../definition/index.js';
import type { EntryData, InstanceSeed, ParentClosePolicy } from '../records/index.js';
import { startedEvent } from '../lifecycle/index.js';
import type { RetryPolicy } from '../policies/index.js';
import type { CallHost } from './call-host.js';
import type { Arrival, Delivery } from './arrival.js';
import { Call } from './call.js';

/** What is known of a child when it is asked for. @internal */
export interface ChildPlan {
  readonly childId: string;
  readonly workflowName: string;
  readonly version: number;
  readonly inputHash: string;
  readonly parentClose: ParentClosePolicy;
  /** Undoes the completed child. */
  readonly compensate: ((result: unknown, context: CompensationContext) => unknown) | undefined;
  readonly compensateRetry: RetryPolicy;
  /** Makes the row to create; called once, live. */
  readonly seed: () => Promise<InstanceSeed>;
}

/** The start of a child: its row and the entry that names it are one write. @internal */
export class ChildCall extends Call<ChildHandle> {
  readonly hasEffect = false;

  constructor(
    name: string,
    calledAt: number,
    readonly plan: ChildPlan,
    private readonly toHandle: (plan: ChildPlan) => ChildHandle,
  ) {
    super(name, 'child', calledAt);
  }

  prepare(host: CallHost): void {
    host.arriveLater(
      this.plan.seed().then(
        (seed) => this.started(host, seed),
        (error: unknown): Arrival => ({
          call: this,
          status: 'failed',
          attempts: 0,
          error: error as Error,
          data: this.data,
        }),
      ),
    );
  }

  /** What the entry records, and replay compares. */
  get data(): EntryData {
    const { childId, workflowName, version, parentClose, inputHash } = this.plan;
    return { childId, childName: workflowName, childVersion: version, parentClose, inputHash };
  }

  protected receive(delivery: Delivery): ChildHandle {
    if (delivery.error !== undefined) throw delivery.error;
    return this.toHandle(this.plan);
  }

  private started(host: CallHost, seed: InstanceSeed): Arrival {
    return {
      call: this,
      status: 'completed',
      attempts: 0,
      data: this.data,
      onPlaced: () => {
        const events = [startedEvent(seed, host.services.storeTime.now())];
        host.writer.staged.addChild({ seed, events });
      },
    };
  }
}
