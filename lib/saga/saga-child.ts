import type {
  ExecuteChildOptions,
  InputOf,
  OutputOf,
  WorkflowContext,
  WorkflowReference,
} from '../core/definition/index.js';
import { WorkflowDefinitionError } from '../core/errors/index.js';
import type { SagaCompensation, SagaContext } from './saga-context.js';
import type { Compensate, SagaPart } from './saga-part.js';

/** @publicApi */
export type SagaChildOptions = Omit<ExecuteChildOptions, 'name' | 'compensate'>;

/** As a step's undo. */
const UNDO = { compensateRetry: { attempts: 2, backoff: { delay: '1s', factor: 1 } } } as const;

/**
 * A workflow as a step of a saga: a child of its run, cancelled with it. Its output is the step's result. One that fails undoes itself;
 * one that has completed is undone by the compensation given here.
 *
 * @example
 * new SagaChild('price', PricingPipeline, ({ input }) => input.items)
 *
 * @publicApi
 */
export class SagaChild<
  W extends WorkflowReference = WorkflowReference,
  N extends string = string,
  I = unknown,
> implements SagaPart<OutputOf<W>, N> {
  readonly compensation: SagaCompensation<never, never> | undefined;
  readonly undoOptions: Pick<ExecuteChildOptions, 'compensateRetry'>;

  /** @param input What the child is given. Must not do anything: it is asked again after a crash. */
  constructor(
    readonly name: N,
    readonly workflow: W,
    readonly input: (context: SagaContext<I>) => InputOf<W>,
    compensation?: SagaCompensation<OutputOf<W>, I> | null,
    readonly options: SagaChildOptions = {},
  ) {
    if (typeof input !== 'function')
      throw new WorkflowDefinitionError(
        `The input of child "${name}" is no function. Write a function of the saga's context that answers it.`,
      );
    this.compensation = compensation ?? undefined;
    this.undoOptions = { compensateRetry: options.compensateRetry ?? UNDO.compensateRetry };
  }

  /** @internal */
  get text(): string {
    return `${this.name} ${String(this.input)} ${String(this.compensation)}`;
  }

  /** @internal */
  begin(ctx: WorkflowContext, context: SagaContext<never>, compensate?: Compensate): Promise<OutputOf<W>> {
    const { name, workflow, options, undoOptions } = this;
    const child = ctx.executeChild(workflow, this.input(context), {
      ...options,
      ...undoOptions,
      name,
      ...(compensate !== undefined && { compensate }),
    });
    return child as Promise<OutputOf<W>>;
  }
}
