import { DefinitionRegistry, type WorkflowDefinition } from '../core/definition/index.js';
import { WorkflowStoreError } from '../core/errors/index.js';
import type { StoreHealth } from '../core/store/index.js';
import { VirtualClock } from '../core/time/index.js';
import { MemoryStore } from '../memory/index.js';
import { WorkflowHealthIndicator } from './workflow.health.js';

const fine: StoreHealth = { reachable: true, schemaCurrent: true, quarantined: 0, unclaimable: {}, mismatched: {} };

/** A store that is as well as a test says. */
class PatientStore extends MemoryStore {
  answer: () => Promise<StoreHealth> = () => super.health([]);

  override health(): Promise<StoreHealth> {
    return this.answer();
  }
}

function world(health: Partial<StoreHealth> = {}) {
  const clock = new VirtualClock();
  const store = new PatientStore({ clock });
  store.answer = async () => ({ ...fine, ...health });
  const worker = { status: { running: true, executing: 2, warm: 3 } };
  const registry = new DefinitionRegistry();
  return { clock, store, worker, registry, indicator: new WorkflowHealthIndicator({ store, registry, clock, worker }) };
}

describe('WorkflowHealthIndicator', () => {
  describe('#report', () => {
    it('tells how store and worker stand', async () => {
      const { indicator } = world({
        schemaVersion: 4,
        oldestDueAgeMs: 20,
        quarantined: 1,
        unclaimable: { 'orders@1': 2 },
        mismatched: { 'refunds@1': 1 },
      });

      expect(await indicator.report()).toEqual({
        healthy: true,
        problems: [],
        store: { kind: 'memory', reachable: true, schemaCurrent: true, schemaVersion: 4 },
        oldestDueAgeMs: 20,
        quarantined: 1,
        unclaimable: { 'orders@1': 2 },
        mismatched: { 'refunds@1': 1 },
        worker: { enabled: true, running: true, executing: 2, warm: 3 },
      });
    });

    it('asks the store about the workflows that are registered', async () => {
      const { store, registry, indicator } = world();
      let asked: readonly string[] = [];
      store.health = async (...args: unknown[]) => {
        asked = args[0] as string[];
        return fine;
      };
      registry.register({ name: 'orders', version: 2, model: 'workflow', run: () => 1 } satisfies WorkflowDefinition);

      await indicator.report();

      expect(asked).toEqual(['orders@2']);
    });

    it('needs no worker where none is wanted', async () => {
      const { store, registry, clock } = world();

      const report = await new WorkflowHealthIndicator({ store, registry, clock }).report();

      expect(report).toMatchObject({ healthy: true, worker: { enabled: false, running: false } });
    });

    it.each<[string, Partial<StoreHealth>, RegExp]>([
      ['the tables are behind', { schemaCurrent: false }, /run the migrations/],
      ['something has been due for too long', { oldestDueAgeMs: 300_001 }, /due for 300001 ms, and 300000 ms/],
    ])('is unhealthy when %s', async (_, health, problem) => {
      const report = await world(health).indicator.report();

      expect(report.healthy).toBe(false);
      expect(report.problems).toEqual([expect.stringMatching(problem)]);
    });

    it('judges by the thresholds it is given', async () => {
      const { indicator } = world({
        oldestDueAgeMs: 1_500,
        quarantined: 2,
        unclaimable: { 'a@1': 1, 'b@1': 1 },
        mismatched: { 'c@1': 3 },
      });

      const report = await indicator.report({ maxDueAge: '1s', maxQuarantined: 1, maxUnclaimable: 4 });

      expect(report.problems).toEqual([
        'An instance has been due for 1500 ms, and 1000 ms are allowed.',
        '2 instances are quarantined, and 1 are allowed.',
        'No living worker has the workflow of 2 due instances: a@1, b@1.',
        "No living worker's code fits 3 due instances: c@1.",
      ]);
    });

    it('refuses a threshold that there is not', async () => {
      await expect(world().indicator.report({ maxDueage: '1m' } as object)).rejects.toThrow(
        /"maxDueage of the health check".*Did you mean "maxDueAge"\?/,
      );
    });

    it('is unhealthy when the worker has stopped', async () => {
      const { worker, indicator } = world();
      worker.status.running = false;

      expect((await indicator.report()).problems).toEqual(['The worker of this process is not running.']);
    });

    it('tells that the store cannot be reached, without the driver’s words', async () => {
      const { store, indicator } = world();
      store.answer = () => Promise.reject(new WorkflowStoreError('connect ECONNREFUSED db.internal:5432'));

      const report = await indicator.report();

      expect(report).toMatchObject({ healthy: false, store: { reachable: false } });
      expect(report.problems).toEqual(['The store cannot be reached (WORKFLOW_STORE).']);
    });

    it('does not wait for a store that hangs', async () => {
      const { store, clock, indicator } = world();
      store.answer = () => new Promise(() => undefined);
      const report = indicator.report({ timeout: '2s' });

      await clock.advance('2s');

      expect((await report).problems).toEqual(['The store has not answered within 2000 ms.']);
    });

    it('leaves no timer behind', async () => {
      const { clock, indicator } = world();

      await indicator.report();

      expect(clock.pending).toBe(0);
    });
  });

  describe('#isHealthy', () => {
    it('is up, with the figures', async () => {
      expect(await world().indicator.isHealthy('workflows')).toEqual({
        workflows: expect.objectContaining({
          status: 'up',
          quarantined: 0,
          worker: expect.anything() as unknown,
        }) as unknown,
      });
    });

    it('is down, with the problems', async () => {
      const { indicator } = world({ schemaCurrent: false });

      expect(await indicator.isHealthy('workflows')).toMatchObject({
        workflows: { status: 'down', message: expect.stringMatching(/migrations/) as unknown },
      });
    });
  });
});
