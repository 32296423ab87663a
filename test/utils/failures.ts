/** What failing bodies of the specs throw. */
export const failure = new TypeError('no');

export function fail(): never {
  throw failure;
}

/** The error that a promise rejects with, if it does. */
export function rejection<E = Error>(promise: Promise<unknown>): Promise<E | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => error as E,
  );
}
