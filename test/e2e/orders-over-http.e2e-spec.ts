import type { INestApplication } from '@nestjs/common';
import { WorkflowCompletedEvent, WorkflowStartedEvent, WorkflowSuspendedEvent } from 'nestjs-workflow';
import { OrderListener } from '../src/orders/order.listener.js';
import { OrdersModule } from '../src/orders/orders.module.js';
import { Warehouse } from '../src/orders/warehouse.service.js';
import { eventually } from '../utils/eventually.js';
import { testApplication, type HttpAdapter } from '../utils/test-application.js';

describe.each<[HttpAdapter]>([['express'], ['fastify']])('An application on %s', (adapter) => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    ({ app, url } = await testApplication().with(OrdersModule).listen(adapter));
  });

  afterAll(async () => {
    await app.close();
  });

  const post = (path: string, body: object) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const status = async (id: string) =>
    ((await (await fetch(`${url}/orders/${id}`)).json()) as { status: string }).status;

  it('starts, watches, signals and completes a workflow', async () => {
    const started = await post('/orders', { orderId: 'o-1', total: 2000, unknown: true });
    expect([started.status, await started.json()]).toEqual([202, { id: 'o-1', created: true }]);
    await eventually(
      () => status('o-1'),
      (now) => now === 'suspended',
    );

    const progress = fetch(`${url}/orders/o-1/progress`);
    expect((await post('/orders/o-1/payment', { reference: 'p-1' })).status).toBe(204);

    const text = await (await progress).text();
    expect(text.match(/data: .*/g)).toEqual(['data: {"stage":"reserved"}', 'data: {"stage":"paid"}']);
    const done = (await (await fetch(`${url}/orders/o-1`)).json()) as object;
    expect(done).toEqual({ id: 'o-1', status: 'completed', attributes: { large: true } });
    expect(app.get(Warehouse).log.filter((line) => line.includes('o-1'))).toEqual([
      expect.stringMatching(/^reserve o-1 /),
      'ship o-1',
    ]);
  });

  it('starts once for a request sent twice', async () => {
    const first = await post('/orders', { orderId: 'o-2', total: 1 });
    const second = await post('/orders', { orderId: 'o-2', total: 1 });

    expect([await first.json(), await second.json()]).toEqual([
      { id: 'o-2', created: true },
      { id: 'o-2', created: false },
    ]);
  });

  it('refuses an input that the workflow’s class does not accept', async () => {
    expect((await post('/orders', { orderId: 'o-3', total: -1 })).status).toBe(500);
    expect((await fetch(`${url}/orders/o-3`)).status).toBe(404);
  });

  it('tells the event bus what happened, in order', async () => {
    await post('/orders', { orderId: 'o-4', total: 1 });
    await eventually(
      () => status('o-4'),
      (now) => now === 'suspended',
    );
    await post('/orders/o-4/payment', { reference: 'p-4' });
    await eventually(
      () => status('o-4'),
      (now) => now === 'completed',
    );

    const { told } = app.get(OrderListener);
    const own = told.filter(({ workflowId }) => workflowId === 'o-4');
    expect(own.map(({ constructor }) => constructor)).toEqual([
      WorkflowStartedEvent,
      WorkflowSuspendedEvent,
      WorkflowCompletedEvent,
    ]);
    expect(own[0]).toMatchObject({
      workflowName: 'orders',
      version: 1,
      generation: 1,
      occurredAt: expect.any(Date) as unknown,
    });
  });
});
