import {
  readOptional,
  type CompensationContext,
  type StepContext,
  type WorkflowReference,
} from '../../core/definition/index.js';
import { WorkflowOptionsError } from '../../core/errors/index.js';
import { callback, requireMethods } from '../../core/options/index.js';
import { resolveRetry, type RetryOptions } from '../../core/policies/index.js';
import type { PipelineContext } from '../pipeline-context.js';

/** Anything that runs a function under a policy of its own, such as a policy of cockatiel. @publicApi */
export interface ResiliencePolicy {
  execute<T>(fn: () => T | PromiseLike<T>): Promise<T>;
}

/** @publicApi */
export interface PipelineStepOptions {
  /** Names of steps that end before this one begins. */
  readonly dependencies?: readonly string[];
  /** Limit of `execute`: seconds, or a text such as `'30s'`. `shouldSkip`, `onError` and `cleanup` are not limited. @default none */
  readonly timeout?: number | string;
  /** Runs `execute`. */
  readonly resilience?: ResiliencePolicy;
  /** Total attempts of `execute`, or a policy. @default one attempt */
  readonly retry?: RetryOptions;
  /** Undoes the completed step when the pipeline fails or is cancelled later; `undo` says why, and whether the step is sure to have happened. */
  readonly compensate?: (result: never, context: PipelineContext, undo: CompensationContext) => unknown;
}

/** What a step is made of, where it is made of other steps. @internal */
export type StepStructure =
  | {
      readonly kind: 'conditional';
      readonly condition: (context: PipelineContext) => boolean | PromiseLike<boolean>;
      readonly whenTrue: PipelineStep;
      readonly whenFalse: PipelineStep | undefined;
    }
  | { readonly kind: 'parallel'; readonly steps: readonly PipelineStep[]; readonly failFast: boolean }
  | { readonly kind: 'child'; readonly workflow: WorkflowReference; readonly input: unknown };

const NONE: readonly string[] = [];

/** What a step may do besides its work. @internal */
export type StepHook = 'shouldSkip' | 'onError' | 'cleanup';

/**
 * A step of a pipeline. Extend it for steps that are classes of their own.
 *
 * @publicApi
 */
export abstract class PipelineStep<R = unknown, N extends string = string> {
  readonly name: N;
  readonly dependencies: readonly string[];
  readonly timeout: number | string | undefined;
  readonly resilience: ResiliencePolicy | undefined;
  readonly retry: RetryOptions | undefined;
  readonly compensate: PipelineStepOptions['compensate'];

  constructor(name: N, options?: PipelineStepOptions);
  constructor(
    name: N,
    dependencies?: readonly string[],
    timeout?: number | string,
    resilience?: ResiliencePolicy,
    options?: PipelineStepOptions,
  );
  constructor(name: N, ...given: readonly unknown[]) {
    const options = readOptional<PipelineStepOptions>(['dependencies', 'timeout', 'resilience'], given);
    const { dependencies = NONE, timeout, resilience, retry, compensate } = options;
    const place = `step "${name}"`;
    const names: unknown = dependencies;
    if (!Array.isArray(names)) throw notNames(dependencies, `dependencies of ${place}`);
    if (retry !== undefined) resolveRetry(retry, undefined, place);
    this.name = name;
    this.dependencies = Object.freeze([...dependencies]);
    this.timeout = timeout;
    this.resilience = requireMethods(resilience, ['execute'], `resilience of ${place}`, 'execute(fn)');
    this.retry = retry;
    this.compensate = callback(compensate, `compensate of ${place}`, '(result, context, undo)');
  }

  /** The steps inside, each of which is then run, recorded and limited by itself. @internal */
  get structure(): StepStructure | undefined {
    return undefined;
  }

  /** Whether a hook does anything: those that do not are passed over. @internal */
  uses(hook: StepHook): boolean {
    return this[hook] !== PipelineStep.prototype[hook];
  }

  /** Does the work; the answer is the step's result. */
  abstract execute(context: PipelineContext, step: StepContext): R | PromiseLike<R>;

  /** Whether to pass over the step. A step that is passed over has no result, and what depends on it runs all the same. */
  shouldSkip(_context: PipelineContext): boolean | PromiseLike<boolean> {
    return false;
  }

  /** Answers a result in place of the one that failed, or throws. */
  onError(_context: PipelineContext, error: Error): unknown {
    throw error;
  }

  /** Called at the end of every step that was begun or skipped, whatever became of it; what it throws is logged, and harms nothing. */
  cleanup(_context: PipelineContext): unknown {
    return undefined;
  }
}

function notNames(value: unknown, option: string): WorkflowOptionsError {
  return new WorkflowOptionsError({ option, value, expected: 'a list of names of steps' });
}
