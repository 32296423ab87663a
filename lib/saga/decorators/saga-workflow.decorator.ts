import { ClassMetadata, type ProviderTarget } from '../../discovery/index.js';
import type { SagaOptions } from '../saga.definition.js';

/** What `@SagaWorkflow` records. @internal */
export interface SagaMetadata {
  readonly name: string;
  readonly options: SagaOptions;
}

/** @internal */
export const SAGA_METADATA = new ClassMetadata<SagaMetadata>('workflow:saga');

/**
 * Makes a provider a saga: its methods that carry `@Step` are the steps, in their order, and those that carry `@Compensate` undo them,
 * with whatever the class injects. It is found when the application starts, and wrong use is refused there. Must be a singleton.
 *
 * @example
 * @SagaWorkflow('order')
 * export class OrderSaga {
 *   constructor(private readonly stock: Stock) {}
 *
 *   @Step()
 *   reserve({ input }: SagaContext<Order>, { idempotencyKey }: StepContext) { … }
 *
 *   @Compensate('reserve')
 *   release(reservation: Reservation) { … }
 * }
 *
 * @publicApi
 */
export function SagaWorkflow(name: string, options: SagaOptions = {}) {
  return (target: ProviderTarget): void => {
    SAGA_METADATA.record(target, { name, options });
  };
}
