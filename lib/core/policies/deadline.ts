/**
 * The instant by which something must have ended, in milliseconds of whatever clock it was made from; `Infinity` when there is none.
 *
 * @internal
 */
export type Deadline = number;

/** The deadline of something that begins now. @param timeoutMs `undefined` for no limit. @internal */
export function deadlineAfter(nowMs: number, timeoutMs: number | undefined): Deadline {
  return timeoutMs === undefined ? Number.POSITIVE_INFINITY : nowMs + timeoutMs;
}

/** The one that comes first; what is `undefined` has none. @internal */
export function earliestDeadline(...deadlines: readonly (Deadline | undefined)[]): Deadline {
  return deadlines.reduce<Deadline>((first, deadline) => Math.min(first, deadline ?? first), Number.POSITIVE_INFINITY);
}

/** How long is left, never less than 0. @internal */
export function remainingMs(deadline: Deadline, nowMs: number): number {
  return Math.max(0, deadline - nowMs);
}
