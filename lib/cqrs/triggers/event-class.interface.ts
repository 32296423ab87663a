/** The class of an event that travels over the CQRS event bus. @publicApi */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- constructors are contravariant: nothing narrower accepts every class
export type EventClass<E extends object = any> = abstract new (...args: any[]) => E;

/** A value, or a function that reads it from the event. @publicApi */
export type FromEvent<E, T> = T | ((event: E) => T);

/** @internal */
export function fromEvent<E, T>(source: FromEvent<E, T>, event: E): T {
  return typeof source === 'function' ? (source as (event: E) => T)(event) : source;
}
