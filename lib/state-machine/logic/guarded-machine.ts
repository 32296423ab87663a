import { StateError } from '../../core/errors/index.js';
import type { MachineFaults } from './machine-faults.js';
import type { MachineLike } from './machine-like.js';

/** After so many steps without an event from outside a machine goes in circles; without a limit it would never let go of the process. */
const MOST_MICROSTEPS = 10_000;

type Guard = (...args: readonly unknown[]) => unknown;

/** A machine whose guards may not answer a promise, which would count as a yes, and which does not go in circles. @internal */
export function guarded(name: string, machine: MachineLike, faults: MachineFaults): MachineLike {
  const { guards } = machine.implementations as { guards: Record<string, unknown> };
  const checked: Record<string, unknown> = {};
  for (const [key, guard] of Object.entries(guards)) {
    checked[key] =
      typeof guard === 'function' && !('check' in guard) ? answering(name, key, guard as Guard, faults) : guard;
  }
  const complete = machine.provide({ guards: checked }) as MachineLike & { options?: object };
  const { options } = machine.config as { options?: object };
  // XState's own default is no limit.
  complete.options = { ...complete.options, maxIterations: MOST_MICROSTEPS, ...options };
  return complete;
}

function answering(machine: string, name: string, guard: Guard, faults: MachineFaults): Guard {
  return (...args) =>
    faults.guard(() => {
      const answer = guard(...args);
      if (!(answer instanceof Promise)) return answer;
      // It would otherwise be unhandled, beside the error that says why.
      answer.catch(() => undefined);
      throw new StateError(
        `The guard "${name}" of the state machine "${machine}" answered a promise. A guard decides at once; let the machine invoke what takes time, and branch on its answer.`,
      );
    });
}
