import { createMachine, setup, spawnChild } from 'xstate';
import { MachineFaults } from './machine-faults.js';
import type { MachineLike } from './machine-like.js';
import { MachineLogic } from './machine-logic.js';
import { loadXState } from './xstate.js';

async function logicOf(machine: MachineLike): Promise<MachineLogic> {
  return new MachineLogic(machine, await loadXState(), 'm', new MachineFaults('m'));
}

describe('MachineLogic', () => {
  it('goes through the beginning of a machine no more with every transition', async () => {
    let beginnings = 0;
    const logic = await logicOf(
      createMachine({
        context: () => {
          beginnings += 1;
          return {};
        },
        initial: 'a',
        states: { a: { on: { GO: 'b' } }, b: { on: { GO: 'a' } } },
      }),
    );
    let { snapshot } = logic.initial(undefined);
    const before = beginnings;
    for (let round = 0; round < 10; round += 1) snapshot = logic.next(snapshot, { type: 'GO' })?.snapshot ?? snapshot;

    expect(snapshot.value).toBe('a');
    expect(beginnings - before).toBeLessThanOrEqual(1);
  });

  it('begins a child under a name of the system as often as it is asked, for each machine anew', async () => {
    const kid = createMachine({});
    const logic = await logicOf(
      setup({ actors: { kid } }).createMachine({
        on: { BEGIN: { actions: spawnChild('kid', { id: 'k', systemId: 'kid' }) } },
      }),
    );
    for (let machines = 0; machines < 3; machines += 1) {
      const { snapshot } = logic.initial(undefined);
      expect(logic.next(snapshot, { type: 'BEGIN' })?.effects).toEqual([{ kind: 'invoke', id: 'k', src: 'kid' }]);
    }
  });

  it('keeps apart what transitions of different machines ask for', async () => {
    const logic = await logicOf(
      setup({ actions: { tell: (_, _params: unknown) => undefined } }).createMachine({
        on: { TELL: { actions: { type: 'tell', params: ({ event }: { readonly event: unknown }) => event } } },
      }),
    );
    const { snapshot } = logic.initial(undefined);
    const [first, second] = [1, 2].map((n) => logic.next(snapshot, { type: 'TELL', n }));

    expect(first?.effects).toEqual([{ kind: 'action', type: 'tell', params: { type: 'TELL', n: 1 } }]);
    expect(second?.effects).toEqual([{ kind: 'action', type: 'tell', params: { type: 'TELL', n: 2 } }]);
  });
});
