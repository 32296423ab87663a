import type { WorkflowContext } from '../core/definition/index.js';
import { WorkflowFailError } from '../core/errors/index.js';
import { servicesOf, type EngineServices } from '../core/execution/index.js';
import { DONE_SIGNAL, isEffectsJob, transitionOf } from './effects-job.js';
import { EffectsRun } from './effects-run.js';
import { runInMemory } from './machine-actor.js';
import type { MachinePlan } from './machine-plan.js';
import { StateMachineEngine } from './state-machine.engine.js';

/** What an instance of a state machine's definition does: the effects of one transition, or waiting for the end of a machine. @internal */
export async function runMachine(ctx: WorkflowContext, input: unknown, plan: MachinePlan): Promise<unknown> {
  const services = servicesOf(ctx);
  if (services === undefined) return runInMemory(plan, input, { signal: ctx.signal });
  if (isEffectsJob(input)) return new EffectsRun(ctx, input, plan, services).run();
  return awaitEnd(ctx, input, plan, services);
}

/** Stops what nobody waits for any more: the machine that an instance waits for, or those that its transition began. @internal */
export async function stopMachines(workflowId: string, services: object): Promise<void> {
  const engine = StateMachineEngine.of(services as EngineServices);
  const transition = transitionOf(workflowId);
  const ids = transition === undefined ? [workflowId] : await engine.reader.begunBy(transition);
  for (const id of ids) await engine.stop(id);
}

async function awaitEnd(
  ctx: WorkflowContext,
  input: unknown,
  plan: MachinePlan,
  services: EngineServices,
): Promise<unknown> {
  const engine = StateMachineEngine.of(services);
  const id = ctx.workflowId;
  const create = async (transaction: unknown): Promise<MachineEnd | null> => {
    const { state, created } = await engine.create(plan, { id, input, transaction, awaited: true });
    const { status, output, error } = state.snapshot;
    // One that had ended before this run of the instance tells it no more.
    return created || status === 'active' ? null : { status, output: output ?? null, error: error ?? null };
  };
  // Nobody is left to wait for it when this instance is cancelled.
  const ended = await ctx.transaction('create', create, { compensate: () => engine.stop(id) });
  const end = ended ?? (await ctx.waitForSignal<MachineEnd>('end', DONE_SIGNAL));
  const { status, output, error } = end;
  if (status === 'done') return output;
  // It needs no stopping any more.
  await ctx.commit('ended');
  const why = typeof error === 'string' ? error : (error as Partial<Error> | undefined)?.message;
  throw new WorkflowFailError(
    `The state machine "${ctx.workflowId}" ended with the status "${status}": ${why ?? 'no reason given'}`,
  );
}

interface MachineEnd {
  readonly status: string;
  readonly output?: unknown;
  readonly error?: unknown;
}
