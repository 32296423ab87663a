import { BulkOperationConfig } from './bulk/index.js';
import { GraphConfig } from './graph/index.js';
import { VirtualClock } from './core/time/index.js';
import { resolveWorkflowOptions } from './workflow.options.js';

const resolve = (options: object = {}, environment = 'test') => resolveWorkflowOptions(options, environment);

describe('resolveWorkflowOptions', () => {
  it('applies a default to everything', () => {
    const { clock, serializer, ...resolved } = resolve();

    expect(resolved).toEqual({
      storage: { kind: 'memory' },
      worker: {
        concurrency: 100,
        pollIntervalMs: 2_000,
        leaseMs: 10_000,
        heartbeatIntervalMs: 3_334,
        shutdownTimeoutMs: 10_000,
        maxCrashes: 10,
        mismatchGraceMs: 600_000,
        warmInstances: 10_000,
      },
      engine: expect.objectContaining({
        retry: expect.objectContaining({ attempts: 3, inProcessBelowMs: 5_000 }) as unknown,
        settleTimeoutMs: 5_000,
        payloadLimitBytes: 1_048_576,
        journalSoftLimit: 10_000,
        journalHardLimit: 200_000,
        stepEvents: false,
        outbox: false,
        lockTimeoutMs: 5_000,
      }) as unknown,
      flushers: 2,
      bulk: new BulkOperationConfig(),
      graph: new GraphConfig(),
    });
    expect(clock.now()).toBeGreaterThan(0);
    expect(serializer.serialize({ a: 1 }, 'here')).toBe('{"a":1}');
  });

  it('takes what is given', () => {
    const clock = new VirtualClock();

    const resolved = resolve({
      clock,
      worker: { id: 'a', buildId: 'v7', concurrency: 3, leaseDuration: '1m', shutdownTimeout: 0 },
      retry: { attempts: 5, inProcessBelow: '1s' },
      payload: { limit: Infinity },
      journal: { maxEntries: 500 },
      purge: { olderThan: '30d', status: ['completed'] },
      events: { cqrs: false, outbox: true },
    });

    expect(resolved.clock).toBe(clock);
    expect(resolved.buildId).toBe('v7');
    expect(resolved.worker).toMatchObject({
      id: 'a',
      concurrency: 3,
      leaseMs: 60_000,
      heartbeatIntervalMs: 20_000,
      shutdownTimeoutMs: 0,
    });
    expect(resolved.engine).toMatchObject({ retry: { attempts: 5, inProcessBelowMs: 1_000 }, outbox: true });
    expect(resolved.engine).toMatchObject({
      payloadLimitBytes: Infinity,
      journalHardLimit: 500,
      journalSoftLimit: 500,
    });
    expect(resolved.purge).toEqual({ olderThanMs: 30 * 86_400_000, everyMs: 3_600_000, status: ['completed'] });
    expect(resolved.publishOnEventBus).toBe(false);
  });

  it.each([[false], [{ enabled: false }]])('runs nothing with worker: %j', (worker) => {
    expect(resolve({ worker }).worker).toBeUndefined();
  });

  describe('storage', () => {
    it('is the application’s DataSource with typeorm: true, migrated outside production', () => {
      expect(resolve({ typeorm: true }).storage).toEqual({
        kind: 'typeorm',
        migrate: true,
        notify: true,
        preparedStatements: true,
      });
      expect(resolve({ typeorm: true }, 'production').storage).toMatchObject({ migrate: false });
    });

    it('refuses memory in production, and says what to do', () => {
      expect(() => resolve({}, 'production')).toThrow(
        /"typeorm" has the value undefined.*NODE_ENV=production.*allowInMemoryStorage: true/,
      );
    });

    it('accepts memory in production when it is allowed', () => {
      expect(resolve({ allowInMemoryStorage: true }, 'production').storage).toEqual({ kind: 'memory' });
    });
  });

  it.each<[string, object, RegExp]>([
    ['an unknown option', { wroker: {} }, /option "wroker" has the value an object.*no such option.*worker/],
    ['an unknown option of a section', { worker: { threads: 2 } }, /"worker\.threads" has the value 2/],
    ['graphs that are none', { graph: null }, /"graph" has the value null/],
    ['a section that is none', { events: true }, /"events" has the value true/],
    ['a count below one', { worker: { concurrency: 0 } }, /"worker\.concurrency" has the value 0.*at least 1/],
    ['a fraction', { journal: { flushers: 1.5 } }, /"journal\.flushers" has the value 1\.5/],
    [
      'a malformed duration',
      { worker: { pollInterval: '2 seconds' } },
      /"worker\.pollInterval" has the value "2 seconds"/,
    ],
    ['a negative duration', { settleTimeout: -1 }, /"settleTimeout" has the value -1/],
    [
      'a heartbeat as long as the lease',
      { worker: { leaseDuration: '1s', heartbeatInterval: '1s' } },
      /"worker\.heartbeatInterval".*"1s".*1000 ms/,
    ],
    ['an empty id', { worker: { id: ' ' } }, /"worker\.id" has the value " "/],
    ['a flag that is none', { events: { outbox: 'yes' } }, /"events\.outbox" has the value "yes"/],
    ['retries that are none', { retry: { attempts: -1 } }, /attempts.*-1/],
    ['a purge without an age', { purge: {} }, /"purge\.olderThan" has the value undefined/],
    [
      'a purge of what has not ended',
      { purge: { olderThan: '1d', status: 'running' } },
      /"purge\.status" has the value "running"/,
    ],
    ['two stores', { typeorm: true, store: { open: () => undefined } }, /"typeorm" has the value true.*left out/],
    ['a store that is none', { store: {} }, /"store" has the value an object/],
    ['a data source that is none', { typeorm: { dataSource: 5 } }, /"typeorm\.dataSource" has the value 5/],
    ['a codec that is none', { codec: {} }, /"codec" has the value an object/],
    ['a list with something that is no codec', { codec: [null] }, /"codec" has the value null/],
    ['a clock that is none', { clock: {} }, /"clock" has the value an object/],
    ['a serializer that is none', { serializer: {} }, /"serializer" has the value an object/],
    ['a codec without an id', { codec: { encode: String, decode: String } }, /"codec\.id"/],
  ])('refuses %s, naming option and value', (_, options, message) => {
    expect(() => resolve(options)).toThrow(message);
  });
});
