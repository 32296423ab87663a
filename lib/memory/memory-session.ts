import { closedStore } from '../core/errors/index.js';
import type { InstanceRecord, JournalEntry, SignalRecord } from '../core/records/index.js';
import type { Inbox, InstanceQuery, StoreHealth, StreamRecord, WaitQuery, WaitRecord } from '../core/store/index.js';
import { healthOf } from './health.js';
import type { MemoryDatabase } from './memory-database.js';

const DONE = Promise.resolve();

/** One process's way to the shared data: takes turns, and reads. @internal */
export abstract class MemorySession {
  protected closed = false;

  constructor(
    /** @internal */
    readonly database: MemoryDatabase,
    private readonly yieldEach: (() => Promise<void>) | undefined,
  ) {}

  async open(): Promise<void> {
    this.closed = false;
    await this.turn();
  }

  async health(definitions: readonly string[]): Promise<StoreHealth> {
    await this.turn();
    return healthOf(this.database, definitions);
  }

  async readJournals(
    ids: readonly { readonly workflowId: string; readonly generation: number }[],
  ): Promise<JournalEntry[][]> {
    await this.turn();
    return ids.map((id) => this.journalOf(id.workflowId, id.generation));
  }

  async readInboxes(ids: readonly { readonly workflowId: string; readonly generation: number }[]): Promise<Inbox[]> {
    await this.turn();
    const { now, instances, signals } = this.database;
    return ids.map(({ workflowId, generation }) => {
      const row = instances.get(workflowId);
      if (row === undefined || row.generation !== generation)
        return { wakes: 0, cancelRequested: false, signals: [], now };
      return { wakes: row.wakes, cancelRequested: row.cancel !== undefined, signals: signals.inboxOf(row), now };
    });
  }

  async readProgress(workflowId: string, generation: number, step: string): Promise<string | undefined> {
    await this.turn();
    return this.database.instances.get(workflowId)?.stream?.latest(generation, step);
  }

  async find(workflowId: string): Promise<InstanceRecord | undefined> {
    await this.turn();
    return this.database.instances.get(workflowId)?.toRecord();
  }

  async list(query: InstanceQuery): Promise<InstanceRecord[]> {
    await this.turn();
    return this.database.instances.list(query);
  }

  async children(workflowId: string): Promise<InstanceRecord[]> {
    await this.turn();
    return Array.from(this.database.instances.childrenOf(workflowId), (row) => row.toRecord());
  }

  async readJournal(workflowId: string, generation?: number): Promise<JournalEntry[]> {
    await this.turn();
    return this.journalOf(workflowId, generation);
  }

  async readUnconsumed(workflowId: string): Promise<SignalRecord[]> {
    await this.turn();
    const mailbox = this.database.instances.get(workflowId)?.mailbox;
    return [...(mailbox?.values() ?? [])].sort((a, b) => a.seq - b.seq);
  }

  async findWaits(query: WaitQuery): Promise<WaitRecord[]> {
    await this.turn();
    return this.database.waits.find(query);
  }

  async readStream(workflowId: string, after: number, limit: number): Promise<StreamRecord[]> {
    await this.turn();
    return this.database.instances.get(workflowId)?.stream?.read(after, limit) ?? [];
  }

  private journalOf(workflowId: string, generation?: number): JournalEntry[] {
    const row = this.database.instances.get(workflowId);
    return row?.journalOf(generation ?? row.generation)?.read() ?? [];
  }

  /** A real asynchronous turn: what others do meanwhile comes first. */
  protected turn(): Promise<void> {
    return this.yieldEach === undefined || this.closed ? this.begin() : this.yieldEach().then(this.begin);
  }

  private readonly begin = (): Promise<void> => (this.closed ? Promise.reject(closedStore(false)) : DONE);
}
