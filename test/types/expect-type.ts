/** `true` when both types are the same, `any` and `readonly` told apart. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only when its type argument is `true`: `expectType<Equal<typeof result, string>>()`. */
export function expectType<_T extends true>(): void {}
