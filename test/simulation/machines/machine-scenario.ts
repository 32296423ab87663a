import {
  isStateConcurrencyError,
  isStateError,
  isWorkflowNotFoundError,
  isWorkflowStoreError,
} from '../../../lib/core/errors/index.js';
import { isTerminal } from '../../../lib/core/records/index.js';
import type { StateTransitionRecord } from '../../../lib/core/store/index.js';
import { StateMachineEngine } from '../../../lib/state-machine/state-machine.engine.js';
import type { StateMachineDefinition } from '../../../lib/state-machine/index.js';
import { Driver } from '../engine/driver.js';
import type { SeededRandom } from '../engine/seeded-random.js';
import type { SimProcess } from '../engine/sim-process.js';
import { World } from '../engine/world.js';
import { FaultPlan } from '../fault-plan.js';
import { judgeRover, type SentTrigger } from './machine-rules.js';
import { roverDefinition, type RoverEffect } from './rover.js';

const MACHINES = ['m-1', 'm-2'];

/** What came of one seed. */
export interface MachineOutcome {
  readonly violations: readonly string[];
  readonly digest: number;
  readonly faults: number;
  /** Triggers that were confirmed. */
  readonly accepted: number;
  /** Triggers of which nobody heard what became of them. */
  readonly unknown: number;
}

