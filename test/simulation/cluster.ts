import { isTerminal, type InstanceRecord, type JournalEntry } from '../../lib/core/records/index.js';
import type { WorkflowDefinition } from '../../lib/core/definition/index.js';
import type { WorkerOptions } from '../../lib/worker/index.js';
import { seedOf } from '../utils/bare-engine.js';
import { Driver } from './engine/driver.js';
import type { FaultRates } from './engine/network.js';
import type { SimProcess } from './engine/sim-process.js';
import { World } from './engine/world.js';
import { judge } from './invariants/judgement.js';

/** What a {@link Cluster} is made of. */
export interface ClusterOptions {
  readonly seed?: number;
  readonly definitions: readonly ((process: SimProcess) => WorkflowDefinition)[];
  readonly faults?: Partial<FaultRates>;
  readonly outbox?: boolean;
  readonly worker?: Partial<WorkerOptions>;
}

/** A simulated cluster under the hand of a spec: faults come where the spec says, everything else as the seed says. */
export class Cluster {
  readonly world: World;
  readonly driver: Driver;

  constructor(private readonly options: ClusterOptions) {
    this.world = new World({
      seed: options.seed ?? 1,
      ...(options.outbox === undefined ? {} : { outbox: options.outbox }),
      ...(options.faults === undefined ? {} : { faults: options.faults }),
    });
    this.driver = new Driver(this.world);
  }

  /** A process comes up. */
  process(workerId: string, buildId = 'v1', worker: Partial<WorkerOptions> = {}): SimProcess {
    return this.world.spawn({
      workerId,
      buildId,
      definitions: (process) => this.options.definitions.map((define) => define(process)),
      worker: { ...this.options.worker, ...worker },
    });
  }

  /** Creates an instance that any worker may claim. */
  async create(name: string, workflowId: string, input: unknown = {}): Promise<void> {
    const [knowing] = this.world.processes;
    if (knowing === undefined) throw new Error('A process must know the workflow first.');
    const seed = await seedOf(knowing.engine.services, name, workflowId, input);
    await this.ask(() => this.world.client.start([{ seed }]));
    this.driver.accepted.set(workflowId, input);
    this.world.database.hint({ kind: 'due' });
  }

  /** Asks the outside's connection, while the cluster goes on. */
  async ask<T>(request: () => Promise<T>): Promise<T> {
    let answer: { readonly value: T } | undefined;
    let failure: { readonly error: unknown } | undefined;
    this.world.scheduler.message(this.world.outside, 0, 'request', () => {
      request().then(
        (value) => (answer = { value }),
        (error: unknown) => (failure = { error }),
      );
    });
    await this.until(() => answer !== undefined || failure !== undefined, 'an answer');
    if (failure !== undefined) throw failure.error;
    return (answer as unknown as { readonly value: T }).value;
  }

  /** Runs until something holds. @throws when it never does. */
  async until(holds: () => boolean, what: string, limitMs = 200_000): Promise<void> {
    if (await this.world.runUntil(holds, limitMs)) return;
    throw new Error(
      `It never came to ${what}; ${this.world.watch.violations[0] ?? JSON.stringify(this.records().map(brief))}`,
    );
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    const until = this.world.scheduler.now + ms;
    this.world.scheduler.message(this.world.outside, ms, 'time passes', () => undefined);
    await this.until(() => this.world.scheduler.now >= until, 'a later time', ms + 1);
  }

  /** Runs that many steps of the scheduler, or as many as there are before everything has ended. False: all ended before. */
  async steps(count: number): Promise<boolean> {
    const last = this.world.scheduler.steps + count;
    await this.world.runUntil(() => this.world.scheduler.steps >= last || this.isOver, 1_000_000);
    return !this.isOver;
  }

  /** Runs until every instance has ended, and judges. @throws when an invariant does not hold. */
  async finish(isOver: () => boolean = () => this.isOver): Promise<void> {
    this.world.network.script = undefined;
    this.world.heal();
    await this.until(
      () => isOver() && this.driver.isIdle && (!this.world.config.outbox || this.world.watch.events.isRelayed()),
      'its end',
      400_000,
    );
    await judge(this.world, this.driver, new Map());
    if (this.world.watch.violations.length > 0) throw new Error(this.world.watch.violations.join('\n'));
  }

  get isOver(): boolean {
    return this.records().every((record) => isTerminal(record.status));
  }

  records(): InstanceRecord[] {
    return Array.from(this.world.database.database.instances.all(), (row) => row.toRecord());
  }

  record(workflowId: string): InstanceRecord {
    const record = this.world.watch.record(workflowId);
    if (record === undefined) throw new Error(`No instance ${workflowId}`);
    return record;
  }

  output(workflowId: string): unknown {
    return JSON.parse(this.record(workflowId).output ?? 'null');
  }

  /** Names of the entries that stand in the journal. */
  journal(workflowId: string): string[] {
    return this.entries(workflowId).map((entry) => entry.name);
  }

  entries(workflowId: string): readonly JournalEntry[] {
    return this.world.database.database.instances.get(workflowId)?.journal.read() ?? [];
  }

  /** How often the body of a step began. */
  begun(step: string, workflowId?: string): number {
    return this.world.ledger.effects.filter(
      (effect) => effect.step === step && (workflowId === undefined || effect.workflowId === workflowId),
    ).length;
  }

  /** How often the body of a step came to its end. */
  ended(step: string): number {
    return this.world.ledger.effects.filter((effect) => effect.step === step && effect.endedOrder !== undefined).length;
  }
}

function brief(record: InstanceRecord): unknown {
  const { id, status, fence, wakes, crashes, dueAt, workerId } = record;
  return { id, status, fence, wakes, crashes, dueAt, workerId };
}

/** A number of rounds, fewer in the ordinary test run: `SIMULATION_SCALE=1` runs all of them. */
export function scaled(rounds: number): number {
  const scale = Number(process.env['SIMULATION_SCALE'] ?? 0.05);
  return Math.max(10, Math.round(rounds * scale));
}

/**
 * One cluster for every step at which something may happen: `strike` comes after step 0, 1, 2 … until the story ends before it
 * could. Returns how many places there were.
 */
export async function sweep(
  tell: () => Promise<Cluster>,
  strike: (cluster: Cluster, place: number) => Promise<void> | void,
  finish: (cluster: Cluster, place: number) => Promise<void> = (cluster) => cluster.finish(),
  stride = 1,
  last = Infinity,
): Promise<number> {
  for (let place = 0; ; place += stride) {
    const cluster = await tell();
    const goesOn = await cluster.steps(place);
    if (goesOn) await strike(cluster, place);
    try {
      await finish(cluster, place);
    } catch (error) {
      throw new Error(`At step ${place}: ${(error as Error).message}`, { cause: error });
    }
    if (!goesOn || place >= last) return place;
  }
}
