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

/** What an error followed from, if that was said. @internal */
export function originOf(error: object): object | undefined {
  return origins.get(error);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
