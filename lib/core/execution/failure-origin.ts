/** From an error to the one it followed from. */
const origins = new WeakMap<object, object>();

/**
 * Says that an error followed from an earlier failure, though it does not carry it as its cause: a retry of the run then begins with
 * what failed first. For interpreters that ask a user's handler about a failure, and the handler fails as well.
 *
 * @internal
 */
export function attributeFailure(error: unknown, origin: unknown): void {
  if (isObject(error) && isObject(origin) && error !== origin) origins.set(error, origin);
}

/**
 * Where the failure stands that made the run fail: handed over as it was thrown, or wrapped by the code into errors of its own.
 *
 * @param failures Positions of the failures that were handed over.
 * @internal
 */
export function positionOf(cause: unknown, failures: WeakMap<object, number>): number | undefined {
  const seen = new Set<unknown>();
  let error = cause;
  while (typeof error === 'object' && error !== null && !seen.has(error)) {
    const origin = origins.get(error);
    const position = (origin && failures.get(origin)) ?? failures.get(error);
    if (position !== undefined) return position;
    seen.add(error);
    error = (error as { readonly cause?: unknown }).cause;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
