import type { TransactionOptions, WorkflowReference } from '../core/definition/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import type { RetryOptions } from '../core/policies/index.js';
import type { Duration } from '../core/time/index.js';
import { MethodMetadata } from './method-metadata.accessor.js';

/** @publicApi */
export interface StepMethodOptions {
  /** @default the method's name */
  readonly name?: string;
  /** Names of steps that end before this one begins. */
  readonly dependencies?: readonly string[];
  /** Limit of one attempt: a duration, milliseconds where it is a number. @default none */
  readonly timeout?: Duration;
  /** Total attempts, or a policy. @default the model's */
  readonly retry?: RetryOptions;
  /** Commits the rows that the method writes by `step.manager` together with its record, exactly once. Sagas only. @default false */
  readonly transaction?: boolean | Pick<TransactionOptions, 'isolation'>;
  /** The method that says whether to pass over the step. Pipelines only, as all that follow. */
  readonly shouldSkip?: string;
  /** The method that is given the step's error, and answers a result in its place or throws. */
  readonly onError?: string;
  /** The method that is called at the end of the step, whatever became of it. */
  readonly cleanup?: string;
  /** The method that undoes the completed step when the run fails or is cancelled later; `@Compensate` on that method says the same. */
  readonly compensate?: string;
  /** Runs another workflow, of whatever model, as this step: the decorated method gives its input. */
  readonly child?: WorkflowReference;
}

/** The methods that the options of a step name. @publicApi */
export type StepHooksOf<O> = Extract<
  O extends object ? O[Extract<keyof O, 'shouldSkip' | 'onError' | 'cleanup' | 'compensate'>] : never,
  string
>;

const OPTIONS = knownOptions<StepMethodOptions>({
  name: true,
  dependencies: true,
  timeout: true,
  retry: true,
  transaction: true,
  shouldSkip: true,
  onError: true,
  cleanup: true,
  compensate: true,
  child: true,
});

/** A method that carries `@Step`. @internal */
export interface StepMethod {
  readonly method: string;
  readonly options: StepMethodOptions;
}

const STEP_METADATA = new MethodMetadata<StepMethodOptions>('workflow:steps');

/**
 * Makes a method of a workflow class a step. Steps are known by the names of their methods.
 *
 * @example
 * @Step({ dependencies: ['price'], timeout: '5s', retry: 3, onError: 'estimate', compensate: 'release' })
 * reserve(context: PipelineContext) { … }
 *
 * @publicApi
 */
export function Step<const O extends StepMethodOptions = Record<never, never>>(options?: O) {
  return (prototype: Readonly<Record<StepHooksOf<O>, unknown>>, method: string): void => {
    STEP_METADATA.record(prototype, method, options ?? {});
  };
}

/** Refuses options of a step that nobody reads. @throws WorkflowOptionsError @internal */
export function checkStepOptions(options: StepMethodOptions, place: string): void {
  refuseUnknownOptions(options, OPTIONS, place);
}

/** The methods of a class that carry `@Step`: those of its bases first, each in the order of declaration. @internal */
export function stepMethodsOf(target: { readonly prototype: object }): StepMethod[] {
  return STEP_METADATA.of(target).map(({ method, value }) => ({ method, options: value }));
}
