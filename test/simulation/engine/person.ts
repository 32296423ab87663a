import { WorkflowClient } from '../../../lib/client/index.js';
import { noDispatcher } from '../../../lib/core/dispatch/index.js';
import type { StartUnit } from '../../../lib/core/store/index.js';
import { bareEngine } from '../../utils/bare-engine.js';
import type { SimProcess } from './sim-process.js';
import type { SimStore } from './sim-store.js';
import type { World } from './world.js';

/** What a person may ask of an instance. */
export type PersonalRequest = 'terminate' | 'retry' | 'restart' | 'delete';

/** Somebody outside who has the client that applications use, on a connection that fails as all do. */
export class Person {
  readonly client: WorkflowClient;

  constructor(world: World) {
    const process = world.processes[0] as SimProcess;
    const random = world.random.fork();
    const { services } = bareEngine({
      store: withSeeds(world.client),
      clock: world.outsideClock,
      definitions: process.options.definitions(process),
      options: { outbox: world.config.outbox },
      random: () => random.next(),
    });
    this.client = new WorkflowClient(services, noDispatcher);
  }
}

/** The seeds that the client draws are chance that no seed of a simulation decides: each is replaced by its number. */
function withSeeds(store: SimStore): SimStore {
  const numbers = new Map<string, string>();
  const numbered = (drawn: string): string => {
    const [chance = '', ...instant] = drawn.split('@');
    const known = numbers.get(chance) ?? `person:${numbers.size}`;
    numbers.set(chance, known);
    return [known, ...instant].join('@');
  };
  return Object.assign(Object.create(store) as SimStore, {
    start: (units: readonly StartUnit[], resend?: boolean) =>
      store.start(
        units.map((unit) => ({ ...unit, seed: { ...unit.seed, seed: numbered(unit.seed.seed) } })),
        resend,
      ),
    restart: (workflowId: string, seed: string) => store.restart(workflowId, numbered(seed)),
  });
}