/** One seed: some processes, machines that go their rounds, triggers from everywhere, some faults, and a judgement. */
export async function runMachineScenario(seed: number, trace?: (line: string) => void): Promise<MachineOutcome> {
  const { stackTraceLimit } = Error;
  if (trace === undefined) Error.stackTraceLimit = 0;
  try {
    return await new MachineScenario(seed, trace).run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

class MachineScenario {
  private readonly world: World;
  private readonly random: SeededRandom;
  private readonly driver: Driver;
  private readonly effects: RoverEffect[] = [];
  private readonly sent: SentTrigger[] = [];
  private definitions = 0;

  constructor(seed: number, trace: ((line: string) => void) | undefined) {
    this.world = new World({ seed });
    this.random = this.world.random.fork();
    const rate = this.random.pick([0, 0, 0.01, 0.04]);
    this.world.network.rates = {
      ...{
        lostRequest: rate,
        lostAnswer: rate,
        stale: this.random.pick([0, rate]),
        lostHint: this.random.pick([0, 0.5, 1]),
      },
      ...{ slow: this.random.pick([0, 0.05]), doubledHint: 0 },
    };
    this.world.scheduler.trace = trace;
    this.driver = new Driver(this.world);
  }

  async run(): Promise<MachineOutcome> {
    const { world, random } = this;
    // Loaded before anything is simulated: a module comes when the real machine has read it.
    await roverDefinition([], {} as SimProcess).plan.logic();
    const faults = new FaultPlan(world, random.fork(), 40);
    for (let index = 0; index < random.int(2, 4); index++) this.spawn(`w${index}`);
    for (const machineId of MACHINES) this.trigger(machineId);
    faults.begin();
    await world.runUntil(() => faults.isOver && this.driver.isIdle, 60_000);
    faults.end();
    world.heal();
    this.spawn('late');
    const isOver = await world.runUntil(() => this.driver.isIdle && this.isAtRest(), 400_000);
    if (!isOver && world.watch.violations.length === 0) this.reportStuck();
    if (isOver)
      for (const id of MACHINES)
        for (const wrong of judgeRover(id, this.historyOf(id), this.sent, this.effects))
          world.watch.violate('results are right', `"${id}": ${wrong}`);
    return {
      violations: world.watch.violations,
      digest: world.scheduler.digest,
      faults: faults.count,
      accepted: this.sent.filter(({ outcome }) => outcome === 'accepted').length,
      unknown: this.sent.filter(({ outcome }) => outcome === 'unknown').length,
    };
  }

  private spawn(workerId: string): void {
    const worker = { pollIntervalMs: this.random.pick([500, 2_000]), leaseMs: 10_000, heartbeatIntervalMs: 3_333 };
    const warmInstances = this.random.pick([0, 1_000]);
    this.world.spawn({
      ...{ workerId, buildId: 'v1', worker: { ...worker, warmInstances, maxCrashes: 100 } },
      definitions: (process) => [this.definition(process)],
    });
  }

  private definition(process: SimProcess): StateMachineDefinition {
    this.definitions += 1;
    return roverDefinition(this.effects, process);
  }

  /** Creates a machine, and sends it triggers from whatever process there is, alone and in transactions. */
  private trigger(machineId: string): void {
    const { random, driver } = this;
    for (let count = 0; count < random.int(1, 3); count++) {
      driver.later(random.int(0, 1_000), () =>
        this.ask((engine, process) =>
          engine.create(planOf(process), { id: machineId }).then(
            () => undefined,
            () => undefined,
          ),
        ),
      );
    }
    for (let index = 0; index < random.int(5, 20); index++) this.send(machineId, `${machineId}:${index}`);
  }

  private send(machineId: string, mark: string): void {
    const { random, driver, sent } = this;
    const event = { type: random.pick(['TOUCH', 'NOTE']) };
    const expects = random.chance(0.3);
    const how = random.pick(['alone', 'alone', 'committed', 'withdrawn'] as const);
    driver.later(random.int(500, 25_000), async () => {
      const trigger: SentTrigger = { machineId, mark, type: event.type, outcome: 'unknown' };
      sent.push(trigger);
      await this.ask(async (engine, { store }) => {
        try {
          const version = expects ? (await engine.reader.load(machineId)).version : undefined;
          if (version !== undefined) trigger.expected = version;
          const request = { metadata: mark, ...(version !== undefined && { expectedVersion: version }) };
          if (how === 'alone') trigger.version = (await engine.send(machineId, event, request)).version;
          else {
            trigger.isWithdrawn = how === 'withdrawn';
            await store.transaction(async ({ handle }) => {
              const moved = await engine.send(machineId, event, { ...request, transaction: handle });
              trigger.version = moved.version;
              if (how === 'withdrawn') throw new Withdrawn();
            });
          }
          trigger.outcome = 'accepted';
        } catch (error) {
          if (isWorkflowStoreError(error)) return;
          trigger.outcome = 'refused';
          const isTyped = isStateError(error) || isStateConcurrencyError(error) || isWorkflowNotFoundError(error);
          if (!isTyped && !(error instanceof Withdrawn))
            this.world.watch.violate('results are told as they are', `${mark}: ${String(error)}`);
        }
      });
    });
  }

  /** Has a process do something; one that dies over it tells nobody. */
  private async ask(work: (engine: StateMachineEngine, process: SimProcess) => Promise<void>): Promise<void> {
    const process = this.random.pick(this.world.working.filter(({ isFrozen }) => !isFrozen));
    if (process === undefined) return;
    let isDone = false;
    this.world.scheduler.macrotask(process.loop, () => {
      void work(StateMachineEngine.of(process.engine.services), process).finally(() => {
        isDone = true;
      });
    });
    while (!isDone && process.isAlive) await this.driver.pause(200);
  }

  private isAtRest(): boolean {
    const { instances, states } = this.world.database.database;
    for (const row of instances.all()) if (!isTerminal(row.status)) return false;
    return MACHINES.every((id) => states.last(id) === undefined || states.last(id)?.ended !== undefined);
  }

  private historyOf(machineId: string): readonly StateTransitionRecord[] {
    return [...this.world.database.database.states.read(machineId, { limit: 10_000 })];
  }

  private reportStuck(): void {
    const { instances, states } = this.world.database.database;
    const open = Array.from(instances.all()).filter((row) => !isTerminal(row.status));
    const machines = MACHINES.map((id) => `${id} ${states.last(id)?.to ?? '-'} ${states.last(id)?.version ?? 0}`);
    const rows = open.map(({ id, status, dueAt, workerId, error }) =>
      JSON.stringify({ id, status, dueAt, workerId, error }),
    );
    this.world.watch.violate('everything comes to rest', [...machines, ...rows].join('\n'));
  }
}

class Withdrawn extends Error {}

function planOf({ engine }: SimProcess): StateMachineDefinition['plan'] {
  return (engine.services.registry.resolve('rover') as StateMachineDefinition).plan;
}
