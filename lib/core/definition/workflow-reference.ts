/**
 * What a reference needs to know of something that runs. The context is left open here, because the context itself takes
 * references (to start children): neither can then be declared before the other.
 *
 * @publicApi
 */
export interface Runnable<I, O> {
  run(ctx: never, input: I): Promise<O> | O;
}

/** A workflow class, as given to `start`. @publicApi */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- constructors are contravariant: nothing narrower accepts every class
export type WorkflowClass<I = any, O = any> = abstract new (...args: any[]) => Runnable<I, O>;

/** A class that carries the decorator of a model, such as `@SagaWorkflow`: what runs is made of its methods. @publicApi */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- constructors are contravariant: nothing narrower accepts every class
export type ModelClass = abstract new (...args: any[]) => object;

/** What tells a definition apart: every `WorkflowDefinition` is one. @publicApi */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- input is contravariant: nothing narrower accepts every definition
export interface DefinitionReference<I = any, O = unknown> extends Runnable<I, O> {
  readonly name: string;
  readonly version: number;
}

/** Ways to name a workflow: its class, its definition, or its registered name (the newest version, or the one asked for). @publicApi */
export type WorkflowReference = string | WorkflowClass | ModelClass | DefinitionReference;

/** @publicApi */
export type InputOf<W> = W extends abstract new (...args: never[]) => { run(ctx: never, ...rest: infer A): unknown }
  ? A extends []
    ? void | undefined
    : A extends [infer I, ...unknown[]]
      ? I
      : A extends [(infer I)?, ...unknown[]]
        ? I | undefined
        : unknown
  : W extends DefinitionReference<infer I, unknown>
    ? I
    : unknown;

/** @publicApi */
export type OutputOf<W> = W extends abstract new (...args: never[]) => { run(...args: never[]): infer R }
  ? Awaited<R>
  : W extends DefinitionReference<never, infer O>
    ? O
    : unknown;
