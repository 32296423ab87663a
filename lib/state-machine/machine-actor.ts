import { StateError } from '../core/errors/index.js';
import { systemClock, timerFunctions, type Clock } from '../core/time/index.js';
import { loadXState, type MachineActor } from './logic/xstate.js';
import type { MachinePlan } from './machine-plan.js';

/** @internal */
export interface ActorOptions {
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** A machine in memory, as XState itself runs it; its delays go by the engine's clock. Not yet started. @internal */
export async function createMachineActor(
  plan: MachinePlan,
  input: unknown,
  clock: Clock = systemClock,
): Promise<MachineActor> {
  const library = await loadXState();
  return library.createActor(plan.machine, {
    ...(input !== undefined && { input }),
    clock: timerFunctions(clock),
  });
}

/** Runs a machine in memory until it ends, and answers its output. @internal */
export async function runInMemory(plan: MachinePlan, input: unknown, options: ActorOptions = {}): Promise<unknown> {
  const { signal, clock } = options;
  signal?.throwIfAborted();
  const actor = await createMachineActor(plan, input, clock);
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      actor.stop();
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', abort, { once: true });
    actor.subscribe({
      error: (error) => reject(error instanceof Error ? error : new StateError(String(error))),
      complete: () => {
        signal?.removeEventListener('abort', abort);
        resolve((actor.getSnapshot() as { output?: unknown }).output);
      },
    });
    actor.start();
  });
}
