import type { InstanceRecord, JournalEntry, SignalRecord } from '../../core/records/index.js';
import type { InstanceQuery, StreamRecord, WaitQuery, WaitRecord } from '../../core/store/index.js';
import {
  ENTRY_COLUMNS,
  SIGNAL_FIELDS,
  instanceRecord,
  journalEntry,
  number,
  optionalText,
  recordColumns,
  signalRecord,
  text,
} from '../records/index.js';
import { KEYS, keyRows, type InstanceKey } from '../routing/index.js';
import type { StoreCore } from '../store-core.js';
import { GroupedReads } from './grouped-reads.js';
import { listStatement } from './list-statement.js';

/** Everything that only reads. @internal */
export class InstanceReader {
  private readonly records = new GroupedReads((ids: readonly string[]) => this.findAll(ids));
  private readonly generations = new GroupedReads((keys: readonly InstanceKey[]) => this.journals(keys));

  constructor(private readonly core: StoreCore) {}

  find(workflowId: string): Promise<InstanceRecord | undefined> {
    return this.records.get(workflowId);
  }

  private async findAll(ids: readonly string[]): Promise<(InstanceRecord | undefined)[]> {
    const isLone = ids.length === 1;
    const rows = await this.query(isLone ? 'find' : 'find-all', [isLone ? ids[0] : ids], () => {
      const t = this.core.tables;
      if (isLone) return `SELECT ${recordColumns(t, 'i')} FROM ${t.instances} i WHERE i.id = $1::text`;
      return `SELECT ${recordColumns(t, 'i')} FROM unnest($1::text[]) AS u(id) CROSS JOIN LATERAL (
        SELECT * FROM ${t.instances} i WHERE i.id = u.id OFFSET 0) i`;
    });
    const found = new Map(rows.map((row) => [text(row, 'id'), instanceRecord(row)]));
    return ids.map((id) => found.get(id));
  }

  async list(query: InstanceQuery): Promise<InstanceRecord[]> {
    const { rows } = await this.core.database.repeatable(listStatement(this.core.tables, query));
    return rows.map(instanceRecord);
  }

  async children(workflowId: string): Promise<InstanceRecord[]> {
    const rows = await this.query('children', [workflowId], () => {
      const t = this.core.tables;
      return `SELECT ${recordColumns(t, 'i')} FROM ${t.instances} i WHERE i.parent_id = $1::text ORDER BY i.created_at, i.id`;
    });
    return rows.map(instanceRecord);
  }

  /** @param generation @default the one that the instance is in */
  journal(workflowId: string, generation?: number): Promise<JournalEntry[]> {
    return generation === undefined ? this.newestJournal(workflowId) : this.generations.get({ workflowId, generation });
  }

  private async newestJournal(workflowId: string): Promise<JournalEntry[]> {
    const rows = await this.query('journal', [workflowId], () => {
      const t = this.core.tables;
      return `SELECT ${ENTRY_COLUMNS} FROM ${t.entries} j WHERE j.instance_no = (SELECT i.no FROM ${t.instances} i WHERE i.id = $1::text)
        AND j.generation = (SELECT i.generation FROM ${t.instances} i WHERE i.id = $1::text) ORDER BY j."position"`;
    });
    return rows.map(journalEntry);
  }

  async journals(keys: readonly InstanceKey[]): Promise<JournalEntry[][]> {
    const batch = KEYS.batch(keyRows(keys));
    const rows = await this.query(`journals-${batch.code}`, batch.values, () => {
      const t = this.core.tables;
      return `SELECT u.n, j.* FROM ${batch.from('u', 1)} CROSS JOIN LATERAL (
        SELECT ${ENTRY_COLUMNS} FROM ${t.entries} j
        WHERE j.instance_no = (SELECT i.no FROM ${t.instances} i WHERE i.id = u.id) AND j.generation = u.generation
        ORDER BY j."position" OFFSET 0) j ORDER BY u.n, j."position"`;
    });
    const journals = keys.map((): JournalEntry[] => []);
    for (const row of rows) journals[number(row, 'n') - 1]?.push(journalEntry(row));
    return journals;
  }

  async unconsumed(workflowId: string): Promise<SignalRecord[]> {
    const rows = await this.query('unconsumed', [workflowId], () => {
      const t = this.core.tables;
      return `SELECT s.id, ${SIGNAL_FIELDS} FROM ${t.signals} s WHERE s.workflow_id = $1::text AND NOT s.consumed
        AND s.name NOT LIKE '$close:%'
        AND NOT EXISTS (SELECT 1 FROM ${t.entries} j
          WHERE j.instance_no = (SELECT i.no FROM ${t.instances} i WHERE i.id = $1::text) AND j.signal_id = s.id) ORDER BY s.seq`;
    });
    return rows.map((row) => signalRecord(row));
  }

  async waits({ signal, workflowId, after, limit }: WaitQuery): Promise<WaitRecord[]> {
    const values = [signal, workflowId ?? null, after?.workflowId ?? null, after?.wait ?? null, limit];
    const rows = await this.query('waits', values, () => {
      // Byte order, so that pages join whatever the database's own is.
      return `SELECT w.instance_id, w.wait, w.key FROM ${this.core.tables.waits} w
        WHERE w.signal = $1::text AND ($2::text IS NULL OR w.instance_id = $2::text)
        AND ($3::text IS NULL OR (w.instance_id COLLATE "C", w.wait COLLATE "C") > ($3::text, $4::text))
        ORDER BY w.instance_id COLLATE "C", w.wait COLLATE "C" LIMIT $5::int4`;
    });
    return rows.map((row): WaitRecord => {
      const key = optionalText(row, 'key');
      return { workflowId: text(row, 'instance_id'), wait: text(row, 'wait'), ...(key !== undefined && { key }) };
    });
  }

  async stream(workflowId: string, after: number, limit: number): Promise<StreamRecord[]> {
    const rows = await this.query('stream', [workflowId, after, limit], () => {
      return `SELECT m.* FROM ${this.core.tables.stream} m
        WHERE m.instance_id = $1::text AND m.id > $2::int8 ORDER BY m.id LIMIT $3::int4`;
    });
    return rows.map((row): StreamRecord => {
      const step = optionalText(row, 'step');
      const payload = optionalText(row, 'payload');
      return {
        id: number(row, 'id'),
        generation: number(row, 'generation'),
        at: number(row, 'at'),
        afterPosition: number(row, 'after_position'),
        index: number(row, 'index'),
        kind: text(row, 'kind') as StreamRecord['kind'],
        ...(step === undefined ? {} : { step }),
        ...(payload === undefined ? {} : { payload }),
      };
    });
  }

  async progress(workflowId: string, generation: number, step: string): Promise<string | undefined> {
    const rows = await this.query('progress', [workflowId, generation, step], () => {
      return `SELECT m.payload FROM ${this.core.tables.stream} m WHERE m.instance_id = $1::text AND m.generation = $2::int4
        AND m.step = $3::text AND m.kind = 'progress' ORDER BY m.id DESC LIMIT 1`;
    });
    return rows[0] === undefined ? undefined : optionalText(rows[0], 'payload');
  }

  private async query(key: string, values: readonly unknown[], build: () => string) {
    const { rows } = await this.core.database.repeatable({ ...this.core.texts.get(key, build), values });
    return rows;
  }
}
