import type { WorkflowContext } from '../core/definition/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { isTerminal } from '../core/records/index.js';
import { ACTED_SIGNAL, jobId, type EffectsJob } from './effects-job.js';
import { StateMachineEngine } from './state-machine.engine.js';

/** Says in the journal that what a transition did and sent is over, while its delays and children go on. @internal */
export const ACTED = 'acted';
/** Tells the next one where the last of them, under that name, has failed. */
const TOLD = 'told';
/** Where nobody tells that it is its turn, a transition looks after so long, and ever less often. */
const FIRST_LOOK_MS = 1_000;
const LAST_LOOK_MS = 30_000;

/** Lets what comes in turn of one machine's transitions come one transition after the other. @internal */
export class ActionOrder {
  private state: 'open' | 'concluding' | 'over' = 'open';
  private turn: Promise<void> | undefined;

  constructor(
    private readonly ctx: WorkflowContext,
    private readonly job: EffectsJob,
    private readonly services: EngineServices,
  ) {}

  /** Waits until the transition before is over with them, however they ended. */
  begin(): Promise<void> {
    return (this.turn ??= this.waitForTurn());
  }

  private async waitForTurn(): Promise<void> {
    const { ctx, job, services } = this;
    if (job.after === undefined) return;
    const before = jobId(job.machineId, job.after);
    for (let looks = 0; ; looks += 1) {
      if (await ctx.step(`turn ${looks}`, () => hasActed(services, before))) return;
      await ctx.waitForAny(`before ${looks}`, {
        acted: ctx.signalWait(ACTED_SIGNAL, { key: before }),
        again: ctx.timer(Math.min(FIRST_LOOK_MS * 2 ** looks, LAST_LOOK_MS)),
      });
    }
  }

  /** The last of them, in the transaction that also says so. */
  async conclude(work: (transaction: unknown) => Promise<void>): Promise<void> {
    this.state = 'concluding';
    await this.ctx.transaction(ACTED, async (transaction: unknown) => {
      await work(transaction);
      await this.tellNext(transaction);
    });
    this.state = 'over';
  }

  /** Says that they are over where the last of them has not said so. One that failed before its turn lets nobody pass before that. */
  async end(): Promise<void> {
    if (this.state === 'over') return;
    await this.begin();
    const name = this.state === 'open' ? ACTED : TOLD;
    await this.ctx.transaction(name, (transaction: unknown) => this.tellNext(transaction));
  }

  /** A transition that comes to be meanwhile sees it by itself. */
  private async tellNext(transaction: unknown): Promise<void> {
    const { ctx, job, services } = this;
    const { machineId, version } = job;
    const next = await StateMachineEngine.of(services).reader.actingAfter({ machineId, version }, transaction);
    if (next === undefined) return;
    const id = `${ctx.workflowId}:${ACTED}`;
    const workflowId = jobId(machineId, next);
    await services.store.join(transaction).signal({ id, workflowId, name: ACTED_SIGNAL, key: ctx.workflowId });
  }
}

async function hasActed({ store }: EngineServices, id: string): Promise<boolean> {
  const instance = await store.find(id);
  if (instance === undefined || isTerminal(instance.status)) return true;
  return (await store.readJournal(id)).some(({ name }) => name === ACTED);
}
