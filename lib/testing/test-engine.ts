import type { WorkflowClient } from '../client/index.js';
import { WorkflowOptionsError } from '../core/errors/index.js';
import { silentLogger, type LifecycleEvent, type StreamItem } from '../core/lifecycle/index.js';
import type { WorkflowStore } from '../core/store/index.js';
import { VirtualClock, parseDuration, type Duration } from '../core/time/index.js';
import { MemoryStore } from '../memory/index.js';
import type { AwaitsLimit, Worker } from '../worker/index.js';
import type { WorkflowModuleOptions } from '../workflow-module-options.interface.js';
import { createEngine, type WorkflowEngine } from '../workflow.engine.js';
import { resolveWorkflowOptions } from '../workflow.options.js';
import { Patience } from './patience.js';
import { definitionOf, refuseWithoutDependencies, type Replayable } from './replayable.js';

/** @publicApi */
export interface TestEngineOptions extends Omit<WorkflowModuleOptions, 'clock' | 'typeorm' | 'worker' | 'purge'> {
  /** Definitions, decorated classes, and of those that inject something instances made with whatever the test wants them to. */
  readonly definitions: readonly Replayable[];
  /** @default a new one, which shows 2026-01-01T00:00:00Z */
  readonly clock?: VirtualClock;
  /** Give the store of another engine to go on where that one stopped. @default a new `MemoryStore` on the clock */
  readonly store?: WorkflowStore;
  /**
   * Real time in which a step body may end by itself before it is taken to wait for what would end it: its own time limit, or that of its
   * run. Longer for bodies that have one and do something slow.
   * @default 500 milliseconds
   */
  readonly patience?: Duration;
  /** @default polls once an hour: what is due is noticed without polling */
  readonly worker?: Exclude<WorkflowModuleOptions['worker'], boolean>;
}

/**
 * Workflows under a clock that a test moves: no Nest, no database, no waiting.
 *
 * @example
 * const engine = await createTestEngine({ definitions: [new OrderWorkflow(payments)] });
 * await engine.client.start(OrderWorkflow, order, { id: 'o-1' });
 * await engine.advance('3d');
 * expect(await engine.client.getStatus('o-1')).toMatchObject({ status: 'failed' });
 *
 * @publicApi
 */
export class TestEngine {
  /** What happened so far, in order. */
  readonly events: readonly LifecycleEvent[];
  /** What `ctx.emit` and `heartbeat` gave so far. */
  readonly streamed: readonly StreamItem[];

  private readonly awaitsLimit: AwaitsLimit;

  /** @internal */
  constructor(
    private readonly engine: WorkflowEngine,
    readonly clock: VirtualClock,
    readonly store: WorkflowStore,
    patienceMs: number,
  ) {
    const patience = new Patience(patienceMs);
    this.awaitsLimit = (instance, signs) => patience.isOver(instance, signs);
    const events: LifecycleEvent[] = [];
    const streamed: StreamItem[] = [];
    engine.services.bus.subscribe((event) => events.push(event));
    engine.services.stream.subscribe((item) => streamed.push(item));
    this.events = events;
    this.streamed = streamed;
  }

  get client(): WorkflowClient {
    return this.engine.client;
  }

  get worker(): Worker {
    return this.engine.worker as Worker;
  }

  /**
   * Lets workflows run until all of them have ended, or wait for time, a signal, a person or a child. No time passes. A step body is waited
   * for until it ends; one that has a time limit, or whose run has one, as long as `patience` says.
   */
  async drain(): Promise<void> {
    await this.clock.advance(0);
    await this.worker.drain(this.awaitsLimit);
  }

  /** Lets time pass, and every workflow do what falls due meanwhile. Before time passes, step bodies are waited for as {@link drain} does. */
  async advance(duration: Duration): Promise<void> {
    let leftMs = parseDuration(duration, 'duration to advance');
    await this.drain();
    while (leftMs > 0) {
      // From timer to timer, so that what one of them sets off is finished, in a database as well, before the next one falls due.
      const stepMs = Math.min(leftMs, Math.max(1, this.clock.nextInMs ?? leftMs));
      await this.clock.advance(stepMs);
      await this.worker.drain(this.awaitsLimit);
      leftMs -= stepMs;
    }
  }

  /** Stops as a process does at its shutdown: what is under way is handed back to the store, and the store is closed. */
  async close(): Promise<void> {
    const stopped = this.engine.stop();
    // A step that does not end is waited for on the clock.
    await this.clock.advance('1h');
    await stopped;
    await this.engine.close();
  }
}

/** Makes a {@link TestEngine} and starts it. @throws WorkflowDefinitionError, WorkflowOptionsError for wrong use @publicApi */
export async function createTestEngine(options: TestEngineOptions): Promise<TestEngine> {
  if (!Array.isArray((options as Partial<TestEngineOptions> | undefined)?.definitions)) {
    const expected = 'an array of definitions and decorated classes';
    throw new WorkflowOptionsError({ option: 'definitions', value: options?.definitions, expected });
  }
  const { definitions, clock = new VirtualClock(), store: given, worker, patience = 500, ...others } = options;
  const patienceMs = parseDuration(patience, 'patience');
  const resolved = resolveWorkflowOptions(
    { ...others, clock, ...(given && { store: given }), worker: { pollInterval: '1h', ...worker } },
    'test',
  );
  const { outbox, lockTimeoutMs } = resolved.engine;
  const store = given ?? new MemoryStore({ clock, outbox, lockTimeoutMs });
  const engine = createEngine(resolved, store, silentLogger);
  for (const one of definitions) {
    refuseWithoutDependencies(one);
    engine.services.registry.register(await definitionOf(one));
  }
  await engine.open();
  await engine.start();
  return new TestEngine(engine, clock, store, patienceMs);
}
