import { MemoryStore } from '../../../lib/memory/index.js';
import { Watch } from '../invariants/watch.js';
import { Ledger } from './ledger.js';
import { Network, NO_FAULTS, type FaultRates } from './network.js';
import { Scheduler, type Loop } from './scheduler.js';
import { SeededRandom } from './seeded-random.js';
import { SimClock } from './sim-clock.js';
import { SimProcess, type ProcessOptions } from './sim-process.js';
import { SimStore } from './sim-store.js';

/** What holds for a whole simulation. */
export interface WorldConfig {
  readonly seed: number;
  readonly faults?: Partial<FaultRates>;
  /** Lifecycle events are stored and relayed. */
  readonly outbox?: boolean;
}

/** A simulated cluster: one database, its processes, the network between them and the outside world. */
export class World {
  readonly config: Required<WorldConfig>;
  readonly random: SeededRandom;
  readonly scheduler: Scheduler;
  readonly databaseLoop: Loop;
  readonly databaseClock: SimClock;
  readonly database: MemoryStore;
  readonly network: Network;
  readonly ledger = new Ledger();
  readonly watch: Watch;
  readonly processes: SimProcess[] = [];
  /** The driver of a scenario: never killed, never frozen. */
  readonly outside: Loop;
  readonly outsideClock: SimClock;
  /** The client's connection, which fails as those of the workers do. */
  readonly client: SimStore;
  /** Lives that were asked to stop: what they gave up may run again elsewhere. */
  readonly released = new Set<number>();
  /** Steps that can be undone, by instance and name. */
  readonly reversible = new Set<string>();
  /** Keys of steps that may run once at most. */
  readonly atMostOnce = new Set<string>();
  /** A process has run what kills it. */
  poisoned: (process: SimProcess) => void = (process) => {
    process.crash();
  };
  /** Called after each step. */
  onStep: () => void = () => undefined;
  private lives = 0;
  private furthestOffsetMs = 0;
  /** How far the database's clock was ever put back, in all. */
  putBackMs = 0;

  constructor(config: WorldConfig) {
    this.config = { outbox: false, ...config, faults: { ...NO_FAULTS, ...config.faults } };
    this.random = new SeededRandom(config.seed);
    this.scheduler = new Scheduler(this.random.fork());
    this.network = new Network(this.random.fork(), { ...NO_FAULTS, ...config.faults });
    this.databaseLoop = this.scheduler.loop('database');
    this.databaseClock = new SimClock(this.scheduler, this.databaseLoop);
    this.database = new MemoryStore({
      clock: this.databaseClock,
      outbox: this.config.outbox,
      yieldEach: () => this.databaseTurn(),
    });
    this.outside = this.scheduler.loop('outside');
    this.outsideClock = new SimClock(this.scheduler, this.outside);
    this.watch = new Watch(this);
    this.client = new SimStore({
      scheduler: this.scheduler,
      loop: this.outside,
      databaseLoop: this.databaseLoop,
      network: this.network,
      session: this.newSession(),
      onRequest: (operation, request) => {
        this.watch.onPersonalRequest(operation, request);
      },
      onAnswer: () => undefined,
    });
  }

  get now(): number {
    return this.databaseClock.now();
  }

  /** The database's time as if its clock had never been put back: nothing that is due by it is early. */
  get latest(): number {
    return this.now - this.databaseClock.wallOffsetMs + this.furthestOffsetMs;
  }

  get alive(): SimProcess[] {
    return this.processes.filter((process) => process.isAlive);
  }

  /** Those that still claim. */
  get working(): SimProcess[] {
    return this.alive.filter((process) => !this.released.has(process.life));
  }

  /** The clock of the database is set: what was leased may end at once, or last longer. */
  jump(ms: number): void {
    // Whoever holds a lease now counts it by a clock that goes on as it did.
    for (const row of this.database.database.instances.all())
      if (row.isLeased) this.watch.effects.takenOver.add(row.id);
    this.databaseClock.wallOffsetMs += ms;
    this.furthestOffsetMs = Math.max(this.furthestOffsetMs, this.databaseClock.wallOffsetMs);
    if (ms < 0) this.putBackMs -= ms;
  }

  nextLife(): number {
    return (this.lives += 1);
  }

  newSession(): MemoryStore {
    return new MemoryStore({
      clock: this.databaseClock,
      sharedWith: this.database,
      yieldEach: () => this.databaseTurn(),
    });
  }

  /** A statement's own turn in the database: statements of others may come first. */
  databaseTurn(): Promise<void> {
    return new Promise((resolve) => {
      this.scheduler.message(this.databaseLoop, 0, 'statement', resolve);
    });
  }

  spawn(options: ProcessOptions): SimProcess {
    const process = new SimProcess(this, options);
    this.processes.push(process);
    process.start();
    return process;
  }

  /** Runs until the condition holds; false when the time, or everything there is to do, was over before. */
  async runUntil(isDone: () => boolean, limitMs: number, stepLimit = 200_000): Promise<boolean> {
    const untilMs = this.scheduler.now + limitMs;
    const violationsBefore = this.watch.violations.length;
    const lastStep = this.scheduler.steps + stepLimit;
    while (!isDone()) {
      if (this.scheduler.now > untilMs || this.scheduler.steps > lastStep) return false;
      if (!(await this.scheduler.step())) return isDone();
      this.watch.look();
      this.onStep();
      if (this.watch.violations.length > violationsBefore) return false;
    }
    return true;
  }

  /** From now on nothing fails any more, so that everything must come to its end. */
  heal(): void {
    this.network.rates = { ...NO_FAULTS };
    for (const process of this.alive) process.thaw();
  }
}
