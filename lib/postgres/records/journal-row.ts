import type { EntryData, EntryKind, JournalEntry, StepStatus } from '../../core/records/index.js';
import type { SqlRow } from '../connection/index.js';
import { json, number, optionalText, text } from './row-values.js';

/** The select list of {@link journalEntry}. @internal */
export const ENTRY_COLUMNS =
  'j."position", j.name, j.kind, j.status, j.called_at, j.recorded_at, j.attempts, j.value, j.error, j.signal_id, j.data';

/** @internal */
export function journalEntry(row: SqlRow): JournalEntry {
  const value = optionalText(row, 'value');
  const error = optionalText(row, 'error');
  const signalId = optionalText(row, 'signal_id');
  const data = json<EntryData>(row, 'data');
  return {
    position: number(row, 'position'),
    name: text(row, 'name'),
    kind: text(row, 'kind') as EntryKind,
    status: text(row, 'status') as StepStatus,
    calledAt: number(row, 'called_at'),
    recordedAt: number(row, 'recorded_at'),
    attempts: number(row, 'attempts'),
    ...(value === undefined ? {} : { value }),
    ...(error === undefined ? {} : { error }),
    ...(signalId === undefined ? {} : { signalId }),
    ...(data === undefined ? {} : { data }),
  };
}
