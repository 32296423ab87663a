/**
 * What the methods of a class say that they find in the `input` of the context they begin with: what fits all of them; `unknown` where
 * none says anything.
 *
 * @internal
 */
export type InputOfMethods<T, Context> = [Takers<T, Context>] extends [never]
  ? unknown
  : Takers<T, Context> extends (input: infer I) => void
    ? I
    : never;

/** A function of its input for each method that begins with a context. By way of parameters, so that those without any do not count. */
type Takers<T, Context> = {
  [K in keyof T]: T[K] extends (...args: infer A) => unknown
    ? A extends [infer First extends Context & { readonly input: unknown }, ...unknown[]]
      ? (input: First['input']) => void
      : never
    : never;
}[keyof T];
