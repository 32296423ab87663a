import type { WorkflowClass } from '../core/definition/index.js';
import { WORKFLOW_METADATA } from './workflow-metadata.js';
import type { WorkflowOptions } from './workflow-options.interface.js';

/**
 * Makes a provider a workflow: one durable `async run(ctx, input)`. Provide the class in any module of the application; it is
 * found when the application starts, and wrong use is refused there. Must be a singleton.
 *
 * @param name Letters, digits and `. : _ -`; stored with every instance, so keep it.
 *
 * @example
 * @Workflow('orders', { timeout: '30d' })
 * export class OrderWorkflow implements WorkflowRunner<Order, Receipt> {
 *   async run(ctx: WorkflowContext, order: Order) {
 *     return ctx.step('charge', () => this.payments.charge(order));
 *   }
 * }
 *
 * @publicApi
 */
export function Workflow<I = unknown>(name: string, options: WorkflowOptions<I> = {}) {
  return <T extends WorkflowClass<I>>(target: T): void => {
    WORKFLOW_METADATA.record(target, { name, options: options as WorkflowOptions });
  };
}
