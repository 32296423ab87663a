import type { InstanceRecord, JournalEntry } from '../../../lib/core/records/index.js';
import type { World } from '../engine/world.js';
import { wasTerminated } from './stored.js';

/** Undone is what was done, in exact reverse of its recorded completion, possibly-done steps first in reverse of their start. */
export function checkUndo(world: World, record: InstanceRecord, journal: readonly JournalEntry[]): void {
  const { watch } = world;
  const undone = journal
    .filter((entry) => entry.kind === 'undo')
    .map((entry) => entry.name.slice('$compensate:'.length));
  if (record.status === 'completed') {
    if (undone.length > 0) watch.violate('what has completed is not undone', `"${record.id}" undid ${undone.join()}`);
    return;
  }
  // Terminated runs undo nothing.
  if (wasTerminated(record, journal)) return;
  const expected = expectedUndo(journal, (name) => world.reversible.has(`${record.id} ${name}`));
  if (undone.join() !== expected.join())
    watch.violate('undo is the exact reverse', `"${record.id}" undid ${undone.join()}, due was ${expected.join()}`);
  const performed = world.ledger
    .of(record.id)
    .filter((effect) => effect.kind === 'undo' && effect.generation === record.generation)
    .map((effect) => effect.step);
  const order = [...new Set(performed)];
  // What must not run twice is given up when its process died between its start and its effect.
  const isGivenUp = (name: string): boolean =>
    !order.includes(name) && journal.some((entry) => entry.name === `$start:$compensate:${name}`);
  const due = expected.filter((name) => !isGivenUp(name));
  if (order.join() !== due.join())
    watch.violate('undo is the exact reverse', `"${record.id}" performed ${order.join()}, due was ${due.join()}`);
}

function expectedUndo(journal: readonly JournalEntry[], isReversible: (name: string) => boolean): string[] {
  const committed = Math.max(0, ...journal.filter((entry) => entry.kind === 'commit').map((entry) => entry.position));
  const children = journal.filter((entry) => entry.kind === 'child' && isReversible(entry.name));
  const starts = journal.filter((entry) => entry.kind === 'start' && isReversible(entry.name.slice('$start:'.length)));
  const done: JournalEntry[] = [];
  const uncertain: JournalEntry[] = [];
  for (const start of starts) {
    const name = start.name.slice('$start:'.length);
    const result = journal.find((entry) => entry.name === name);
    if (result === undefined || result.data?.uncertain === true) uncertain.push(start);
    else if (result.status === 'completed' && result.position > committed) done.push(result);
  }
  for (const child of children) {
    const result = journal.find((entry) => entry.name === `$result:${child.name}`);
    if (result?.status === 'completed' && result.position > committed) done.push({ ...result, name: child.name });
  }
  const newestFirst = (a: JournalEntry, b: JournalEntry): number => b.position - a.position;
  return [
    ...uncertain.sort(newestFirst).map((entry) => entry.name.slice('$start:'.length)),
    ...done.sort(newestFirst).map((entry) => entry.name),
  ];
}
