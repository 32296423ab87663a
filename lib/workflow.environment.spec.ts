import { BulkOperationConfig } from './bulk/index.js';
import { workflowOptionsFromEnvironment as read } from './workflow.environment.js';
import { resolveWorkflowOptions } from './workflow.options.js';

function refusal(environment: Record<string, string>): string {
  try {
    read(environment);
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was refused';
}

describe('Options from the environment', () => {
  it('are nested by two underscores, and numbers and flags where they look like it', () => {
    const options = read({
      WORKFLOW__TYPEORM__SCHEMA: '2026',
      WORKFLOW__WORKER__POLL_INTERVAL: '500ms',
      WORKFLOW__WORKER__CONCURRENCY: '20',
      WORKFLOW__EVENTS__OUTBOX: 'true',
      WORKFLOW__PAYLOAD__LIMIT: 'Infinity',
      WORKFLOW__RETRY__BACKOFF__MAX_DELAY: '1m',
      WORKFLOW__PURGE__STATUS: 'completed, failed',
      WORKFLOW__BULK__BATCHSIZE: '200',
      WORKFLOW__graph__maxIterations: '7',
      WORKFLOW__WORKER__ID: '',
      WORKFLOWS_DIR: '/elsewhere',
    });

    expect(options).toEqual({
      typeorm: { schema: '2026' },
      worker: { pollInterval: '500ms', concurrency: 20 },
      events: { outbox: true },
      payload: { limit: Infinity },
      retry: { backoff: { maxDelay: '1m' } },
      purge: { status: ['completed', 'failed'] },
      bulk: { batchSize: 200 },
      graph: { maxIterations: 7 },
    });
  });

  it('are what the module takes, checked where all options are', () => {
    const resolved = resolveWorkflowOptions(read({ WORKFLOW__WORKER: 'false', WORKFLOW__RETRY: '5' }));

    expect(resolved.worker).toBeUndefined();
    expect(resolved.engine.retry.attempts).toBe(5);
    expect(() => resolveWorkflowOptions(read({ WORKFLOW__BULK__BATCH_SIZE: 'many' }))).toThrow(
      'The option "bulk.batchSize" has the value "many"',
    );
  });

  it.each([
    [{ WORKFLOW__TYPEORM: 'true', WORKFLOW__TYPEORM__SCHEMA: 'jobs' }],
    [{ WORKFLOW__TYPEORM__SCHEMA: 'jobs', WORKFLOW__TYPEORM: 'true' }],
  ])('may say that there is something beside how it is: %j', (environment) => {
    expect(read(environment)).toEqual({ typeorm: { schema: 'jobs' } });
  });

  it.each([
    [{ WORKFLOW__WORKER: 'false', WORKFLOW__WORKER__CONCURRENCY: '2' }, 'WORKFLOW__WORKER__CONCURRENCY'],
    [{ WORKFLOW__RETRY__ATTEMPTS: '2', WORKFLOW__RETRY: '3' }, 'WORKFLOW__RETRY'],
  ])('must not say both that there is none and how it is: %j', (environment, variable) => {
    expect(refusal(environment)).toContain(`The option "${variable}" has the value`);
  });

  it('that do not exist are refused by the name of the variable, with the nearest one', () => {
    expect(refusal({ WORKFLOW__WORKER__CONCURENCY: '2' })).toBe(
      'The option "WORKFLOW__WORKER__CONCURENCY" has the value "2". It must be left out, because there is no such option (did you mean "WORKFLOW__WORKER__CONCURRENCY"?).',
    );
    expect(refusal({ WORKFLOW__BATCH_SIZE: '2' })).toContain('did you mean "WORKFLOW__BULK__BATCH_SIZE"?');
  });

  it('are refused where two variables are the same option', () => {
    expect(refusal({ WORKFLOW__BULK__BATCH_SIZE: '5', WORKFLOW__BULK__BATCHSIZE: '6' })).toContain(
      '"WORKFLOW__BULK__BATCHSIZE" has the value "6". It must be left out beside "WORKFLOW__BULK__BATCH_SIZE"',
    );
  });

  describe('laid over options that are written down', () => {
    it('replace each for itself, and leave the others and what was written as they are', () => {
      const bulk = new BulkOperationConfig({ timeout: '1h', batchSize: 7 });
      const written = { lockTimeout: '1s', typeorm: { schema: 'jobs' }, retry: { backoff: { factor: 3 } }, bulk };
      const environment = {
        WORKFLOW__TYPEORM: 'true',
        WORKFLOW__TYPEORM__MIGRATE: 'false',
        WORKFLOW__RETRY__BACKOFF__DELAY: '2s',
        WORKFLOW__BULK__BATCH_SIZE: '200',
        WORKFLOW__JOURNAL__FLUSHERS: '3',
      };

      const options = read(environment, written);

      expect(options).toMatchObject({
        lockTimeout: '1s',
        typeorm: { schema: 'jobs', migrate: false },
        retry: { backoff: { factor: 3, delay: '2s' } },
        bulk: { timeout: '1h', batchSize: 200 },
        journal: { flushers: 3 },
      });
      expect(options.bulk).toBeInstanceOf(BulkOperationConfig);
      expect([bulk.batchSize, written.typeorm]).toEqual([7, { schema: 'jobs' }]);
    });

    it.each([
      [{ worker: false }, { WORKFLOW__WORKER__CONCURRENCY: '5' }, { worker: false }],
      [{ worker: { concurrency: 2 } }, { WORKFLOW__WORKER: 'false' }, { worker: false }],
      [{ typeorm: true }, { WORKFLOW__TYPEORM__SCHEMA: 'jobs' }, { typeorm: { schema: 'jobs' } }],
      [{ typeorm: { schema: 'jobs' } }, { WORKFLOW__TYPEORM: 'true' }, { typeorm: { schema: 'jobs' } }],
      [{ retry: 3 }, { WORKFLOW__RETRY: '5' }, { retry: 5 }],
    ])('%j and %j are %j', (written, environment, options) => {
      expect(read(environment, written)).toEqual(options);
    });
  });

  it('that are objects or functions are refused', () => {
    expect(refusal({ WORKFLOW__STORE: 'redis' })).toContain('no text can be the option "store": give it to forRoot');
  });

  it('are those of this process where nothing else is given', () => {
    process.env['WORKFLOW__LOCK_TIMEOUT'] = '2s';
    try {
      expect(read()).toEqual({ lockTimeout: '2s' });
    } finally {
      delete process.env['WORKFLOW__LOCK_TIMEOUT'];
    }
  });
});
