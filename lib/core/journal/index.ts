export { InstanceJournal, retryKey } from './instance-journal.js';
export { InstanceWriter } from './instance-writer.js';
export type { Ownership, TransitionRequest, WriteListener } from './instance-writer.js';
export { JournalWriter } from './journal-writer.js';
export type { JournalWriterOptions, UnitOwner } from './journal-writer.js';
export { StagedWrites } from './staged-writes.js';
