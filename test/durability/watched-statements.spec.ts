import { systemClock } from '../../lib/core/time/index.js';
import { entryOf, startRunning, unitOf, type Owner } from '../utils/store-scenario.js';
import { PostgresFixture } from '../utils/postgres-fixture.js';
import { watchStatements } from './fixtures/statements.mjs';

describe('The points at which a process can be killed', () => {
  it('stand around every write, also around those that a connection has made before', async () => {
    const passed: string[] = [];
    watchStatements({ pass: (point: string) => passed.push(point) });
    const fixture = await PostgresFixture.create('watched');
    const store = await fixture.store({}, await fixture.dataSource({ poolSize: 1 }));
    const [owner] = (await startRunning(store, 1)) as Owner[];
    passed.length = 0;

    for (let position = 1; position <= 3; position += 1) {
      await store.flush([unitOf(owner!, { entries: [entryOf(position)] })]);
      // In a macrotask of its own, as a worker's flushes are.
      await new Promise<void>((resolve) => systemClock.macrotask(resolve));
    }

    expect(passed).toEqual(Array(3).fill(['before entry', 'after entry']).flat());
    await fixture.dispose();
  });
});
