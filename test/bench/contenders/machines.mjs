import { createBenchEngine, createMemoryEngine } from '../harness/engine.mjs';
import { load } from '../harness/library.mjs';

/** A machine that goes to and fro for ever, and counts. */
export async function pendulum() {
  const { assign, setup } = await import('xstate');

  return setup({}).createMachine({
    context: { n: 0 },
    initial: 'left',
    states: {
      left: { on: { GO: { target: 'right', actions: assign({ n: ({ context }) => context.n + 1 }) } } },
      right: { on: { GO: { target: 'left', actions: assign({ n: ({ context }) => context.n + 1 }) } } },
    },
  });
}

/** What XState makes of it: its pure function, and an actor that lives. */
export async function xstateContenders(machine) {
  const { createActor, initialTransition, transition } = await import('xstate');
  let [snapshot] = initialTransition(machine);
  const actor = createActor(machine);
  actor.start();

  return [
    { name: 'XState transition()', run: () => ([snapshot] = transition(machine, snapshot, { type: 'GO' })) },
    { name: 'XState actor.send()', run: () => actor.send({ type: 'GO' }) },
  ];
}

/** What the library makes of it: a machine of the memory store, the actor it hands out, and what decides a transition. */
export async function ownMachines(library, machine, name = 'engine') {
  const { StateMachineService } = await load(library, 'state-machine/index.js');
  const bench = await createMemoryEngine(library, []);
  const machines = new StateMachineService(bench.engine.services, bench.client);
  const { plan } = machines.register(`pendulum-${name}`, machine);
  const logic = await plan.logic();
  let { snapshot } = logic.initial(undefined);
  const actor = await machines.actor(`pendulum-${name}`);
  actor.start();
  await machines.create(`pendulum-${name}`, { id: 'm' });

  return {
    contenders: [
      { name: `${name}: decided`, run: () => ({ snapshot } = logic.next(snapshot, { type: 'GO' })) },
      { name: `${name}: actor`, run: () => actor.send({ type: 'GO' }) },
      { name: `${name}: memory store`, isAsync: true, run: () => machines.send('m', 'GO') },
    ],
    close: () => bench.close(),
  };
}

/** Durable machines of the library, one for each loop, over its own schema. */
export async function durableMachines(library, server, machine, name = 'engine') {
  const schema = `bench_machine_${name.replace(/\W/g, '_')}`;
  await server.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  const { StateMachineService } = await load(library, 'state-machine/index.js');
  const bench = await createBenchEngine(library, server.url, [], {
    store: { schema },
    worker: { id: `${name}-machines` },
    poolSize: 20,
  });
  const machines = new StateMachineService(bench.engine.services, bench.client);
  machines.register('pendulum', machine);
  const free = [];
  let made = 0;

  return {
    name,
    steps: 1,
    async runWorkflow() {
      const id = free.pop() ?? (await machines.create('pendulum', { id: `m-${(made += 1)}` })).id;
      await machines.send(id, 'GO');
      free.push(id);
    },
    close: () => bench.close(),
  };
}
