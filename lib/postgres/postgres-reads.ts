import type { InstanceRecord, JournalEntry, SignalRecord } from '../core/records/index.js';
import type { Inbox, InstanceQuery, StoreHealth, StreamRecord, WaitQuery, WaitRecord } from '../core/store/index.js';
import { InstanceReader, readHealth } from './reading/index.js';
import { InboxReader, type InstanceKey } from './routing/index.js';
import type { StoreCore } from './store-core.js';

/** The half of the store that changes nothing. @internal */
export class PostgresReads {
  private readonly reader: InstanceReader;
  private readonly inboxes: InboxReader;

  constructor(protected readonly core: StoreCore) {
    this.reader = new InstanceReader(core);
    this.inboxes = new InboxReader(core);
  }

  health(definitions: readonly string[]): Promise<StoreHealth> {
    return readHealth(this.core, definitions);
  }

  readJournals(ids: readonly InstanceKey[]): Promise<JournalEntry[][]> {
    return ids.length === 0 ? Promise.resolve([]) : this.reader.journals(ids);
  }

  readInboxes(ids: readonly InstanceKey[]): Promise<Inbox[]> {
    return ids.length === 0 ? Promise.resolve([]) : this.inboxes.read(ids);
  }

  readProgress(workflowId: string, generation: number, step: string): Promise<string | undefined> {
    return this.reader.progress(workflowId, generation, step);
  }

  find(workflowId: string): Promise<InstanceRecord | undefined> {
    return this.reader.find(workflowId);
  }

  list(query: InstanceQuery): Promise<InstanceRecord[]> {
    return this.reader.list(query);
  }

  children(workflowId: string): Promise<InstanceRecord[]> {
    return this.reader.children(workflowId);
  }

  readJournal(workflowId: string, generation?: number): Promise<JournalEntry[]> {
    return this.reader.journal(workflowId, generation);
  }

  readUnconsumed(workflowId: string): Promise<SignalRecord[]> {
    return this.reader.unconsumed(workflowId);
  }

  findWaits(query: WaitQuery): Promise<WaitRecord[]> {
    return this.reader.waits(query);
  }

  readStream(workflowId: string, after: number, limit: number): Promise<StreamRecord[]> {
    return this.reader.stream(workflowId, after, limit);
  }
}
