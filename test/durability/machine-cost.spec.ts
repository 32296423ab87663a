import { assign, setup } from 'xstate';
import { VirtualClock } from '../../lib/core/time/index.js';
import { PostgresStore } from '../../lib/postgres/index.js';
import { defineStateMachine } from '../../lib/state-machine/index.js';
import { TypeOrmDatabase } from '../../lib/typeorm/typeorm-database.js';
import { CountingDatabase } from '../utils/counting-database.js';
import { MachineBench } from '../utils/machine-bench.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';

const machine = setup({
  types: { context: {} as { n: number } },
  actions: { tell: () => undefined },
}).createMachine({
  context: { n: 0 },
  initial: 'on',
  states: {
    on: {
      on: { ADD: { actions: assign({ n: ({ context }) => context.n + 1 }) }, TELL: { actions: 'tell' }, OFF: 'off' },
    },
    off: { type: 'final' },
  },
});

describe('The commits of a state machine', () => {
  let fixture: PostgresFixture;
  let database: CountingDatabase;
  let bench: MachineBench;

  beforeAll(async () => {
    fixture = await PostgresFixture.create('machine_cost');
    await (await fixture.store()).close();
    database = new CountingDatabase(new TypeOrmDatabase(await fixture.dataSource()));
    const store = new PostgresStore(database, { schema: fixture.schema, notify: false });
    bench = await MachineBench.start(store, new VirtualClock(), [defineStateMachine('m', machine)]);
    await bench.machines.create('m', { id: 'm' });
  });

  beforeEach(async () => {
    await bench.drain();
    database.reset();
  });

  afterAll(async () => {
    await bench.stop();
    await bench.engine.close();
    await fixture.dispose();
  });

  it('are one statement for a transition that starts nothing, with no read before it', async () => {
    for (let round = 0; round < 5; round += 1) await bench.machines.send('m', 'ADD');

    expect(database.statements.map((text) => text.split(' ', 1)[0])).toEqual(Array<string>(5).fill('INSERT'));
    expect(database.transactions).toBe(0);
  });

  it('are one transaction for a transition with actions, which run after it', async () => {
    await bench.machines.send('m', 'TELL');

    expect([database.transactions, database.statements]).toEqual([1, []]);
  });

  it('are none for a trigger that is refused; the store is asked once what the machine is', async () => {
    await expect(bench.machines.send('m', 'NEVER')).rejects.toMatchObject({ name: 'StateTransitionRefusedError' });

    expect(database.statements.map((text) => text.split(' ', 1)[0])).toEqual(['SELECT']);
    expect(database.transactions).toBe(0);
  });
});
