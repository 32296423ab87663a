import { AbortScope } from '../core/cancellation/index.js';
import { StateError } from '../core/errors/index.js';
import { standaloneServices, type MemoryServices } from '../core/execution/index.js';
import { newWorkflowId } from '../core/records/index.js';
import { timerFunctions } from '../core/time/index.js';
import type { MachineLike } from './logic/machine-like.js';
import { loadXState, type MachineActor } from './logic/xstate.js';
import type { MachinePlan } from './machine-plan.js';
import { memoryActionsOf, type MemoryActing } from './memory-actions.js';
import { memoryActorsOf } from './memory-actors.js';

/** @internal */
export interface ActorOptions {
  readonly signal?: AbortSignal;
  readonly services?: MemoryServices;
}

interface MachineWithOptions extends MachineLike {
  options?: object | undefined;
}

/** A machine in memory, as XState itself runs it; its delays go by the engine's clock. Not yet started. @internal */
export async function createMachineActor(
  plan: MachinePlan,
  input: unknown,
  services: MemoryServices = standaloneServices(),
): Promise<MachineActor> {
  const library = await loadXState();
  const machineId = newWorkflowId(services.clock);
  const scope = new AbortScope();
  let versions = 0;
  const acting: MemoryActing = {
    machineId,
    get version() {
      // Its actions come before it tells of the transition. Its inspection, which tells of each event, halves what an actor can do.
      return versions + 1;
    },
    get signal() {
      return scope.signal;
    },
    logger: services.logger,
  };
  const machine = plan.machine.provide({
    actors: memoryActorsOf(plan, library, services, machineId),
    actions: memoryActionsOf(plan, acting),
  }) as MachineWithOptions;
  // How often it may go round is no part of what it was made from.
  machine.options = (plan.machine as MachineWithOptions).options;
  const actor = library.createActor(machine, {
    ...(input !== undefined && { input }),
    clock: timerFunctions(services.clock),
  });
  const end = (): void => {
    scope.abort(new StateError(`The state machine "${plan.name}" has ended.`));
  };
  const next = (): void => {
    versions += 1;
  };
  actor.subscribe({ next, error: end, complete: end });
  return actor;
}

/** Runs a machine in memory until it ends, and answers its output. @throws the reason of the signal; what the machine ends with @internal */
export async function runInMemory(plan: MachinePlan, input: unknown, options: ActorOptions = {}): Promise<unknown> {
  const { signal, services } = options;
  signal?.throwIfAborted();
  const actor = await createMachineActor(plan, input, services);
  const scope = new AbortScope();
  if (signal !== undefined) scope.follow(signal);
  try {
    scope.throwIfAborted();
    return await new Promise((resolve, refuse) => {
      // What the machine ends with reaches the caller as it is.
      const reject = refuse as (reason: unknown) => void;
      scope.onAbort((reason) => {
        // Before the stop, which completes the actor as an end of its own would.
        reject(reason);
        actor.stop();
      });
      actor.subscribe({
        error: (error) => reject(error instanceof Error ? error : new StateError(String(error))),
        complete: () => resolve((actor.getSnapshot() as { output?: unknown }).output),
      });
      actor.start();
    });
  } finally {
    scope.dispose();
  }
}
