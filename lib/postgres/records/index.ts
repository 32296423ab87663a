export { headOf, instanceRecord, recordColumns } from './instance-row.js';
export { ENTRY_COLUMNS, journalEntry } from './journal-row.js';
export { SIGNAL_FIELDS, signalRecord } from './signal-row.js';
export { flag, json, jsonArray, number, numbers, optionalNumber, optionalText, text } from './row-values.js';
