import {
  readOptional,
  type StepContext,
  type TransactionManager,
  type TransactionOptions,
  type WorkflowContext,
} from '../core/definition/index.js';
import { readIsolation } from '../core/execution/index.js';
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

/** @publicApi */
export interface SagaTransactionOptions extends SagaStepOptions {
  /** What the transaction sees of others. One that the database gives up for it runs again without costing an attempt. @default the database's own */
  readonly isolation?: TransactionOptions['isolation'];
}

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
  private readonly isolation: TransactionOptions['isolation'];

  /** @throws WorkflowDefinitionError, WorkflowOptionsError naming the step */
  constructor(
    name: N,
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- which manager it is, the action says
    action: SagaTransactionAction<R, I, any>,
    compensation?: SagaCompensation<R, I> | Given<R, I> | null,
    options?: SagaTransactionOptions,
  ) {
    const { isolation, ...others } = readOptional<Given<R, I>>(['compensation'], [compensation, options]);
    super(name, action as never, others);
    this.isolation = readIsolation(isolation, `isolation of step "${name}"`);
  }

  /** @internal */
  override begin(ctx: WorkflowContext, context: SagaContext<never>, compensate?: Compensate): Promise<R> {
    const work = (manager: TransactionManager, step: StepContext): unknown =>
      this.action(context, Object.create(step, { manager: { value: manager } }) as SagaTransactionContext);
    const { isolation } = this;
    const options = { ...this.optionsWith(compensate), ...(isolation !== undefined && { isolation }) };
    return ctx.transaction<unknown>(this.name, work, options) as Promise<R>;
  }
}

type Given<R, I> = SagaTransactionOptions & { readonly compensation?: SagaCompensation<R, I> };
