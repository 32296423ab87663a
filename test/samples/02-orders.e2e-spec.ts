import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../lib/embedded/index.js';
import { eventually } from '../utils/eventually.js';
import { OrphanGuard } from '../utils/orphan-guard.js';
import { SampleProcess } from '../utils/sample-process.js';

/** The carrier never comes, unless somebody ends the waiting. */
const NEVER = '--carrier=600000';

const assam = (quantity: number) => ({ sku: 'assam-100g-organic', quantity });
/** No other order takes any of it. */
const sencha = { sku: 'sencha-250g-standard', quantity: 3 };
/** In the books, and not on the shelf. */
const saffron = { sku: 'saffron-50g-standard', quantity: 1 };

const killed = { items: [assam(2)], customer: 'grace@example.com' };

interface View {
  readonly status: string;
  readonly steps: readonly { readonly name: string; readonly state: string }[];
  readonly quote: { readonly total: number };
  readonly payment?: string;
  readonly reason?: string;
  readonly trackingNumber?: string;
}

interface Repricing {
  readonly id: string;
  readonly status: string;
  readonly products: number;
  readonly repriced: number;
}

interface Product {
  readonly stock: number;
  readonly shelf: number;
  readonly listPrice: number;
  readonly price: number;
}

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

describe('The order service', () => {
  let home: string;
  let postgres: EmbeddedPostgres;
  let guard: OrphanGuard;
  let shop: SampleProcess;
  let url: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'orders-'));
    guard = new OrphanGuard(home);
    postgres = await startEmbeddedPostgres({ dataDir: join(home, 'pg'), useEnvironment: false });
    if (postgres.pid !== undefined) guard.watch(postgres.pid);
    await open(NEVER);
  }, 240_000);

  afterAll(async () => {
    await shop.kill();
    await postgres.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
    guard.dismiss();
  });

  async function open(carrier: string): Promise<void> {
    shop = new SampleProcess('02-orders', [`--data=${home}`, '--port=0', carrier]);
    guard.watch(shop.pid);
    url = await shop.url();
  }

  it('prices an order: discount for quantity, shipping by weight and country', async () => {
    const { status, body } = await place('priced', { country: 'FR', items: [assam(5), assam(7)] });

    expect(status).toBe(201);
    expect(body).toMatchObject({
      created: true,
      quote: {
        lines: [{ sku: 'assam-100g-organic', quantity: 12, price: 485, amount: 5820 }],
        goods: 5820,
        discount: 291,
        shipping: 1190,
        total: 6719,
        tax: 350,
        grams: 1200,
      },
    });
  });

  it('refuses what is no order, and takes it under the same id once it is corrected', async () => {
    const malformed = await place('corrected', { items: [assam(0)], customer: 'nobody' });
    const unknown = await place('corrected', { items: [{ sku: 'gold-1kg-pure', quantity: 1 }] });
    const corrected = await place('corrected', { items: [assam(1)] });
    const again = await place('corrected', { items: [assam(1)] });
    const another = await place('corrected', { items: [assam(2)] });

    expect(malformed.status).toBe(400);
    expect(unknown).toMatchObject({ status: 422, body: { message: 'There is no product "gold-1kg-pure".' } });
    expect(corrected).toMatchObject({ status: 201, body: { created: true } });
    expect(again).toMatchObject({ status: 201, body: { created: false, quote: corrected.body.quote } });
    expect(another.status).toBe(409);
    expect((await fetch(`${url}/orders/nobody`)).status).toBe(404);
    expect((await fetch(`${url}/orders/quote-corrected`)).status).toBe(404);
  });

  it('pays back and releases what it reserved when the shelf holds less than the books', async () => {
    const before = [await product(sencha.sku), await product(saffron.sku)];
    await place('short', { items: [sencha, saffron] });
    const ended = await orderThatIs('short', 'failed');

    expect(stepsOf(ended)).toEqual(['reserve undone', 'charge undone', 'pick failed', 'ship to do']);
    expect(ended.reason).toMatch(/^Only 0 of "saffron-50g-standard" are on the shelf/);
    expect(ended.payment).toBe('refunded');
    expect(await ledger('payments', 'short')).toEqual([
      ['charge', 'pay-short', String(ended.quote.total)],
      ['refund', 'pay-short', String(ended.quote.total)],
    ]);
    expect([await product(sencha.sku), await product(saffron.sku)]).toEqual(before);
  });

  it('charges nothing when the card is declined', async () => {
    await place('declined', { items: [assam(1)], paymentToken: 'tok_declined' });
    const ended = await orderThatIs('declined', 'failed');

    expect(stepsOf(ended)).toEqual(['reserve undone', 'charge failed', 'pick to do', 'ship to do']);
    expect(await ledger('payments', 'declined')).toEqual([]);
  });

  it('undoes an order that is cancelled while the carrier is on the way', async () => {
    await place('unwanted', { items: [assam(1)] });
    await orderThat('unwanted', isShipping);
    const cancelled = await post<View>('/orders/unwanted/cancel', { reason: 'changed my mind' });
    const ended = await orderThatIs('unwanted', 'cancelled');
    const tooLate = await post<View>('/orders/unwanted/cancel', { reason: 'once more' });

    expect(cancelled).toMatchObject({ status: 202, body: { accepted: true } });
    expect(tooLate).toMatchObject({ status: 202, body: { accepted: false, reason: 'changed my mind' } });
    expect(stepsOf(ended).slice(0, 3)).toEqual(['reserve undone', 'charge undone', 'pick undone']);
    expect(ended.reason).toBe('changed my mind');
    expect((await ledger('payments', 'unwanted')).map(([what]) => what)).toEqual(['charge', 'refund']);
    expect(await ledger('parcels', 'unwanted')).toEqual([]);
  });

  it('goes on after SIGKILL between charge and ship: charged once, shipped once, told once', async () => {
    await place('killed', killed);
    const shipping = await orderThat('killed', isShipping);
    await shop.kill();
    const [chargedBefore, collectedBefore] = [await ledger('payments', 'killed'), await ledger('parcels', 'killed')];

    await open('--carrier=0');
    const ended = await orderThatIs('killed', 'completed');
    const again = await place('killed', killed);
    const mails = await eventually(
      () => ledger('mails', 'killed'),
      ({ length }) => length > 0,
    );

    expect(stepsOf(shipping)).toEqual(['reserve done', 'charge done', 'pick done', 'ship running']);
    expect([chargedBefore.length, collectedBefore.length]).toEqual([1, 0]);
    expect(stepsOf(ended)).toEqual(['reserve done', 'charge done', 'pick done', 'ship done']);
    expect(ended.trackingNumber).toBe('parcel-killed');
    expect(await ledger('payments', 'killed')).toEqual(chargedBefore);
    expect(await ledger('parcels', 'killed')).toEqual([['collect', 'parcel-killed', 'DE', '200 g']]);
    expect(again.body).toMatchObject({ created: false, status: 'completed' });
    expect(mails).toEqual([['mail', 'grace@example.com', 'Your order is on its way.']]);
  }, 120_000);

  it('re-prices the catalogue to its end, and an order keeps the price it was placed for', async () => {
    const before = await get<View>('/orders/killed');
    const all = await reprice({ percent: 10 });
    const done = await progressThat(all.id, hasEnded);
    const dearer = await product(assam(1).sku);
    const spices = await progressThat((await reprice({ percent: -20, category: 'spice' })).id, hasEnded);

    expect(all.products).toBe(75 * 5 * 6);
    expect(done).toEqual({ ...all, status: 'completed', repriced: all.products, failed: 0 });
    expect(dearer).toMatchObject({ listPrice: 485, price: 535 });
    expect(await product(assam(1).sku)).toEqual(dearer);
    expect(spices).toMatchObject({ status: 'completed', products: 18 * 5 * 6, repriced: 18 * 5 * 6 });
    expect(await product(saffron.sku)).toMatchObject({ listPrice: 30625, price: 24500 });
    expect((await place('later', { items: [assam(2)] })).body.quote).toMatchObject({ goods: 1070 });
    expect((await place('killed', killed)).body).toMatchObject({ created: false, quote: before.quote });
    expect((await post('/catalogue/reprice', { percent: 'more' })).status).toBe(400);
    expect((await fetch(`${url}/catalogue/reprice/killed`)).status).toBe(404);
  });

  it('goes on after SIGKILL in the middle of a re-pricing, and writes no batch again that is on record', async () => {
    const neighbour = new pg.Client({ connectionString: new URL('/orders', postgres.url).href });
    await neighbour.connect();
    const { first, last } = await endsOfCatalogue(neighbour);
    // Holds up the last batch, and no other.
    await neighbour.query('BEGIN');
    await neighbour.query('SELECT FROM products WHERE sku = $1 FOR UPDATE', [last]);
    const { id } = await reprice({ percent: 50 });
    await progressThat(id, ({ products, repriced }) => repriced === products - 50);
    await shop.kill();
    await neighbour.query('UPDATE products SET price = 1 WHERE sku = $1', [first]);
    await neighbour.query('COMMIT');
    await neighbour.end();

    await open('--carrier=0');
    const done = await progressThat(id, hasEnded);

    expect(done).toMatchObject({ repriced: done.products, failed: 0 });
    expect((await product(first)).price).toBe(1);
    const { listPrice, price } = await product(last);
    expect(Math.abs(price - listPrice * 1.5)).toBeLessThanOrEqual(2.5);
  }, 120_000);

  it('describes itself, and is healthy', async () => {
    const { paths } = (await (await fetch(`${url}/docs-json`)).json()) as { paths: object };

    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/orders', '/orders/{id}', '/orders/{id}/cancel', '/catalogue/reprice']),
    );
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'ok' });
  });

  async function post<T>(path: string, body: object): Promise<Answer<T>> {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

    return { status: response.status, body: (await response.json()) as T };
  }

  function place(id: string, order: object): Promise<Answer<View>> {
    return post('/orders', {
      id,
      customer: 'ada@example.com',
      country: 'DE',
      paymentToken: 'tok_visa',
      ...order,
    });
  }

  async function get<T>(path: string): Promise<T> {
    return (await (await fetch(`${url}${path}`)).json()) as T;
  }

  function orderThat(id: string, isSo: (order: View) => boolean): Promise<View> {
    return eventually(() => get<View>(`/orders/${id}`), isSo);
  }

  function orderThatIs(id: string, status: string): Promise<View> {
    return orderThat(id, (order) => order.status === status);
  }

  async function reprice(how: object): Promise<Repricing> {
    const { status, body } = await post<Repricing>('/catalogue/reprice', how);
    expect(status).toBe(202);

    return body;
  }

  function progressThat(id: string, isSo: (progress: Repricing) => boolean): Promise<Repricing> {
    return eventually(() => get<Repricing>(`/catalogue/reprice/${id}`), isSo);
  }

  function product(sku: string): Promise<Product> {
    return get(`/catalogue/products/${sku}`);
  }

  /** What a ledger says of an order, without the time, the process and the key. */
  async function ledger(name: string, orderId: string): Promise<string[][]> {
    const text = await readFile(join(home, `${name}.log`), 'utf8').catch(() => '');

    return text
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([, , , order]) => order === orderId)
      .map(([, , what = '', , , ...details]) => [what, ...details]);
  }
});

function isShipping({ steps }: View): boolean {
  return steps.some(({ name, state }) => name === 'ship' && state === 'running');
}

function hasEnded({ status }: Repricing): boolean {
  return ['completed', 'failed', 'cancelled'].includes(status);
}

async function endsOfCatalogue(database: pg.Client): Promise<{ readonly first: string; readonly last: string }> {
  const { rows } = await database.query<{ first: string; last: string }>(
    'SELECT min(sku) AS first, max(sku) AS last FROM products',
  );

  return rows[0] ?? { first: '', last: '' };
}

function stepsOf({ steps }: View): string[] {
  return steps.map(({ name, state }) => `${name} ${state}`);
}
