import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../lib/embedded/index.js';
import { eventually } from '../utils/eventually.js';
import { OrphanGuard } from '../utils/orphan-guard.js';
import { SampleProcess } from '../utils/sample-process.js';

interface View {
  readonly id: string;
  readonly state: unknown;
  readonly version: number;
  readonly status: string;
  readonly takes: readonly string[];
  readonly facts: { readonly paid: number; readonly declaration?: string; readonly signedBy?: string };
}

interface Page {
  readonly items: readonly { readonly version: number; readonly trigger: string; readonly metadata?: unknown }[];
  readonly nextCursor?: string;
}

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** What a row of the sample's own says. */
interface Row {
  readonly status: string;
  readonly handledBy: string;
  readonly amount: number | null;
}

describe('The shipment service', () => {
  let home: string;
  let postgres: EmbeddedPostgres;
  let guard: OrphanGuard;
  let service: SampleProcess;
  let database: pg.Client;
  let url: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'shipments-'));
    guard = new OrphanGuard(home);
    postgres = await startEmbeddedPostgres({ dataDir: join(home, 'pg'), useEnvironment: false });
    if (postgres.pid !== undefined) guard.watch(postgres.pid);
    await open();
    database = new pg.Client({ connectionString: new URL('/shipments', postgres.url).href });
    await database.connect();
  }, 240_000);

  afterAll(async () => {
    await service.kill();
    await database.end();
    await postgres.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
    guard.dismiss();
  });

  async function open(...options: string[]): Promise<void> {
    service = new SampleProcess('06-shipment', [`--data=${home}`, '--port=0', ...options]);
    guard.watch(service.pid);
    url = await service.url();
  }

  it('books a shipment once, in one commit with its row, and refuses what is none', async () => {
    const malformed = await post('/shipments', { id: 'x', country: 'Norway', grams: 0 });
    const { status, body } = await book('twice');
    await move('twice', 'CANCEL');
    const again = await book('twice');

    expect(malformed.status).toBe(400);
    expect([status, body]).toMatchObject([
      201,
      { state: { booked: 'inTime' }, version: 1, takes: ['COLLECT', 'CANCEL'] },
    ]);
    expect(again.body).toMatchObject({ state: 'cancelled', version: 2, status: 'done', takes: [] });
    expect(await row('twice')).toEqual({ status: 'cancelled', handledBy: 'ada', amount: null });
    expect((await fetch(`${url}/shipments/nobody`)).status).toBe(404);
  });

  it('goes its way at home: carried, exempt from customs and paid for side by side', async () => {
    await book('home', { country: 'DE' });
    const moved = await move('home', 'COLLECT');
    await move('home', 'ARRIVE');
    await move('home', 'DEPART');
    await move('home', 'PAY', { amount: 100 });
    const paid = await move('home', 'PAY', { amount: 410 });
    const delivered = await move('home', 'DELIVER', { signedBy: 'Grace' });

    expect(moved.body.state).toEqual({ underway: { transport: 'toHub', customs: 'exempt', billing: 'open' } });
    expect(paid.body.state).toMatchObject({ underway: { transport: { out: 'inTime' }, billing: 'paid' } });
    expect(delivered.body).toMatchObject({
      state: 'completed',
      status: 'done',
      facts: { paid: 510, signedBy: 'Grace' },
    });
    expect(await row('home')).toEqual({ status: 'completed', handledBy: 'ada', amount: 510 });
    expect(
      await eventually(
        () => ledger('tracking', 'home'),
        ({ length }) => length === 7,
      ),
    ).toEqual([
      ['$created', '{"booked":"inTime"}'],
      ['COLLECT', '{"underway":{"transport":"toHub","customs":"exempt","billing":"open"}}'],
      ['ARRIVE', '{"underway":{"transport":"atHub","customs":"exempt","billing":"open"}}'],
      ['DEPART', '{"underway":{"transport":{"out":"inTime"},"customs":"exempt","billing":"open"}}'],
      ['PAY', '{"underway":{"transport":{"out":"inTime"},"customs":"exempt","billing":"open"}}'],
      ['PAY', '{"underway":{"transport":{"out":"inTime"},"customs":"exempt","billing":"paid"}}'],
      ['DELIVER', 'completed'],
    ]);
  });

  it('goes abroad only cleared, and after it was held goes on where it was', async () => {
    await book('abroad');
    await move('abroad', 'COLLECT');
    const declared = await shipmentThat('abroad', ({ facts }) => facts.declaration !== undefined);
    await move('abroad', 'ARRIVE');
    const tooEarly = await can('abroad', 'DEPART');
    const held = await move('abroad', 'HOLD');
    const released = await move('abroad', 'RELEASE');
    await move('abroad', 'CLEAR');

    expect(declared.facts.declaration).toBe('NO-abroad');
    expect(await ledger('customs', 'abroad')).toEqual([['declare', 'NO-abroad', '4900']]);
    expect(tooEarly).toBe(false);
    expect([held.body.state, held.body.takes]).toEqual(['held', ['RELEASE', 'CANCEL']]);
    expect(released.body.state).toEqual({ underway: { transport: 'atHub', customs: 'waiting', billing: 'open' } });
    expect(await can('abroad', 'DEPART')).toBe(true);
  });

  it('is refused by customs for good, and somebody is told', async () => {
    await book('gold', { worth: 5_000_000 });
    await move('gold', 'COLLECT');
    const { state } = await shipmentThat('gold', ({ version }) => version === 3);
    const told = await eventually(
      () => ledger('escalations', 'gold'),
      ({ length }) => length > 0,
    );

    expect(state).toMatchObject({ underway: { customs: 'refused' } });
    expect(told).toEqual([['escalate', 'refused by customs']]);
  });

  it('takes one of two triggers that come at once, and answers the other with both versions', async () => {
    await book('contended', { country: 'DE' });
    const answers = await Promise.all(
      ['COLLECT', 'CANCEL'].map((trigger) => move<object>('contended', trigger, { expectedVersion: 1 })),
    );
    const refused = answers.find(({ status }) => status !== 200);

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(refused?.body).toMatchObject({ code: 'WORKFLOW_STATE_CONCURRENCY', expected: 1, actual: 2 });
    expect((await get<View>('/shipments/contended')).version).toBe(2);
  });

  it('refuses what its state or a guard declines, by name, and nothing is written', async () => {
    await book('moon', { country: 'MX' });
    const unserved = await move<object>('moon', 'COLLECT', { by: 'eve' });
    const unpayable = await move('moon', 'PAY', { by: 'eve' });

    expect(unserved).toMatchObject({
      status: 409,
      body: { code: 'WORKFLOW_STATE_MACHINE', state: '{"booked":"inTime"}', trigger: 'COLLECT', version: 1 },
    });
    expect(unpayable.status).toBe(400);
    expect((await move('nobody', 'COLLECT')).status).toBe(404);
    expect((await move('moon', 'FLY')).status).toBe(400);
    expect(await row('moon')).toEqual({ status: '{"booked":"inTime"}', handledBy: 'customer', amount: null });
  });

  it('shows its history page by page, and draws where it is', async () => {
    const first = await get<Page>('/shipments/home/history?limit=4');
    const rest = await get<Page>(`/shipments/home/history?limit=4&cursor=${first.nextCursor ?? ''}`);
    const text = async (path: string): Promise<string> => (await fetch(`${url}${path}`)).text();

    expect(first.items.map(({ trigger }) => trigger)).toEqual(['$created', 'COLLECT', 'ARRIVE', 'DEPART']);
    expect(first.items[1]?.metadata).toEqual({ by: 'ada' });
    expect(rest.items.map(({ trigger }) => trigger)).toEqual(['PAY', 'PAY', 'DELIVER']);
    expect(rest.nextCursor).toBeUndefined();
    expect((await fetch(`${url}/shipments/home/history?cursor=made-up`)).status).toBe(400);
    expect(await text('/shipments/home/diagram/mermaid')).toContain('["completed (final) ●"]');
    expect(await text('/shipments/abroad/diagram/dot')).toContain('label="underway.transport.atHub ●"');
  });

  it('escalates once what was not collected in time, also when it was killed while the time ran', async () => {
    await service.kill();
    await open('--collect=4000');
    await book('forgotten');
    await tracked('forgotten', 1);
    await service.kill();
    expect(await ledger('escalations', 'forgotten')).toEqual([]);

    await open();
    await tracked('forgotten', 2);
    await eventually(
      () => ledger('escalations', 'forgotten'),
      ({ length }) => length > 0,
    );
    await service.kill();
    await open();
    await move('forgotten', 'CANCEL');
    const { items } = await get<Page>('/shipments/forgotten/history');
    await tracked('forgotten', 3);

    expect(items.map(({ trigger }) => trigger)).toEqual([
      '$created',
      'xstate.after.collection.shipment.booked.inTime',
      'CANCEL',
    ]);
    expect(await ledger('escalations', 'forgotten')).toEqual([['escalate', 'not collected']]);
  }, 120_000);

  it('describes itself, and is healthy', async () => {
    const { paths } = await get<{ paths: object }>('/docs-json');

    expect(Object.keys(paths)).toContain('/shipments/{id}/triggers');
    expect(await get('/health')).toMatchObject({ status: 'ok' });
  });

  async function post<T>(path: string, body: object): Promise<Answer<T>> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });

    return { status: response.status, body: (await response.json()) as T };
  }

  async function get<T>(path: string): Promise<T> {
    return (await (await fetch(`${url}${path}`)).json()) as T;
  }

  function book(id: string, shipment: object = {}): Promise<Answer<View>> {
    return post('/shipments', { id, country: 'NO', grams: 1_200, worth: 4_900, ...shipment });
  }

  function move<T = View>(id: string, trigger: string, more: object = {}): Promise<Answer<T>> {
    return post(`/shipments/${id}/triggers`, { trigger, by: 'ada', ...more });
  }

  async function can(id: string, trigger: string): Promise<boolean> {
    return (await get<{ can: boolean }>(`/shipments/${id}/can/${trigger}`)).can;
  }

  function shipmentThat(id: string, isSo: (shipment: View) => boolean): Promise<View> {
    return eventually(() => get<View>(`/shipments/${id}`), isSo);
  }

  /** Waits until so many moves of a shipment are published. */
  function tracked(id: string, moves: number): Promise<unknown> {
    return eventually(
      () => ledger('tracking', id),
      ({ length }) => length === moves,
    );
  }

  async function row(id: string): Promise<Row | undefined> {
    const { rows } = await database.query<Row>(
      'SELECT s.status, s."handledBy", i.amount FROM shipments s LEFT JOIN invoices i ON i."shipmentId" = s.id WHERE s.id = $1',
      [id],
    );

    return rows[0];
  }

  /** What a ledger says of a shipment, without the time, the process and the key. */
  async function ledger(name: string, shipmentId: string): Promise<string[][]> {
    const text = await readFile(join(home, `${name}.log`), 'utf8').catch(() => '');

    return text
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([, , , subject]) => subject === shipmentId)
      .map(([, , what = '', , , ...details]) => [what, ...details]);
  }
});
