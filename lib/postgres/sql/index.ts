export { freeSlots } from './free-slots.js';
export { LONGEST_SUFFIX, TableNames } from './identifiers.js';
export { PreparedTexts } from './prepared-texts.js';
export type { PreparedText } from './prepared-texts.js';
export { RowBatch, RowSet, columns } from './row-set.js';
export type { Column, ColumnType } from './row-set.js';
export type { ColumnValue } from './array-literal.js';
export { eventJson, postEvents } from './event-json.js';
export { NOW } from './time-expression.js';
