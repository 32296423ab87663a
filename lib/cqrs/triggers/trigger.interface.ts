import type { WorkflowClient } from '../../client/index.js';

/** What one event class sets off. @internal */
export interface Trigger {
  readonly event: object;
  /** For messages: `@StartOn(OrderPlaced) of class OrderWorkflow`. */
  readonly place: string;
  /** Resolves once it is durable, or joined to the transaction. */
  fire(event: object, client: WorkflowClient, transaction: object | undefined): Promise<void>;
}
