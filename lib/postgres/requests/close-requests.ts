import type { LifecycleEvent } from '../../core/lifecycle/index.js';
import { CLOSE_TERMINATE_SIGNAL, type CloseRequest } from '../../core/records/index.js';
import { json, text } from '../records/index.js';
import type { StoreCore } from '../store-core.js';
import type { EndingRequest } from './ending-statement.js';
import type { InstanceRequests } from './instance-requests.js';

interface Close extends EndingRequest {
  readonly signalId: string;
  readonly terminates: boolean;
}

/** Close requests applied in one round. */
const ROUND = 200;

/** What became of a round of close requests. @internal */
export interface CloseRound {
  /** How many were dealt with. */
  readonly applied: number;
  readonly events: readonly LifecycleEvent[];
  readonly endedIds: readonly string[];
  readonly unfinished: boolean;
}

/** Applies what parents ask of their children, as `requestCancel` and `terminate` would; safe to do twice. @internal */
export class CloseRequests {
  constructor(
    private readonly core: StoreCore,
    private readonly requests: InstanceRequests,
  ) {}

  async apply(): Promise<CloseRound> {
    const closes = await this.read();
    if (closes.length === 0) return { applied: 0, events: [], endedIds: [], unfinished: false };
    const cancelled = await this.applyKind(
      closes.filter((close) => !close.terminates),
      'cancel',
    );
    const terminated = await this.applyKind(
      closes.filter((close) => close.terminates),
      'terminate',
    );
    const outcomes = new Map([...cancelled, ...terminated]);
    const unknown = await this.unknownAmong(closes.filter((close) => !outcomes.has(close.workflowId)));
    const done = closes.filter((close) => outcomes.has(close.workflowId) || unknown.has(close.workflowId));
    await this.markRouted(done.map((close) => close.signalId));
    const events = [...outcomes.values()].flatMap((outcome) => outcome.events);
    return {
      applied: done.length,
      events,
      endedIds: events.map((event) => event.workflowId),
      unfinished: done.length < closes.length || closes.length === ROUND,
    };
  }

  private async read(): Promise<Close[]> {
    const prepared = this.core.texts.get('closes', () => {
      return `SELECT s.id, s.workflow_id, s.name, s.payload FROM ${this.core.tables.signals} s
        WHERE NOT s.routed AND s.name LIKE '$close:%' ORDER BY s.seq LIMIT ${ROUND}`;
    });
    const { rows } = await this.core.database.repeatable({ ...prepared, values: [] });
    return rows.map((row): Close => {
      const { reason, error } = json<CloseRequest>(row, 'payload') ?? { reason: 'The parent ended.', error: '' };
      return {
        signalId: text(row, 'id'),
        workflowId: text(row, 'workflow_id'),
        terminates: text(row, 'name') === CLOSE_TERMINATE_SIGNAL,
        reason,
        error,
      };
    });
  }

  private async applyKind(closes: readonly Close[], kind: 'cancel' | 'terminate') {
    // One request per instance: a statement changes a row only once.
    const unique = [...new Map(closes.map((close) => [close.workflowId, close])).values()];
    unique.sort((a, b) => (a.workflowId < b.workflowId ? -1 : 1));
    return unique.length === 0 ? new Map<string, never>() : this.requests.end(kind, unique);
  }

  private async unknownAmong(closes: readonly Close[]): Promise<Set<string>> {
    if (closes.length === 0) return new Set();
    const prepared = this.core.texts.get('unknown', () => {
      return `SELECT u.id FROM unnest($1::text[]) AS u(id)
        WHERE NOT EXISTS (SELECT 1 FROM ${this.core.tables.instances} i WHERE i.id = u.id)`;
    });
    const { rows } = await this.core.database.repeatable({
      ...prepared,
      values: [closes.map((close) => close.workflowId)],
    });
    return new Set(rows.map((row) => text(row, 'id')));
  }

  private async markRouted(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const prepared = this.core.texts.get('mark-routed', () => {
      return `UPDATE ${this.core.tables.signals} SET routed = true WHERE id = ANY ($1::text[])`;
    });
    await this.core.database.repeatable({ ...prepared, values: [ids] });
  }
}
