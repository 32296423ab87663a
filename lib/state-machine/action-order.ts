import type { WorkflowContext } from '../core/definition/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { isTerminal } from '../core/records/index.js';
import { ACTED_SIGNAL, jobId, type EffectsJob } from './effects-job.js';
import { StateMachineEngine } from './state-machine.engine.js';

/** Says in the journal that the actions of a transition are over, while its delays and children go on. */
const ACTED = 'acted';
/** Where nobody tells that it is its turn, a transition looks after so long, and ever less often. */
const FIRST_LOOK_MS = 1_000;
const LAST_LOOK_MS = 30_000;

/** Lets the actions of one machine's transitions come one transition after the other. @internal */
export class ActionOrder {
  constructor(
    private readonly ctx: WorkflowContext,
    private readonly job: EffectsJob,
    private readonly services: EngineServices,
  ) {}

  /** Waits until the actions of the transition before are over, however they ended. */
  async begin(): Promise<void> {
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

  /** Tells the transition behind this one. One that comes to be meanwhile sees it by itself. */
  async end(): Promise<void> {
    const { ctx, job, services } = this;
    const { machineId, version } = job;
    await ctx.transaction(ACTED, async (transaction: unknown) => {
      const next = await StateMachineEngine.of(services).reader.actingAfter({ machineId, version }, transaction);
      if (next === undefined) return;
      const id = `${ctx.workflowId}:${ACTED}`;
      const workflowId = jobId(machineId, next);
      await services.store.join(transaction).signal({ id, workflowId, name: ACTED_SIGNAL, key: ctx.workflowId });
    });
  }
}

async function hasActed({ store }: EngineServices, id: string): Promise<boolean> {
  const instance = await store.find(id);
  if (instance === undefined || isTerminal(instance.status)) return true;
  return (await store.readJournal(id)).some(({ name }) => name === ACTED);
}
