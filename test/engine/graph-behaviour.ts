import { describe, expect, it } from '@jest/globals';
import type { VirtualClock } from '../../lib/core/time/index.js';
import { WorkflowBuilder, type GraphValues } from '../../lib/graph/index.js';
import type { BareEngine } from '../utils/bare-engine.js';
import { EngineHarness, type EngineStore } from './harness.js';

/** The status, after some real time. */
async function settled(engine: BareEngine): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return (await engine.find('r-1')).status;
}

/** What durable graphs do when their process dies, on any store. */
export function graphBehaviour(storeName: string, make: (clock: VirtualClock) => Promise<EngineStore>): void {
  describe(`a graph on the ${storeName} store whose process dies`, () => {
    const PATH = ['a#1', 'b#1', 'c#1', 'd#1', 'a#2', 'b#2', 'c#2', 'd#2'];

    it.each(PATH)('during %s repeats at most that visit, and comes to the same state', async (killedAt) => {
      const bodies: string[] = [];
      let dying = true;
      const body =
        (name: string) =>
        (state: GraphValues, step: { readonly step: string }): GraphValues | Promise<GraphValues> => {
          bodies.push(step.step);
          if (dying && step.step === killedAt) return new Promise(() => undefined);
          return { [name]: ((state[name] as number | undefined) ?? 0) + 1, log: [step.step] };
        };
      const engine = new WorkflowBuilder('round')
        .addNode('a', body('a'))
        .addNode('b', body('b'))
        .addNode('c', body('c'))
        .addNode('d', body('d'))
        .addEdge('a', 'b')
        .addEdge('a', 'c')
        .addEdge('b', 'd')
        .addEdge('c', 'd')
        .addEdge('d', 'a')
        .setReducer('log', (one, other) => [...((one as string[] | undefined) ?? []), ...(other as string[])])
        .setEntry('a')
        .setTerminal('d', { condition: ({ d }) => d === 2 })
        .build();
      const harness = await EngineHarness.create(make);
      const worker = { leaseMs: 10_000, heartbeatIntervalMs: 1_000_000_000, pollIntervalMs: 1_000 };
      const first = await harness.boot({ definitions: [engine], worker: { ...worker, id: 'first' } });
      await first.start('round', 'r-1', 'x');
      await harness.until(() => bodies.includes(killedAt));
      // Its siblings end, and are recorded; then nobody hears of it any more.
      await harness.clock.advance(2_000);
      dying = false;
      const second = await harness.boot({ definitions: [engine], worker: { ...worker, id: 'second' } });
      await harness.clock.advance(8_000);
      // Virtual time must not run out on a lease while a real database writes.
      await harness.pass(async () => (await settled(second)) === 'completed');
      const { output } = await second.find('r-1');

      const { state, iterations } = JSON.parse(output as string) as { state: GraphValues; iterations: number };
      expect(state).toEqual({ input: 'x', a: 2, b: 2, c: 2, d: 2, log: PATH });
      expect(iterations).toBe(8);
      const twice = bodies.filter((each, index) => bodies.indexOf(each) !== index);
      expect(twice).toEqual([killedAt]);
      await harness.dispose();
    });
  });
}
