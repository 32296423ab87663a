import type { DefinitionRegistry } from '../core/definition/index.js';
import { WorkflowInputError, WorkflowNotFoundError } from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { INSTANCE_STATUSES, type InstanceRecord, type InstanceStatus } from '../core/records/index.js';
import { parseInstant } from '../core/time/index.js';
import type { InstanceQuery } from '../core/store/index.js';
import type { ListFilter, StatusOptions } from './client-options.interface.js';
import { readOutcomeError } from './instance-outcome.js';
import type { InstancePage, InstanceSummary, InstanceView, JournalEntryView } from './instance-view.js';
import { viewEntry, viewOpenSteps, viewSignal, viewWaits } from './journal-view.js';
import { decodeListCursor, encodeListCursor } from './list-cursor.js';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1_000;

/** Shows instances and their journals. @internal */
export class InstanceReader {
  constructor(private readonly services: EngineServices) {}

  /** @throws WorkflowNotFoundError */
  async find(workflowId: string): Promise<InstanceRecord> {
    const record = await this.services.store.find(workflowId);
    if (record === undefined) throw new WorkflowNotFoundError({ workflowId });
    return record;
  }

  /** @throws WorkflowNotFoundError */
  async view(workflowId: string, options: StatusOptions): Promise<InstanceView> {
    const { payloads, store } = this.services;
    const record = await this.find(workflowId);
    const { output, customStatus, cancel } = record;
    const error = await readOutcomeError(payloads, record);
    const withJournal = options.waits === true || options.journal === true;
    return {
      ...summarise(record),
      input: await payloads.decode(record.input, { workflowId, place: 'input' }),
      ...(record.status === 'completed'
        ? { output: await payloads.decode(output, { workflowId, place: 'output' }) }
        : {}),
      ...(error === undefined ? {} : { error }),
      ...(customStatus === undefined
        ? {}
        : { customStatus: await payloads.decode(customStatus, { workflowId, place: 'status' }) }),
      ...(cancel === undefined ? {} : { cancel: { reason: cancel.reason, requestedAt: new Date(cancel.requestedAt) } }),
      crashes: record.crashes,
      ...(withJournal ? await this.viewJournalOf(record, options) : {}),
      ...(options.children === true ? { children: (await store.children(workflowId)).map(summarise) } : {}),
    };
  }

  /** @param generation The current one when absent. @throws WorkflowNotFoundError */
  async journal(workflowId: string, generation: number | undefined): Promise<JournalEntryView[]> {
    const record = await this.find(workflowId);
    const entries = await this.services.store.readJournal(workflowId, generation ?? record.generation);
    return Promise.all(entries.map((entry) => viewEntry(this.services, workflowId, entry)));
  }

  /** @throws WorkflowInputError for a cursor or limit that is not acceptable */
  async list(filter: ListFilter): Promise<InstancePage> {
    const limit = checkLimit(filter.limit ?? DEFAULT_PAGE_SIZE);
    // One more than asked for tells whether there is a next page.
    const records = await this.services.store.list({ ...toQuery(this.services.registry, filter), limit: limit + 1 });
    const items = records.slice(0, limit).map(summarise);
    const last = records[limit - 1];
    return {
      items,
      ...(records.length > limit && last !== undefined
        ? { nextCursor: encodeListCursor({ createdAt: last.createdAt, id: last.id }) }
        : {}),
    };
  }

  private async viewJournalOf(
    record: InstanceRecord,
    options: StatusOptions,
  ): Promise<Pick<InstanceView, 'waits' | 'openSteps' | 'unconsumedSignals' | 'journal'>> {
    const { store } = this.services;
    const entries = await store.readJournal(record.id, record.generation);
    const signals = await store.readUnconsumed(record.id);
    const isOpen = record.endedAt === undefined;
    return {
      waits: isOpen ? viewWaits(entries) : [],
      openSteps: isOpen ? await viewOpenSteps(this.services, record, entries) : [],
      unconsumedSignals: await Promise.all(
        signals.filter((signal) => !signal.name.startsWith('$')).map((signal) => viewSignal(this.services, signal)),
      ),
      ...(options.journal === true
        ? { journal: await Promise.all(entries.map((entry) => viewEntry(this.services, record.id, entry))) }
        : {}),
    };
  }
}

function summarise(record: InstanceRecord): InstanceSummary {
  const { id, name, version, generation, status, parent, attributes, headers, priority } = record;
  return {
    id,
    workflow: name,
    version,
    generation,
    status,
    ...(parent === undefined ? {} : { parentId: parent.workflowId }),
    attributes,
    headers,
    priority,
    createdAt: new Date(record.createdAt),
    updatedAt: new Date(record.updatedAt),
    ...(record.endedAt === undefined ? {} : { endedAt: new Date(record.endedAt) }),
    ...(record.deadlineAt === undefined ? {} : { deadlineAt: new Date(record.deadlineAt) }),
    ...(record.dueAt === undefined ? {} : { dueAt: new Date(record.dueAt) }),
  };
}

function toQuery(registry: DefinitionRegistry, filter: ListFilter): Omit<InstanceQuery, 'limit'> {
  const { workflow, version, parentId, attributes, createdAfter, createdBefore, cursor } = filter;
  const status = typeof filter.status === 'string' ? [filter.status] : filter.status;
  status?.forEach(checkStatus);
  return {
    ...(status === undefined ? {} : { status }),
    // A name need not be registered here to be listed.
    ...(workflow === undefined
      ? {}
      : { name: typeof workflow === 'string' ? workflow : registry.resolve(workflow).name }),
    ...(version === undefined ? {} : { version }),
    ...(parentId === undefined ? {} : { parentId }),
    ...(attributes === undefined ? {} : { attributes }),
    ...(createdAfter === undefined ? {} : { createdAfter: parseInstant(createdAfter, 'createdAfter of list') }),
    ...(createdBefore === undefined ? {} : { createdBefore: parseInstant(createdBefore, 'createdBefore of list') }),
    ...(cursor === undefined ? {} : { after: decodeListCursor(cursor) }),
  };
}

function checkLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE_SIZE) return limit;
  throw new WorkflowInputError({
    place: 'The limit of a page',
    issues: [{ path: '', message: `must be a whole number from 1 to ${MAX_PAGE_SIZE}` }],
  });
}

function checkStatus(status: InstanceStatus): void {
  if (INSTANCE_STATUSES.includes(status)) return;
  throw new WorkflowInputError({
    place: 'The status to list',
    issues: [{ path: '', message: `must be one of ${INSTANCE_STATUSES.join(', ')}` }],
  });
}
