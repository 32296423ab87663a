/** Objects whose content JSON does not see; a step that answers with one is refused when it runs. */
type Unstorable =
  ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | ArrayBuffer | ArrayBufferView | RegExp | PromiseLike<unknown>;

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- every callable, classes included
type Callable = Function;

/**
 * What becomes of a value that is written to the journal and read back: the round trip through JSON. A `Date` is text, a class
 * instance is its data without methods, and what cannot be stored (a Map, a bigint, a function) is `never`, so that using it does not
 * compile.
 *
 * @example
 * type Loaded = Journaled<{ id: string; paidAt: Date; total(): number }>; // { id: string; paidAt: string }
 *
 * @publicApi
 */
export type Journaled<T> = 0 extends 1 & T
  ? T
  : unknown extends T
    ? T
    : T extends string | number | boolean | null | undefined | void
      ? T
      : T extends bigint | symbol | Callable | Unstorable
        ? never
        : T extends { toJSON(...args: never[]): infer Text }
          ? Journaled<Text>
          : T extends readonly unknown[]
            ? { [Index in keyof T]: Journaled<Exclude<T[Index], undefined>> }
            : T extends object
              ? { [Key in keyof T as StoredKey<T, Key>]: Journaled<T[Key]> }
              : never;

/** Methods and symbols stay behind. */
type StoredKey<T, Key extends keyof T> = Key extends symbol
  ? never
  : NonNullable<T[Key]> extends Callable
    ? never
    : Key;
