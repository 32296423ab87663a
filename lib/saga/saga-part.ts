import type { CompensationContext, StepOptions, WorkflowContext } from '../core/definition/index.js';
import type { SagaCompensation, SagaContext } from './saga-context.js';

/** How a context is told to undo what a part has done. @internal */
export type Compensate = (result: unknown, context: CompensationContext) => unknown;

/** A step of a saga, or a workflow that is one: what a saga is made of. @publicApi */
export interface SagaPart<R = unknown, N extends string = string> {
  readonly name: N;
  /** Undoes what it has done. */
  readonly compensation: SagaCompensation<never, never> | undefined;
  /** How its undo is tried. @internal */
  readonly undoOptions: Pick<StepOptions, 'compensateRetry' | 'compensateAtMostOnce'>;
  /** Its code as text. @internal */
  readonly text: string;
  /** Does it, by the context. @internal */
  begin(ctx: WorkflowContext, context: SagaContext<never>, compensate: Compensate | undefined): Promise<R>;
}
