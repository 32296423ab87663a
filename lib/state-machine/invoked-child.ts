import { InstanceOperations } from '../client/index.js';
import type { WorkflowContext, WorkflowReference } from '../core/definition/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { childMachineId, MESSAGE_SIGNAL, STOP_SIGNAL, stopKey, type EffectsJob } from './effects-job.js';
import type { MachineEvent } from './logic/machine-step.js';
import { standsByItself, type StateMachineDefinition } from './machine-plan.js';
import { StateMachineEngine } from './state-machine.engine.js';

/** How a child ended; `undefined` when it was stopped. @internal */
export type ChildEnd = { readonly output: unknown } | undefined;

/** A machine or workflow that a transition invoked, from its beginning to its end. @internal */
export class InvokedChild {
  private readonly engine: StateMachineEngine;
  private readonly operations: InstanceOperations;

  constructor(
    private readonly ctx: WorkflowContext,
    private readonly job: EffectsJob,
    private readonly id: string,
    services: EngineServices,
  ) {
    this.engine = StateMachineEngine.of(services);
    this.operations = new InstanceOperations(services);
  }

  async workflow(reference: WorkflowReference, input: unknown): Promise<ChildEnd> {
    const { ctx, id } = this;
    const child = await ctx.startChild(reference, input, { name: id });
    const outcome = await ctx.waitForAny(`child ${id}`, { done: child, stopped: this.stopped() });
    if (outcome.key === 'done') return { output: outcome.value as unknown };
    return this.stop(child.id);
  }

  /** @param failed Told what a message to the machine has broken on; the machine goes on. */
  async machine(
    definition: StateMachineDefinition,
    input: unknown,
    failed: (error: unknown) => void,
  ): Promise<ChildEnd> {
    if (!standsByItself(definition.plan)) return this.workflow(definition, input);
    const { ctx, id, machineId } = this;
    await ctx.transaction(`begin ${id}`, async (transaction: unknown) => {
      await this.engine.create(definition.plan, { id: machineId, input, transaction, awaited: true });
    });
    const child = await ctx.startChild(definition, input, { name: id });
    for (let taken = 0; ; taken += 1) {
      const outcome = await ctx.waitForAny(`child ${id} ${taken}`, {
        done: child,
        stopped: this.stopped(),
        told: ctx.signalWait<MachineEvent>(MESSAGE_SIGNAL, { key: id }),
      });
      if (outcome.key === 'done') return { output: outcome.value };
      if (outcome.key === 'stopped') return this.stop(child.id);
      const event = outcome.value;
      await ctx
        .transaction(`tell ${id} ${taken}`, (transaction: unknown) =>
          this.engine.deliver(machineId, event, undefined, transaction),
        )
        .catch(failed);
    }
  }

  private get machineId(): string {
    return childMachineId(this.job.machineId, this.job.version, this.id);
  }

  private stopped() {
    return this.ctx.signalWait(STOP_SIGNAL, { key: stopKey('child', this.id) });
  }

  private async stop(childId: string): Promise<undefined> {
    const reason = `The state machine "${this.job.machineId}" needs it no more.`;
    await this.ctx.step(`stop ${this.id}`, async () => {
      await this.operations.cancel(childId, reason);
    });
    return undefined;
  }
}
