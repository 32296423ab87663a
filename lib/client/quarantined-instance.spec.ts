import { ClientBench, defineWorkflow } from '../../test/utils/client-bench.js';

const orders = defineWorkflow({ name: 'orders' });
const dying = {
  ...{ workerId: 'w', buildId: 'b', leaseMs: 1_000, definitions: ['orders@1'], limit: 1 },
  ...{ allowSuspect: true, maxCrashes: 1, mismatchGraceMs: 1_000 },
};

describe('The status of an instance that was quarantined', () => {
  it('says that nobody who executes it survives', async () => {
    const bench = new ClientBench({ definitions: [orders] });
    await bench.client.start(orders, {}, { id: 'o' });
    for (let crash = 0; crash <= 2; crash += 1) {
      await bench.services.store.poll(dying);
      await bench.clock.advance('1m');
    }

    const { status, crashes, error } = await bench.client.getStatus('o');

    expect([status, crashes]).toEqual(['quarantined', 2]);
    expect(error).toMatchObject({ code: 'WORKFLOW_LEASE_LOST' });
    expect(error?.message).toMatch(/lost its worker 2 times/);
  });
});
