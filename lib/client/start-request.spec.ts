import { ClientBench, defineWorkflow } from '../../test/utils/client-bench.js';
import { schemaValidator, type StandardSchema } from '../core/definition/index.js';
import {
  isWorkflowDefinitionError,
  isWorkflowInputError,
  isWorkflowOptionsError,
  isWorkflowPayloadError,
} from '../core/errors/index.js';

interface Order {
  readonly total: number;
}

const orders = defineWorkflow<Order, string>({ name: 'orders', version: 2 });

const caught = (attempt: Promise<unknown>): Promise<unknown> =>
  attempt.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('A start', () => {
  it.each([
    ['id', { id: 'a/b' }, isWorkflowInputError],
    ['priority', { priority: 1.5 }, isWorkflowOptionsError],
    ['time-out', { timeout: 'soon' }, isWorkflowOptionsError],
    ['delay', { startDelay: -1 }, isWorkflowOptionsError],
    ['concurrency key that nobody counts by', { concurrencyKey: 'k' }, isWorkflowOptionsError],
    ['header', { headers: { tenant: 5 as unknown as string } }, isWorkflowInputError],
    ['attribute', { attributes: { total: Number.NaN } }, isWorkflowInputError],
    ['version', { version: 3 }, isWorkflowDefinitionError],
  ])('refuses a wrong %s', async (_what, options, isExpected) => {
    const { client, store } = new ClientBench({ definitions: [orders] });

    expect(isExpected(await caught(client.start(orders, { total: 1 }, options)))).toBe(true);
    expect(await store.list({ limit: 10 })).toEqual([]);
  });

  it('refuses an input that JSON would change', async () => {
    const { client } = new ClientBench({ definitions: [orders] });

    expect(isWorkflowPayloadError(await caught(client.start('orders', { total: 1n })))).toBe(true);
  });
});

describe('The input of a workflow with a validator', () => {
  const positive: StandardSchema<unknown, Order> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: async (value) => {
        const { total } = value as { total: number | string };
        return Number(total) > 0
          ? { value: { total: Number(total) } }
          : { issues: [{ message: 'must be positive', path: ['total'] }] };
      },
    },
  };
  const checked = defineWorkflow<Order, string>({ name: 'checked', validateInput: schemaValidator(positive) });

  it('is refused with the place and the finding, and nothing is created', async () => {
    const { client, store } = new ClientBench({ definitions: [checked] });

    const error = await caught(client.start('checked', { total: -1 }));

    expect(isWorkflowInputError(error)).toBe(true);
    expect((error as Error).message).toBe('The input of workflow "checked" is not valid: total: must be positive');
    expect(await store.list({ limit: 10 })).toEqual([]);
  });

  it('is stored, and compared, as the validator gives it back', async () => {
    const { client, store } = new ClientBench({ definitions: [checked] });

    await client.start('checked', { total: '5' }, { id: 'c' });
    const again = await client.start('checked', { total: 5 }, { id: 'c' });

    expect(await store.find('c')).toMatchObject({ input: '{"total":5}' });
    expect(again.created).toBe(false);
  });
});

describe('A name that is not registered in this process', () => {
  it('can be started with an explicit version', async () => {
    const { client, store } = new ClientBench();

    await client.start('elsewhere', { any: 'input' }, { id: 'e', version: 4 });

    expect(await store.find('e')).toMatchObject({ name: 'elsewhere', version: 4, status: 'pending' });
  });

  it.each(['$graph', '$context', '$bulk'])(
    'is not started with an input that says by %s where to begin',
    async (key) => {
      const { client, store } = new ClientBench();

      const error = await caught(client.start('elsewhere', { [key]: { from: {} } }, { version: 4 }));

      expect(isWorkflowInputError(error)).toBe(true);
      expect((error as Error).message).toContain(`${key}: is a key of the engine`);
      expect(await store.list({ limit: 10 })).toEqual([]);
      await client.start('elsewhere', { nested: { [key]: 1 } }, { version: 4 });
    },
  );

  it('cannot be started without one', async () => {
    const { client } = new ClientBench();

    const error = await caught(client.start('elsewhere', {}));

    expect(isWorkflowDefinitionError(error)).toBe(true);
    expect((error as Error).message).toContain(`start('elsewhere', input, { version: 1 })`);
  });

  it.each([
    ['name', 'else where', 1],
    ['version', 'elsewhere', 0],
  ])('is refused with a malformed %s', async (_what, name, version) => {
    const { client } = new ClientBench();

    expect(isWorkflowDefinitionError(await caught(client.start(name, {}, { version })))).toBe(true);
  });
});

describe('Limits', () => {
  const perTenant = defineWorkflow<{ readonly tenant: string }>({
    name: 'imports',
    concurrency: { limit: 2, key: ({ tenant }) => tenant },
  });

  it('count by the key of the input', async () => {
    const { client, store } = new ClientBench({ definitions: [perTenant] });

    await client.start(perTenant, { tenant: 'acme' }, { id: 'i' });

    expect((await store.find('i'))?.limits).toEqual([{ key: 'imports:acme', limit: 2 }]);
  });

  it('count by the key that the start names', async () => {
    const { client, store } = new ClientBench({ definitions: [perTenant] });

    await client.start(perTenant, { tenant: 'acme' }, { id: 'i', concurrencyKey: 'shared' });

    expect((await store.find('i'))?.limits).toEqual([{ key: 'imports:shared', limit: 2 }]);
  });
});
