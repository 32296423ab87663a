import type { InputOf, OutputOf, TransactionManager, WorkflowReference } from '../core/definition/index.js';
import { Saga, type SagaOptions } from './saga.definition.js';
import { SagaChild, type SagaChildOptions } from './saga-child.js';
import type { SagaAction, SagaCompensation, SagaContext } from './saga-context.js';
import type { SagaPart } from './saga-part.js';
import { SagaStep, type SagaStepOptions } from './saga-step.js';
import { SagaTransaction, type SagaTransactionAction, type SagaTransactionOptions } from './saga-transaction.js';

/**
 * Begins a saga; `build()` ends it. Each step knows the types of the results before it.
 *
 * @example
 * saga<Order>('orders')
 *   .step('reserve', ({ input }) => stock.reserve(input.items), (reservation) => stock.release(reservation))
 *   .step('charge', ({ input, results }) => payments.charge(input.total, results.reserve.id))
 *   .build();
 *
 * @publicApi
 */
export function saga<I = unknown>(name: string, options: SagaOptions = {}): SagaBuilder<I> {
  return new SagaBuilder(name, options, []);
}

/** Steps so far; each `step` answers a new builder. @publicApi */
export class SagaBuilder<I = unknown, Done extends object = object> {
  /** @internal */
  constructor(
    private readonly name: string,
    private readonly options: SagaOptions,
    private readonly parts: readonly SagaPart[],
  ) {}

  /** @param compensation Undoes the completed step when a later one fails. */
  step<const N extends string, R>(
    name: N,
    action: SagaAction<R, I, Done>,
    compensation?: SagaCompensation<R, I, Done & Readonly<Record<N, R>>> | null,
    options?: SagaStepOptions,
  ): SagaBuilder<I, Done & Record<N, R>> {
    return this.with(new SagaStep(name, action as never, compensation as never, options));
  }

  /**
   * A step that commits the caller's rows together with its record, exactly once: its action finds the transaction's manager beside its
   * idempotency key. Durable runs only.
   *
   * @param compensation Undoes the committed step when a later one fails.
   */
  transaction<const N extends string, R, M = TransactionManager>(
    name: N,
    action: SagaTransactionAction<R, I, M, Done>,
    compensation?: SagaCompensation<R, I, Done & Readonly<Record<N, R>>> | null,
    options?: SagaTransactionOptions,
  ): SagaBuilder<I, Done & Record<N, R>> {
    return this.with(new SagaTransaction(name, action as never, compensation as never, options));
  }

  /**
   * A workflow as a step: a child of the run, cancelled with it.
   *
   * @param input What the child is given.
   * @param compensation Undoes the completed child when a later step fails.
   */
  child<const N extends string, W extends WorkflowReference>(
    name: N,
    workflow: W,
    input: (context: SagaContext<I, Done>) => InputOf<W>,
    compensation?: SagaCompensation<OutputOf<W>, I, Done & Readonly<Record<N, OutputOf<W>>>> | null,
    options?: SagaChildOptions,
  ): SagaBuilder<I, Done & Record<N, OutputOf<W>>> {
    return this.with(new SagaChild(name, workflow, input as never, compensation as never, options));
  }

  /** @throws WorkflowDefinitionError for a name given twice */
  build(): Saga<I, Done> {
    return new Saga(this.name, this.parts, this.options);
  }

  /** The part knows its own functions alone; what they are given is said here. */
  private with<More extends object>(part: SagaPart): SagaBuilder<I, More> {
    return new SagaBuilder(this.name, this.options, [...this.parts, part]);
  }
}
