import { readable } from '../core/errors/index.js';
import type { WorkflowLogger } from '../core/lifecycle/index.js';
import { isThenable } from '../core/options/index.js';
import type { MachinePlan } from './machine-plan.js';

type NamedAction = (args: object, params: unknown) => unknown;

/** What the actions of a machine in memory are told besides its context and event. @internal */
export interface MemoryActing {
  readonly machineId: string;
  /** How many events it has had, its beginning included. */
  readonly version: number;
  /** Aborted when the machine has ended or was stopped. */
  readonly signal: AbortSignal;
  readonly logger: WorkflowLogger;
}

/**
 * The named actions of a machine in memory, told what they are told where it is durable. They run at once, and once; one that rejects
 * later is logged, for the machine has gone on.
 *
 * @internal
 */
export function memoryActionsOf(plan: MachinePlan, acting: MemoryActing): Record<string, NamedAction> {
  const { actions } = plan.machine.implementations as { actions: Readonly<Record<string, unknown>> };
  const told: Record<string, NamedAction> = {};
  let acts = 0;
  for (const [type, action] of Object.entries(actions)) {
    // What XState makes itself (assign, raise, sendTo …) it looks into.
    if (typeof action !== 'function' || 'resolve' in action) continue;
    told[type] = (args, params) => {
      const { machineId, version, signal, logger } = acting;
      const idempotencyKey = `${machineId}:${type} ${(acts += 1)}`;
      const answer = (action as NamedAction)(
        { ...args, machineId, version, idempotencyKey, attempt: 1, signal },
        params,
      );
      if (!isThenable(answer)) return answer;
      return Promise.resolve(answer).catch((error: unknown) => {
        logger.error('An action of a state machine in memory failed.', {
          machine: plan.name,
          action: type,
          error: String(readable(error)),
        });
      });
    };
  }
  return told;
}
