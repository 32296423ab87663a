import type { WorkflowContext } from './workflow-context.js';
import type { WorkflowDefinition } from './workflow-definition.js';

/**
 * A class that runs as a workflow: one durable `async` method.
 *
 * @publicApi
 */
export interface WorkflowRunner<I = unknown, O = unknown> {
  run(ctx: WorkflowContext, input: I): Promise<O> | O;
}

/** A workflow class, as given to `start`. @publicApi */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- constructors are contravariant: nothing narrower accepts every class
export type WorkflowClass<I = any, O = any> = abstract new (...args: any[]) => WorkflowRunner<I, O>;

/** Ways to name a workflow: its class, its definition, or its registered name (the newest version, or the one asked for). @publicApi */
export type WorkflowReference = string | WorkflowClass | WorkflowDefinition;

/** @publicApi */
export type InputOf<W> = W extends abstract new (...args: never[]) => { run(ctx: WorkflowContext, ...rest: infer A): unknown }
  ? A extends [infer I, ...unknown[]]
    ? I
    : void | undefined
  : W extends WorkflowDefinition<infer I, unknown>
    ? I
    : unknown;

/** @publicApi */
export type OutputOf<W> = W extends abstract new (...args: never[]) => { run(...args: never[]): infer R }
  ? Awaited<R>
  : W extends WorkflowDefinition<never, infer O>
    ? O
    : unknown;
