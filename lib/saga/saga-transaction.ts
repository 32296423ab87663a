import type { StepContext, TransactionManager, WorkflowContext } from '../core/definition/index.js';
import type { SagaCompensation, SagaContext } from './saga-context.js';
import type { Compensate } from './saga-part.js';
import { SagaStep, type SagaStepOptions } from './saga-step.js';

/** What a transactional action is told of its step. @publicApi */
export interface SagaTransactionContext<Manager = TransactionManager> extends StepContext {
  /** TypeORM's `EntityManager` of the transaction; the memory store's own without a database. */
  readonly manager: Manager;
}

/** Does something inside a database transaction. @publicApi */
export type SagaTransactionAction<
  R,
  I = unknown,
  Manager = TransactionManager,
  Done extends object = Record<string, unknown>,
> = (context: SagaContext<I, Done>, step: SagaTransactionContext<Manager>) => R | PromiseLike<R>;

/**
 * A step of a saga that commits the rows it writes together with its record, exactly once, whatever dies when. Its compensation is one
 * like any other. It needs a store, and so runs in durable sagas only.
 *
 * @example
 * new SagaTransaction('book', ({ input }, { manager }: SagaTransactionContext<EntityManager>) => manager.insert(Booking, input))
 *
 * @publicApi
 */
export class SagaTransaction<R = unknown, N extends string = string, I = unknown> extends SagaStep<R, N, I> {
  /** @throws WorkflowDefinitionError, WorkflowOptionsError naming the step */
  constructor(
    name: N,
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- which manager it is, the action says
    action: SagaTransactionAction<R, I, any>,
    compensation?: SagaCompensation<R, I> | SagaStepOptionsWithUndo<R, I> | null,
    options?: SagaStepOptions,
  ) {
    super(name, action as never, compensation as SagaCompensation<R, I>, options);
  }

  /** @internal */
  override begin(ctx: WorkflowContext, context: SagaContext<never>, compensate?: Compensate): Promise<R> {
    const work = (manager: TransactionManager, step: StepContext): unknown =>
      this.action(context, Object.create(step, { manager: { value: manager } }) as SagaTransactionContext);
    return ctx.transaction<unknown>(this.name, work, this.optionsWith(compensate)) as Promise<R>;
  }
}

type SagaStepOptionsWithUndo<R, I> = SagaStepOptions & { readonly compensation?: SagaCompensation<R, I> };
