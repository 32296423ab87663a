import { ClassMetadata, type ProviderTarget } from '../../discovery/index.js';
import type { MachineLike } from '../logic/machine-like.js';
import type { StateMachineOptions } from '../machine-plan.js';

/** @publicApi */
export interface StateMachineWorkflowOptions extends StateMachineOptions {
  /** What `setup({ … }).createMachine({ … })` made. Guards, actions and actors that the class implements are only named there. */
  readonly machine: MachineLike;
}

/** What `@StateMachineWorkflow` records. @internal */
export interface StateMachineMetadata {
  readonly name: string;
  readonly options: StateMachineWorkflowOptions;
}

/** @internal */
export const STATE_MACHINE_METADATA = new ClassMetadata<StateMachineMetadata>('workflow:state-machine');

/**
 * Makes a provider a state machine: its methods that carry `@Guard`, `@Action` and `@Step` are the guards, actions and invoked promises of
 * the machine, by their names, with whatever the class injects. It is found when the application starts, and wrong use is refused there.
 * Must be a singleton.
 *
 * @example
 * @StateMachineWorkflow('order', { machine: orderMachine })
 * export class OrderMachine {
 *   constructor(private readonly mail: Mail) {}
 *
 *   @Guard()
 *   isPayable({ context }: { context: Order }) { … }
 *
 *   @Action()
 *   async sendReceipt({ context, idempotencyKey }: …) { … }
 * }
 *
 * @publicApi
 */
export function StateMachineWorkflow(name: string, options: StateMachineWorkflowOptions) {
  return (target: ProviderTarget): void => {
    STATE_MACHINE_METADATA.record(target, { name, options });
  };
}
