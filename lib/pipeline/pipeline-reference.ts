import type { WorkflowReference } from '../core/definition/index.js';
import type { InputOfMethods } from '../discovery/index.js';
import type { PipelineContext, PipelineContextOf } from './pipeline-context.js';
import type { Pipeline, ResultsOf } from './pipeline.definition.js';

/** A pipeline, its decorated class, or its registered name. @publicApi */
export type PipelineReference = WorkflowReference;

/** The results of what is executed, by the names of its steps, as far as its type tells. @publicApi */
export type PipelineResultsOf<P> = P extends Pipeline<infer S> ? ResultsOf<S> : Record<string, unknown>;

/** What a pipeline takes: of a decorated class, what its public steps say that they find in their `PipelineContextOf`. @publicApi */
export type PipelineInputOf<P> =
  P extends Pipeline<infer _S>
    ? unknown
    : P extends abstract new (...args: never[]) => infer T
      ? InputOfMethods<T, PipelineContext>
      : unknown;

/** What its steps find in `context.input`, or a context to begin with. */
type Given<P> = PipelineInputOf<P> | PipelineContextOf<PipelineInputOf<P>>;

/** What follows the pipeline in a call: its input (only where it takes one) and options. @publicApi */
export type PipelineArguments<P, Options> =
  undefined extends PipelineInputOf<P>
    ? readonly [input?: Given<P>, options?: Options]
    : readonly [input: Given<P>, options?: Options];
