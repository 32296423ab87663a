import { createMachine } from 'xstate';
import { VirtualClock } from '../../lib/core/time/index.js';
import { MemoryStore } from '../../lib/memory/index.js';
import { defineStateMachine } from '../../lib/state-machine/index.js';
import { MachineBench } from '../utils/machine-bench.js';

const machine = createMachine({
  initial: 'open',
  states: { open: { on: { CLOSE: 'closed' } }, closed: { type: 'final' } },
});

describe('Who waits for a state machine', () => {
  let bench: MachineBench;

  beforeEach(async () => {
    const clock = new VirtualClock();
    bench = await MachineBench.start(new MemoryStore({ clock }), clock, [defineStateMachine('door', machine)]);
    await bench.machines.create('door', { id: 'd' });
  });

  afterEach(() => bench.stop());

  const locked = {
    code: 'WORKFLOW_STATE_MACHINE',
    message: expect.stringMatching(/"d" has ended in "closed".*"done"/) as unknown,
  };

  it('is told when it ends otherwise, while they wait and afterwards', async () => {
    const { machines } = bench;
    const waiting = expect(machines.waitFor('d', ({ value }) => value === 'locked')).rejects.toMatchObject(locked);
    await machines.send('d', 'CLOSE');
    await waiting;

    await expect(machines.waitFor('d', ({ value }) => value === 'locked')).rejects.toMatchObject(locked);
    expect(await machines.waitFor('d', ({ value }) => value === 'closed')).toMatchObject({ status: 'done' });
  });

  it('is told in its words when that takes too long', async () => {
    const waiting = expect(
      bench.machines.waitFor('d', ({ value }) => value === 'locked', { timeout: '1s' }),
    ).rejects.toMatchObject({
      code: 'WORKFLOW_RESULT_TIMEOUT',
      message: expect.stringMatching(/^The state machine "d" did not.*1000 ms.*snapshot\(\)/) as unknown,
    });
    await bench.advance(1_000);
    await waiting;
  });
});
