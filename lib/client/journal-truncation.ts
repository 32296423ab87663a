import { SLEEP_CONDITION } from '../core/execution/index.js';
import { isEngineName, type JournalEntry } from '../core/records/index.js';

/**
 * The journal name of the call that a marker belongs to: `charge` for `$start:charge`, `$wait:charge` and `$retry:charge#2`.
 *
 * @internal
 */
export function calledName(entry: Pick<JournalEntry, 'name' | 'kind'>): string {
  const name = entry.name.slice(entry.name.indexOf(':') + 1);
  // Names that users give have their "#" encoded, so the last one is the engine's.
  return entry.kind === 'retry' ? name.replace(/#\d+$/, '') : name;
}

/** Whether undoing has begun: then what is recorded no longer stands, and the run cannot go on from it. @internal */
export function hasUndo(entries: readonly JournalEntry[]): boolean {
  return entries.some((entry) => entry.kind === 'undo');
}

/** The children whose ends are asked for again when positions are removed: they failed, or were cancelled with the run. @internal */
export function childrenAmong(entries: readonly JournalEntry[], removed: readonly number[]): string[] {
  const positions = new Set(removed);
  const ends = entries.filter(
    ({ kind, position, status }) => kind === 'arrival' && positions.has(position) && status !== 'completed',
  );
  return [...new Set(ends.flatMap(({ data }) => data?.childId ?? []))];
}

/**
 * Positions to remove from a failed instance's journal so that it goes on as if the failure had not happened: the failure's cause,
 * everything that was called after it was handed over, and what only the end of the run brought forth (aborted steps, its markers).
 * Everything else is kept, so that nothing that succeeded runs again.
 *
 * @param keeps What the definition knows better.
 * @internal
 */
export function positionsToRetry(
  entries: readonly JournalEntry[],
  keeps: (entry: JournalEntry) => boolean | undefined = () => undefined,
): number[] {
  const cause = entries.filter((entry) => entry.kind === 'failure').at(-1)?.data?.causePosition;
  const removed = new Set<number>();
  const calledAgain = new Set<string>();
  for (const entry of entries) {
    if (keeps(entry) ?? !isUndone(entry, cause)) continue;
    removed.add(entry.position);
    calledAgain.add(entry.name);
  }
  const kept = new Set(entries.filter((entry) => !removed.has(entry.position)).map((entry) => entry.name));
  for (const entry of entries) {
    // Starts, attempts and instants of a call that will be made again count from the beginning.
    const isMarker = entry.kind === 'start' || entry.kind === 'retry' || entry.kind === 'wait';
    if (isMarker && calledAgain.has(calledName(entry))) removed.add(entry.position);
    // A wait for signals that was open when the run ended has to register anew: its registration ended with the run.
    if (entry.kind === 'wait' && !isSleep(entry) && !kept.has(calledName(entry))) removed.add(entry.position);
  }
  return [...removed].sort((a, b) => a - b);
}

/** Its stored instant holds, also over a retry. */
function isSleep(entry: JournalEntry): boolean {
  return Object.keys(entry.data?.dueAt ?? {}).join() === SLEEP_CONDITION;
}

function isUndone(entry: JournalEntry, cause: number | undefined): boolean {
  if (entry.kind === 'failure' || entry.kind === 'deadline') return true;
  // A step is recorded as cancelled because the run stopped around it, or something beside it failed; a child as closed because its
  // parent did.
  if (entry.kind === 'step' && entry.status === 'cancelled')
    return entry.data?.stopped !== true || (cause !== undefined && entry.position > cause);
  if (entry.name.startsWith('$closed:') || entry.name.startsWith('$wait:$closed:')) return true;
  return cause !== undefined && (entry.position === cause || entry.calledAt >= cause);
}

/**
 * Steps whose effects stand, in the order in which they were recorded: completed or possibly done, and not undone. What was
 * completed before a point of no return counts as well: nobody undoes it any more.
 *
 * @internal
 */
export function standingSteps(entries: readonly JournalEntry[]): string[] {
  const undone = new Set(
    entries.filter((entry) => entry.kind === 'undo' && entry.status === 'completed').map((entry) => calledName(entry)),
  );
  const recorded = new Set(
    entries.filter(({ kind, data }) => kind === 'step' && data?.uncertain !== true).map((entry) => entry.name),
  );
  const standing = entries.flatMap((entry) => {
    // What the engine records as a step has no effect.
    if (entry.kind === 'step' && entry.status === 'completed') return isEngineName(entry.name) ? [] : [entry.name];
    // Nor is what an undo has begun a step.
    const name = calledName(entry);
    return entry.kind === 'start' && !recorded.has(name) && !isEngineName(name) ? [name] : [];
  });
  return standing.filter((name) => !undone.has(name));
}
