import { isTerminal } from '../../lib/core/records/index.js';
import { Driver } from './engine/driver.js';
import type { PersonalRequest } from './engine/person.js';
import type { FaultRates } from './engine/network.js';
import type { SeededRandom } from './engine/seeded-random.js';
import type { ProcessOptions, SimProcess } from './engine/sim-process.js';
import { World } from './engine/world.js';
import { FaultPlan } from './fault-plan.js';
import { judge } from './invariants/judgement.js';
import { REFERENCE_WORKFLOWS } from './workflows/index.js';
import type { ReferenceWorkflow } from './workflows/reference-workflow.js';

/** What came of one seed. */
export interface Outcome {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly steps: number;
  readonly faults: number;
  readonly digest: number;
  /** Which workflows took part, for the reader of a failure. */
  readonly summary: string;
}

export interface ScenarioOptions {
  readonly trace?: (line: string) => void;
  /** Only these workflows. */
  readonly only?: readonly string[];
  /** Many faults in every seed. Otherwise some have few or none, where other things show. */
  readonly isHarsh?: boolean;
}

/** How long everything may take once nothing fails any more. */
const RECOVERY_MS = 400_000;

/** One seed: a cluster, some instances, some faults, and a judgement. */
export async function runScenario(seed: number, options: ScenarioOptions = {}): Promise<Outcome> {
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown): void => void rejections.push(reason);
  process.on('unhandledRejection', onRejection);
  const { stackTraceLimit } = Error;
  // Thousands of errors are made on purpose, and reading their stacks would take most of the time.
  if (options.trace === undefined) Error.stackTraceLimit = 0;
  try {
    const scenario = new Scenario(seed, options);
    const outcome = await scenario.run();
    return rejections.length === 0
      ? outcome
      : { ...outcome, violations: [...outcome.violations, `no rejection is unhandled: ${String(rejections[0])}`] };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    process.off('unhandledRejection', onRejection);
  }
}

class Scenario {
  private readonly world: World;
  private readonly random: SeededRandom;
  private readonly driver: Driver;
  private readonly cast = new Map<string, { workflow: ReferenceWorkflow; input: unknown }>();
  private readonly faultsRandom: SeededRandom;
  private faults!: FaultPlan;
  private readonly rates: FaultRates;
  private builds: readonly string[] = ['v1'];

  constructor(
    private readonly seed: number,
    private readonly options: ScenarioOptions,
  ) {
    this.world = new World({ seed, outbox: seed % 3 === 0 });
    this.random = this.world.random.fork();
    this.rates = drawRates(this.random);
    this.world.network.rates = this.rates;
    this.world.scheduler.trace = options.trace;
    this.driver = new Driver(this.world);
    this.faultsRandom = this.random.fork();
  }

  async run(): Promise<Outcome> {
    const { world } = this;
    this.castInstances();
    // Builds differ only where code was changed: a new build also brings back what was set aside.
    if (this.casts('changing')) this.builds = ['v1', 'v2'];
    // Each crash of a poison takes a process along; more of them at one time would only take longer.
    this.faults = new FaultPlan(this.world, this.faultsRandom, this.casts('poison') ? 6 : 40, this.options.isHarsh);
    const workers = this.random.int(2, 4);
    for (let index = 0; index < workers; index++) world.spawn(this.processOptions(`w${index}`));
    world.poisoned = (process) => {
      this.faults.poison(process);
    };
    world.watch.expectedErrors = /does not match the journal.*"changing-/;
    this.faults.begin();
    await world.runUntil(() => this.faults.isOver && this.driver.isIdle, 120_000);
    if (world.watch.violations.length === 0) {
      this.faults.end();
      world.heal();
      // Every build has somebody who can go on with what it began.
      for (const buildId of this.builds)
        if (!world.working.some((process) => process.options.buildId === buildId))
          world.spawn({ ...this.processOptions(`late-${buildId}`), buildId });
      const isDone = await world.runUntil(() => this.isOver(), RECOVERY_MS + world.putBackMs);
      if (world.watch.violations.length === 0) {
        if (!isDone) this.reportStuck();
        else {
          this.checkLosses();
          await judge(world, this.driver, this.cast);
        }
      }
    }
    return {
      seed: this.seed,
      violations: world.watch.violations,
      steps: world.scheduler.steps,
      faults: this.faults.count,
      digest: world.scheduler.digest,
      summary: [...this.cast.keys()].join(' '),
    };
  }

  private processOptions(workerId: string): ProcessOptions {
    const { random } = this;
    return {
      workerId,
      buildId: this.random.pick(this.builds),
      definitions: (process: SimProcess) => REFERENCE_WORKFLOWS.flatMap((workflow) => workflow.definitions(process)),
      worker: {
        warmInstances: random.pick([0, 1, 1, 1_000]),
        concurrency: random.pick([1, 3, 100]),
        pollIntervalMs: random.pick([500, 2_000, 5_000]),
        leaseMs: 10_000,
        heartbeatIntervalMs: 3_333,
        maxCrashes: this.casts('poison') ? 8 : 100,
      },
    };
  }

