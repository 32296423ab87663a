import { otherModelError } from '../client/index.js';
import type { WorkflowReference } from '../core/definition/index.js';
import { WorkflowNotFoundError } from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import type { InstanceRecord, JournalEntry } from '../core/records/index.js';
import type { GraphConfig } from './graph-config.js';
import { WorkflowEngine } from './graph.definition.js';
import { readRun, type ReadRun, type ReadRunOptions } from './graph.history.js';
import { RecordedRun } from './recorded-host.js';
import { startOf, type StoredStart } from './stored-run.js';

/** How a run is read in one application. @internal */
export interface ReaderOptions extends Omit<ReadRunOptions, 'house'> {
  /** The journal, where it was read already. */
  readonly entries?: readonly JournalEntry[] | undefined;
}

/** Finds the graphs of an application, and reads what is stored of their runs. @internal */
export class GraphReader {
  constructor(
    private readonly services: Pick<EngineServices, 'store' | 'payloads' | 'registry'>,
    /** The module's configuration. */
    private readonly house: GraphConfig,
  ) {}

  /** @throws WorkflowDefinitionError when nothing is registered for the reference, or something else than a graph */
  graph(reference: WorkflowReference): WorkflowEngine {
    const definition = this.services.registry.resolve(reference);
    if (definition instanceof WorkflowEngine) return definition as WorkflowEngine;
    throw otherModelError(definition, 'graph');
  }

  graphOf({ name, version }: InstanceRecord): WorkflowEngine {
    const { registry } = this.services;
    return this.graph(registry.get(name, version) ?? registry.resolve(name));
  }

  /** @throws WorkflowNotFoundError */
  async find(workflowId: string): Promise<InstanceRecord> {
    const record = await this.services.store.find(workflowId);
    if (record === undefined) throw new WorkflowNotFoundError({ workflowId });
    return record;
  }

  async startOf({ id: workflowId, input }: InstanceRecord): Promise<StoredStart> {
    return startOf(await this.services.payloads.decode(input, { workflowId, place: 'input' }));
  }

  async read(record: InstanceRecord, { entries, ...options }: ReaderOptions = {}): Promise<ReadRun> {
    const run = await RecordedRun.read(this.services, record, entries);
    return readRun(this.graphOf(record), run, await this.startOf(record), { ...options, house: this.house });
  }
}
