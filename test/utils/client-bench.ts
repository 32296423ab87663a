import { WorkflowClient } from '../../lib/client/index.js';
import type { WorkflowDefinition } from '../../lib/core/definition/index.js';
import { WorkflowStoreError } from '../../lib/core/errors/index.js';
import { noDispatcher, type LocalDispatcher } from '../../lib/core/dispatch/index.js';
import type { EngineServices } from '../../lib/core/execution/index.js';
import {
  LifecycleBus,
  silentLogger,
  type LifecycleEvent,
  type LifecycleListener,
} from '../../lib/core/lifecycle/index.js';
import type { InstanceRecord, JournalEntry } from '../../lib/core/records/index.js';
import type { FlushUnit, InstanceTransition, StoreHint } from '../../lib/core/store/index.js';
import { VirtualClock, type Cancellable } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import { bareEngine } from './bare-engine.js';

export interface ClientBenchOptions {
  readonly definitions?: readonly WorkflowDefinition[];
  readonly dispatcher?: LocalDispatcher;
  readonly outbox?: boolean;
  /** Another bench whose data this one shares, as a second process shares a database. */
  readonly sharedWith?: ClientBench;
}

/** A process's own way to the data. A deaf one hears no hints; one that is away reaches nothing. */
class BenchStore extends MemoryStore {
  isDeaf = false;
  isAway = false;
  /** How often an instance was looked for, and how many such looks were under way at most. */
  looks = 0;
  mostLooks = 0;
  private openLooks = 0;

  override onHint(listener: (hint: StoreHint) => void): Cancellable {
    return super.onHint((hint) => {
      if (!this.isDeaf) listener(hint);
    });
  }

  override async find(workflowId: string): Promise<InstanceRecord | undefined> {
    this.looks += 1;
    this.openLooks += 1;
    this.mostLooks = Math.max(this.mostLooks, this.openLooks);
    try {
      if (this.isAway) throw new WorkflowStoreError('The store is away.');
      return await super.find(workflowId);
    } finally {
      this.openLooks -= 1;
    }
  }
}

/** Knows how many listen. */
class BenchBus extends LifecycleBus<LifecycleEvent> {
  listening = 0;

  override subscribe(listener: LifecycleListener<LifecycleEvent>): () => void {
    const remove = super.subscribe(listener);
    this.listening += 1;
    return () => {
      this.listening -= 1;
      remove();
    };
  }
}

/** A client over the memory store and a clock that stands still, without a worker: what a worker would write is written by hand. */
export class ClientBench {
  readonly clock: VirtualClock;
  readonly store: BenchStore;
  readonly bus = new BenchBus(silentLogger);
  readonly services: EngineServices;
  readonly client: WorkflowClient;
  /** Everything that was published on this process's bus. */
  readonly published: LifecycleEvent[] = [];

  constructor(options: ClientBenchOptions = {}) {
    const outbox = options.outbox ?? false;
    this.clock = options.sharedWith?.clock ?? new VirtualClock();
    this.store = new BenchStore({
      clock: this.clock,
      outbox,
      ...(options.sharedWith === undefined ? {} : { sharedWith: options.sharedWith.store }),
    });
    const { services } = bareEngine({
      store: this.store,
      clock: this.clock,
      definitions: options.definitions ?? [],
      options: { outbox },
    });
    this.services = { ...services, bus: this.bus };
    this.client = new WorkflowClient(this.services, options.dispatcher ?? noDispatcher);
    this.bus.subscribe((event) => this.published.push(event));
  }

  /** Claims an instance, as a worker does. */
  async claim(workflowId: string): Promise<InstanceRecord> {
    const record = await this.store.find(workflowId);
    if (record === undefined) throw new Error(`No instance "${workflowId}".`);
    const worker = { workerId: 'worker', buildId: 'build', leaseMs: 10_000 };
    const definitions = [`${record.name}@${record.version}`];
    await this.store.registerWorker({ id: 'worker', buildId: 'build', definitions, heartbeatMs: 2_000 });
    const { claimed } = await this.store.poll({
      ...worker,
      definitions,
      limit: 100,
      allowSuspect: true,
      maxCrashes: 10,
      mismatchGraceMs: 600_000,
    });
    const mine = claimed.find(({ id }) => id === workflowId);
    if (mine === undefined) throw new Error(`The instance "${workflowId}" was not due.`);
    return mine;
  }

  /** Writes one unit of a claimed instance. */
  async write(record: InstanceRecord, unit: Partial<FlushUnit>): Promise<void> {
    const { id: workflowId, generation, fence } = record;
    const [result] = await this.store.flush([{ workflowId, generation, fence, entries: [], ...unit }]);
    if (result?.kind !== 'applied') throw new Error(`The unit was not applied but ${String(result?.kind)}.`);
    for (const event of unit.events ?? []) this.services.bus.publish(event);
  }

  /** Claims an instance and ends it, telling only the store. */
  async end(
    workflowId: string,
    ending: Extract<InstanceTransition, { kind: 'end' }>,
    entries: readonly JournalEntry[] = [],
  ) {
    const record = await this.claim(workflowId);
    await this.write(record, { entries, transition: ending });
  }

  async complete(workflowId: string, output: unknown): Promise<void> {
    await this.end(workflowId, { kind: 'end', status: 'completed', output: JSON.stringify(output) });
  }

  async fail(workflowId: string, error: Error, entries: readonly JournalEntry[] = []): Promise<void> {
    const text = await this.services.payloads.encodeError(error, { workflowId, place: 'error' });
    await this.end(workflowId, { kind: 'end', status: 'failed', error: text }, entries);
  }
}

/** A definition that nobody runs here. */
export function defineWorkflow<I = unknown, O = unknown>(
  facts: Partial<WorkflowDefinition<I, O>> & { readonly name: string },
): WorkflowDefinition<I, O> {
  return {
    version: 1,
    model: 'workflow',
    run: () => {
      throw new Error('Nothing runs on this bench.');
    },
    ...facts,
  };
}

/** A journal entry with everything that a test does not care about filled in. */
export function journalEntry(facts: Partial<JournalEntry> & Pick<JournalEntry, 'position' | 'name'>): JournalEntry {
  return { kind: 'step', status: 'completed', calledAt: 0, recordedAt: 0, attempts: 1, ...facts };
}