  private casts(name: string): boolean {
    return [...this.cast.values()].some(({ workflow }) => workflow.name === name);
  }

  private castInstances(): void {
    const { random, driver } = this;
    const { only } = this.options;
    const choice = REFERENCE_WORKFLOWS.filter((workflow) => only === undefined || only.includes(workflow.name));
    const count = random.int(2, 6);
    for (let index = 0; index < count; index++) {
      const drawn = random.pick(choice);
      // A new build would bring the poison back.
      const isAtOdds =
        (drawn.name === 'changing' && this.casts('poison')) || (drawn.name === 'poison' && this.casts('changing'));
      const workflow = isAtOdds ? (choice[0] as ReferenceWorkflow) : drawn;
      const workflowId = `${workflow.name}-${index}`;
      const input = workflow.input(random);
      this.cast.set(workflowId, { workflow, input });
      if (random.chance(0.12)) driver.cancel(random.int(0, 9_000), workflowId);
      const isWaitedFor = random.chance(0.3) && workflow.statuses?.[0] !== 'quarantined';
      if (isWaitedFor) driver.startAndWait(random.int(0, 2_000), workflow.name, workflowId, input);
      else driver.start(random.int(0, 2_000), workflow.name, workflowId, input);
      workflow.drive?.(driver, workflowId, input as never, random);
      if (random.chance(0.25)) this.interfere(workflow, workflowId);
    }
  }

  /** A person does what persons do to a run, at a moment when it may be anywhere. */
  private interfere(workflow: ReferenceWorkflow, workflowId: string): void {
    const { random, driver } = this;
    const asked: PersonalRequest[] = ['terminate', 'delete'];
    // What waits for letters that are taken would wait for ever.
    if (workflow.isRepeatable === true) asked.push('retry', 'retry', 'restart', 'restart');
    for (let count = random.int(1, 3); count > 0; count--)
      driver.ask(random.int(0, 20_000), random.pick(asked), workflowId);
  }

  private isOver(): boolean {
    if (!this.driver.isIdle) return false;
    for (const row of this.world.database.database.instances.all())
      if (!isTerminal(row.status) && !(row.name === 'poison' && row.status === 'quarantined') && !this.isLeft(row.id))
        return false;
    return !this.world.config.outbox || this.world.watch.events.isRelayed();
  }

  /** Deleted, and created again by a start that was under way for long: its letters went with the first one. */
  private isLeft(workflowId: string): boolean {
    return this.world.watch.rows.isDeleted(workflowId);
  }

  /** Where nothing failed and nobody was slow, no lease is lost. */
  private checkLosses(): void {
    const { lostRequest, lostAnswer, stale, slow } = this.rates;
    if (lostRequest + lostAnswer + stale + slow > 0 || this.faults.count > 0 || this.casts('poison')) return;
    const { askedToReopen, askedToDelete } = this.world.watch;
    if (askedToReopen.size + askedToDelete.size > 0) return;
    for (const [workflowId, losses] of this.world.watch.rows.losses)
      // Whoever is terminated loses its lease by that.
      if (losses.length > 0 && this.world.watch.record(workflowId)?.cancel === undefined)
        this.world.watch.violate('no lease is lost without a fault', workflowId);
  }

  private reportStuck(): void {
    for (const row of this.world.database.database.instances.all()) {
      if (isTerminal(row.status) || this.isLeft(row.id)) continue;
      const { status, fence, wakes, crashes, dueAt, workerId } = row;
      this.world.watch.violate(
        'every accepted run ends',
        `"${row.id}" is ${JSON.stringify({ status, fence, wakes, crashes, dueInMs: dueAt === undefined ? null : dueAt - this.world.now, workerId, builds: row.mismatchedBuilds, error: row.error, journal: row.journal.read().map((entry) => `${entry.position}:${entry.name}`) })}`,
      );
    }
    if (this.world.watch.violations.length === 0)
      this.world.watch.violate(
        'everything comes to rest',
        this.driver.isIdle ? 'events are untold' : 'the outside waits',
      );
  }
}

function drawRates(random: SeededRandom): FaultRates {
  const rate = random.pick([0, 0, 0.01, 0.03, 0.08]);
  return {
    lostRequest: rate,
    lostAnswer: rate,
    stale: random.pick([0, rate / 2, rate]),
    slow: random.pick([0, 0.02, 0.1]),
    lostHint: random.pick([0, 0, 0.3, 1]),
    doubledHint: random.pick([0, 0.3]),
  };
}
