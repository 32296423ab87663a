import { DataSource } from 'typeorm';
import type { WorkflowContext, WorkflowDefinition } from '../../lib/core/definition/index.js';
import { silentLogger } from '../../lib/core/lifecycle/index.js';
import { VirtualClock, systemClock, type Clock } from '../../lib/core/time/index.js';
import { createTypeOrmStore } from '../../lib/typeorm/index.js';
import { createEngine, type WorkflowEngine } from '../../lib/workflow.engine.js';
import type { WorkflowModuleOptions } from '../../lib/workflow-module-options.interface.js';
import { resolveWorkflowOptions } from '../../lib/workflow.options.js';
import { eventually } from '../utils/eventually.js';
import { CostMeter } from './cost-meter.js';

/** A poll that comes by itself during a measurement would belong to no workflow. */
const NO_POLLS = { pollInterval: '1h' } as const;

function chain(steps: number): WorkflowDefinition {
  return {
    name: `chain-${steps}`,
    version: 1,
    model: 'workflow',
    run: async (ctx: WorkflowContext) => {
      let last = 0;
      for (let number = 1; number <= steps; number += 1) last = await ctx.step(`step-${number}`, () => number);
      return last;
    },
  };
}

const guarded: WorkflowDefinition = {
  name: 'guarded',
  version: 1,
  model: 'workflow',
  run: async (ctx: WorkflowContext) => {
    await ctx.step('first', () => 1, { compensate: () => undefined });
    await ctx.step('second', () => 2);
    return ctx.step('third', () => 3);
  },
};

describe('What durable execution costs', () => {
  let meter: CostMeter;
  const closers: (() => Promise<void>)[] = [];

  async function boot(
    definitions: readonly WorkflowDefinition[],
    worker: WorkflowModuleOptions['worker'],
    { clock = systemClock, notify = true }: { readonly clock?: Clock; readonly notify?: boolean } = {},
  ): Promise<WorkflowEngine> {
    const dataSource = await new DataSource({ type: 'postgres', url: meter.url, poolSize: 4 }).initialize();
    const store = createTypeOrmStore(dataSource, { migrate: true, clock, notify });
    const engine = createEngine(resolveWorkflowOptions({ store, worker, clock }, 'test'), store, silentLogger);
    for (const definition of definitions) engine.services.registry.register(definition);
    await engine.open();
    await engine.start();
    closers.push(async () => {
      await engine.stop();
      await engine.close();
      await dataSource.destroy();
    });
    return engine;
  }

  /** Statements are prepared, and what happens once per process has happened. */
  async function warmUp(engine: WorkflowEngine, workflow: WorkflowDefinition, instances = 1): Promise<void> {
    for (let round = 0; round < 3; round += 1) await runMany(engine, workflow, instances);
  }

  async function runMany(engine: WorkflowEngine, workflow: WorkflowDefinition, instances: number): Promise<void> {
    await Promise.all(Array.from({ length: instances }, () => engine.client.startAndWait(workflow)));
  }

  beforeAll(async () => {
    meter = await CostMeter.start();
  });

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  afterAll(() => meter.stop());

  it('runs a workflow of three steps with at most 5 commits and 12 statements, creation and completion included', async () => {
    const workflow = chain(3);
    const engine = await boot([workflow], NO_POLLS);
    await warmUp(engine, workflow);

    const cost = await meter.of(() => engine.client.startAndWait(workflow));

    expect(cost.commits).toBeLessThanOrEqual(5);
    expect(cost.statements).toBeLessThanOrEqual(12);
  });

  it('takes one commit more for a first step with an undo, and one for an instance that another process started', async () => {
    // A notification has a transaction of its own, which nobody waits for and which is not flushed: it is no part of this.
    const runner = await boot([guarded], NO_POLLS, { notify: false });
    const starter = await boot([guarded], false, { notify: false });
    const run = async (): Promise<unknown> => {
      const handle = await starter.client.start(guarded);
      await runner.worker?.pollOnce();
      return handle.result();
    };
    await run();

    const cost = await meter.of(run);

    expect(cost.commits).toBeLessThanOrEqual(6);
    expect(cost.statements).toBeLessThanOrEqual(12);
  });

  it('writes a chain of n steps with n + 1 commits when it runs alone', async () => {
    const steps = 50;
    const instances = 4;
    const workflow = chain(steps);
    const engine = await boot([workflow], NO_POLLS);
    await warmUp(engine, workflow);

    const cost = await meter.of(async () => {
      for (let count = 0; count < instances; count += 1) await runMany(engine, workflow, 1);
    });

    const allowed = instances * steps * ((steps + 1) / steps + 0.1);
    expect(cost.commits).toBeLessThanOrEqual(allowed);
    expect(cost.statements).toBeLessThanOrEqual(allowed);
    expect(cost.walBytes).toBeLessThanOrEqual(instances * (steps * 340 + 650));
  });

  it('shares statements and commits among instances that run together', async () => {
    const steps = 50;
    const instances = 32;
    const workflow = chain(steps);
    const engine = await boot([workflow], NO_POLLS);
    await warmUp(engine, workflow, instances);

    const cost = await meter.of(() => runMany(engine, workflow, instances));

    expect(cost.commits).toBeLessThanOrEqual(instances * steps * 0.1);
    expect(cost.statements).toBeLessThanOrEqual(instances * steps * 0.1);
    expect(cost.walBytes).toBeLessThanOrEqual(instances * (steps * 340 + 650));
  });

  it('asks nothing of the database but one poll for each interval while it is idle', async () => {
    const clock = new VirtualClock();
    const workflow = chain(3);
    const engine = await boot([workflow], { pollInterval: '2s' }, { clock });
    const polls = 10;
    // What follows a start of the process.
    await clock.advance('1s');
    const { statements } = await meter.settled();

    for (let poll = 1; poll <= polls; poll += 1) {
      await clock.advance('2s');
      await eventually(async () => (await meter.settled()).statements - statements >= poll);
    }

    expect(engine.worker?.status.executing).toBe(0);
    expect((await meter.settled()).statements - statements).toBe(polls);
  });
});
