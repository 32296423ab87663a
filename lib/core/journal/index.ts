export { JournalWriter } from './journal-writer.js';
export type { JournalWriterOptions } from './journal-writer.js';
