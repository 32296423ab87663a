import type { WorkflowContext, WorkflowDefinition } from '../core/definition/index.js';
import { isChildWorkflowFailedError, isStepFailedError } from '../core/errors/index.js';
import { executeInMemory, standaloneServices, type MemoryServices } from '../core/execution/index.js';
import type { XStateLibrary } from './logic/xstate.js';
import type { MachinePlan } from './machine-plan.js';
import { workflowOfActor } from './workflow-actor.js';

/**
 * The actors of a machine in memory that are none of XState's own: the step methods of its class, tried as often as they say, and the
 * workflows that it invokes.
 *
 * @internal
 */
export function memoryActorsOf(
  plan: MachinePlan,
  library: XStateLibrary,
  services: MemoryServices,
  machineId: string,
): Record<string, object> {
  const quiet: MemoryServices = { ...services, bus: standaloneServices().bus };
  const actors: Record<string, object> = {};
  const provide = (src: string, work: (ctx: WorkflowContext, input: unknown) => Promise<unknown>): void => {
    actors[src] = library.fromPromise(async ({ input, signal }) => {
      const definition: WorkflowDefinition = {
        name: plan.name,
        version: plan.version,
        model: 'state-machine',
        run: (ctx) => work(ctx, input),
        ...(plan.options.retry !== undefined && { retry: plan.options.retry }),
      };
      return executeInMemory(definition, input, quiet, { signal }).catch(rethrowOwn);
    });
  };
  for (const [name, logic] of Object.entries((plan.machine.implementations as { actors: object }).actors)) {
    const workflow = workflowOfActor(logic);
    if (workflow !== undefined) provide(name, (ctx, input) => ctx.executeChild(workflow, input));
  }
  for (const [name, { call, retry, timeout }] of plan.steps) {
    const options = { ...(retry !== undefined && { retry }), ...(timeout !== undefined && { timeout }) };
    provide(name, (ctx, input) => ctx.step(name, (step) => call({ input, machineId }, step), options));
  }
  return actors;
}

/** The machine is told what its actor threw, not that a step or a child did. */
function rethrowOwn(error: unknown): never {
  const isWrapped = isChildWorkflowFailedError(error) || isStepFailedError(error);
  throw isWrapped && error.cause !== undefined ? error.cause : error;
}
