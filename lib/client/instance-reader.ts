import type { DefinitionRegistry } from '../core/definition/index.js';
import { LeaseLostError, WorkflowNotFoundError } from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import { INSTANCE_STATUSES, assertFreeText, checkAttributes, type InstanceRecord } from '../core/records/index.js';
import { parseInstant } from '../core/time/index.js';
import type { InstanceQuery } from '../core/store/index.js';
import type { JournalOptions, ListFilter, StatusOptions } from './client-options.interface.js';
import { readOutcomeError } from './instance-outcome.js';
import type { InstancePage, InstanceSummary, InstanceView, JournalEntryView } from './instance-view.js';
import { viewEntry, viewOpenSteps, viewSignal, viewWaits } from './journal-view.js';
import { decodeListCursor, encodeListCursor } from './list-cursor.js';
import { MAX_INTEGER, statusesInput, wholeInput } from './value-rules.js';

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1_000;
const STATUS = knownOptions<StatusOptions>({ waits: true, journal: true, children: true });
const JOURNAL = knownOptions<JournalOptions>({ generation: true });
const LIST = knownOptions<ListFilter>({
  status: true,
  workflow: true,
  version: true,
  parentId: true,
  attributes: true,
  createdAfter: true,
  createdBefore: true,
  limit: true,
  cursor: true,
});

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
    refuseUnknownOptions(options, STATUS, 'getStatus');
    const { payloads, store } = this.services;
    const record = await this.find(workflowId);
    const { output, customStatus, cancel } = record;
    const error = (await readOutcomeError(payloads, record)) ?? lossOf(record);
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

  /** @throws WorkflowNotFoundError */
  async journal(workflowId: string, options: JournalOptions): Promise<JournalEntryView[]> {
    refuseUnknownOptions(options, JOURNAL, 'getJournal');
    const record = await this.find(workflowId);
    const generation = wholeInput(options.generation ?? record.generation, 'The generation', 1, MAX_INTEGER);
    const entries = await this.services.store.readJournal(workflowId, generation);
    return Promise.all(entries.map((entry) => viewEntry(this.services, workflowId, entry)));
  }

  /** @throws WorkflowInputError for a value, WorkflowOptionsError for a filter that there is not */
  async list(filter: ListFilter): Promise<InstancePage> {
    refuseUnknownOptions(filter, LIST, 'list');
    const limit = wholeInput(filter.limit ?? DEFAULT_PAGE_SIZE, 'The limit of a page', 1, MAX_PAGE_SIZE);
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
    ...(record.mismatchedBuilds.length === 0 ? {} : { mismatchedBuilds: record.mismatchedBuilds }),
  };
}

function toQuery(registry: DefinitionRegistry, filter: ListFilter): Omit<InstanceQuery, 'limit'> {
  const { status, workflow, version, parentId, attributes, createdAfter, createdBefore, cursor } = filter;
  // A name need not be registered here to be listed.
  const name = workflow === undefined || typeof workflow === 'string' ? workflow : registry.resolve(workflow).name;
  if (name !== undefined) assertFreeText(name, 'The workflow to list');
  if (parentId !== undefined) assertFreeText(parentId, 'The parentId to list');
  return {
    ...(status === undefined ? {} : { status: statusesInput(status, 'The status to list', INSTANCE_STATUSES) }),
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version: wholeInput(version, 'The version to list', 1, MAX_INTEGER) }),
    ...(parentId === undefined ? {} : { parentId }),
    ...(attributes === undefined ? {} : { attributes: checkAttributes(attributes) }),
    ...(createdAfter === undefined ? {} : { createdAfter: parseInstant(createdAfter, 'createdAfter of list') }),
    ...(createdBefore === undefined ? {} : { createdBefore: parseInstant(createdBefore, 'createdBefore of list') }),
    ...(cursor === undefined ? {} : { after: decodeListCursor(cursor) }),
  };
}

/** The store counts crashes, and has no words of its own for them. */
function lossOf({ id, status, crashes }: InstanceRecord): Error | undefined {
  return status === 'quarantined' ? new LeaseLostError({ workflowId: id, crashes }) : undefined;
}
