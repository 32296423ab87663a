import type { SignalRecord } from '../../core/records/index.js';
import type { SqlRow } from '../connection/index.js';
import { number, optionalText, text } from './row-values.js';

/** The select list of {@link signalRecord} without the id. @internal */
export const SIGNAL_FIELDS = 's.seq, s.received_at, s.workflow_id, s.name, s.key, s.payload';

/** @param idColumn The column that holds the signal's id, where a row has several. @internal */
export function signalRecord(row: SqlRow, idColumn = 'id'): SignalRecord {
  const workflowId = optionalText(row, 'workflow_id');
  const key = optionalText(row, 'key');
  const payload = optionalText(row, 'payload');
  return {
    id: text(row, idColumn),
    seq: number(row, 'seq'),
    receivedAt: number(row, 'received_at'),
    name: text(row, 'name'),
    ...(workflowId === undefined ? {} : { workflowId }),
    ...(key === undefined ? {} : { key }),
    ...(payload === undefined ? {} : { payload }),
  };
}
