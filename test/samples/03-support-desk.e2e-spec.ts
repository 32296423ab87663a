import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../lib/embedded/index.js';
import { eventually } from '../utils/eventually.js';
import { OrphanGuard } from '../utils/orphan-guard.js';
import { SampleProcess } from '../utils/sample-process.js';

interface Ticket {
  readonly id: string;
  readonly status: string;
  readonly topic?: string;
  readonly isUrgent?: boolean;
  readonly order?: string | null;
  readonly draft?: string;
  readonly drafts?: number;
  readonly outcome: unknown;
  readonly path: readonly string[];
}

interface Review {
  readonly id: string;
  readonly ticket: string;
  readonly prompt: string;
  readonly assignees: readonly string[];
  readonly claimedBy?: string;
  readonly answerAt: string;
}

/** One event as the browser gets it. */
interface ServerEvent {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

describe('The support desk', () => {
  let home: string;
  let postgres: EmbeddedPostgres;
  let guard: OrphanGuard;
  let desk: SampleProcess;
  let url: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'desk-'));
    guard = new OrphanGuard(home);
    postgres = await startEmbeddedPostgres({ dataDir: join(home, 'pg'), useEnvironment: false });
    if (postgres.pid !== undefined) guard.watch(postgres.pid);
    desk = open();
    url = await desk.url();
  }, 240_000);

  afterAll(async () => {
    await desk.kill();
    await postgres.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
    guard.dismiss();
  });

  function open(...options: readonly string[]): SampleProcess {
    const opened = new SampleProcess('03-support-desk', [`--data=${home}`, '--port=0', ...options]);
    guard.watch(opened.pid);
    return opened;
  }

  it('sorts the messages of its folder: each is one ticket, however often it is taken in', async () => {
    const first = await post<{ opened: number }>('/tickets/inbox');
    const again = await post<{ opened: number }>('/tickets/inbox');
    const tickets = await eventually(
      () => get<Ticket[]>('/tickets'),
      (all) => all.every(({ path, status }) => status === 'completed' || path.at(-1) === 'draft'),
    );

    expect([first.body.opened, again.body.opened]).toEqual([12, 0]);
    expect(Object.fromEntries(tickets.map(({ id, topic }) => [id, topic]))).toEqual({
      '01-late-parcel': 'delivery',
      '02-charged-twice': 'billing',
      '03-broken-teapot': 'damage',
      '04-return-window': 'return',
      '05-cannot-log-in': 'account',
      '06-thank-you': 'praise',
      '07-seo-offer': 'spam',
      '08-lawyer': 'legal',
      '09-wrong-item': 'damage',
      '10-allergy': 'safety',
      '11-invoice-address': 'billing',
      '12-cancel-before-dispatch': 'delivery',
    });
    expect(tickets.find(({ id }) => id === '07-seo-offer')).toMatchObject({
      status: 'completed',
      outcome: 'closed without an answer',
      path: ['open', 'classify', 'find order', 'sort', 'close'],
    });
    expect((await ticket('03-broken-teapot')).draft).toMatch(/^Dear Siobhan,\n\n.* your order A-20401\./);
  });

  it('asks reviewers, and the lead about what is urgent', async () => {
    const [ann, eve] = [await get<Review[]>('/reviews?for=ann'), await get<Review[]>('/reviews?for=eve')];

    expect(ann).toHaveLength(9);
    expect(eve.map((review) => review.ticket).sort()).toEqual(['08-lawyer', '10-allergy']);
    expect(eve[0]?.prompt).toContain('Dear Ulrich,');
  });

  it('drafts again as the reviewer wishes, and sends what was accepted, once', async () => {
    const id = '01-late-parcel';
    await answer(id, { by: 'ann', choice: 'revise', remark: 'Happy birthday to your father.' });
    const revised = await review(id, ({ prompt }) => prompt.includes('birthday'));
    await answer(id, { by: 'ben', choice: 'send' });
    const sent = await ticketThat(id, ({ status }) => status === 'completed');

    expect(revised.prompt).toContain('Dear Hanna,');
    expect(sent).toMatchObject({ drafts: 2, outcome: 'answered' });
    expect(sent.path).toEqual(['open', 'classify', 'find order', 'sort', 'draft', 'review', 'draft', 'review', 'send']);
    expect(await answers('hanna.brandt')).toEqual([expect.stringContaining('Happy birthday to your father.')]);
    expect(await (await fetch(`${url}/tickets/${id}/diagram`)).text()).toContain('flowchart');
  });

  it('goes to the lead after the third draft that was not liked', async () => {
    const id = '04-return-window';
    for (const [count, remark] of ['shorter', 'Be kinder.', 'Once more.'].entries()) {
      await answer(id, { by: 'ann', choice: 'revise', remark });
      await ticketThat(id, ({ path }) => path.filter((node) => node === 'review').length > count);
    }
    const { prompt } = await review(id, ({ assignees }) => assignees.includes('eve'));

    expect(prompt).toContain('What shall we do about this return case?');
    expect(prompt).not.toContain('postage');
  });

  it('refuses what is no verdict, and what somebody may not answer', async () => {
    const { answerAt } = await review('02-charged-twice');
    const statuses = async (...bodies: object[]) => {
      const all: number[] = [];
      for (const body of bodies) all.push((await post(answerAt, body)).status);
      return all;
    };
    const claimed = await post<Review>(`${answerAt}/claim`, { by: 'ann' });

    expect(await statuses({ by: 'ann', choice: 'maybe' }, { choice: 'send' })).toEqual([400, 400]);
    expect(claimed).toMatchObject({ status: 200, body: { claimedBy: 'ann' } });
    expect(await statuses({ by: 'eve', choice: 'send' }, { by: 'ben', choice: 'send' })).toEqual([409, 409]);
    expect((await post(`${answerAt}/claim`, { by: 'ben' })).status).toBe(409);
    expect(await statuses({ by: 'ann', choice: 'send' }, { by: 'ann', choice: 'send' })).toEqual([202, 409]);
    expect((await post('/reviews/review%25231@nobody', { by: 'ann', choice: 'send' })).status).toBe(404);
    expect((await fetch(`${url}/tickets/nobody/stream`)).status).toBe(404);
  });

  it('survives SIGKILL while a reviewer is asked; the answer comes through another process', async () => {
    const id = '09-wrong-item';
    const before = await review(id);
    await desk.kill();
    const front = open('--front-desk');
    url = await front.url();
    const offered = await review(id);
    const { status } = await post(offered.answerAt, { by: 'ben', choice: 'send' });
    const unmoved = await ticket(id);
    await front.kill();

    desk = open();
    url = await desk.url();
    const sent = await ticketThat(id, (each) => each.status === 'completed');

    expect([offered, status]).toEqual([before, 202]);
    expect(unmoved.path.at(-1)).toBe('draft');
    expect(sent).toMatchObject({ drafts: 1, outcome: 'answered' });
    expect(await answers('mei.tanaka')).toHaveLength(1);
    expect(desk.lines.join('\n')).toMatch(/Unfinished tickets go on: .*05-cannot-log-in/);
  }, 120_000);

  it('shows a ticket to the browser, from its beginning to its end, over the death of the process that runs it', async () => {
    const id = '05-cannot-log-in';
    const front = open('--front-desk');
    const watched = `${await front.url()}/tickets/${id}/stream`;
    const seen: ServerEvent[] = [];
    const over = readEvents(watched, (event) => seen.push(event));
    // A browser at the process that dies: its connection is lost.
    const again: ServerEvent[] = [];
    const lost = readEvents(`${url}/tickets/${id}/stream`, (event) => again.push(event)).catch(() => undefined);
    await eventually(
      () => [seen, again].map((events) => events.at(-1)?.type),
      (types) => types.every((type) => type === 'paused'),
    );
    await desk.kill();
    await lost;
    desk = open();
    url = await desk.url();
    const goesOn = readEvents(`${url}/tickets/${id}/stream`, (event) => again.push(event), again.at(-1)?.id);
    await answer(id, { by: 'ann', choice: 'send' });
    await Promise.all([over, goesOn]);
    await front.kill();

    expect(seen.map(({ type, data }) => [type, data['visit'] ?? data['node'] ?? data['terminatedAt']])).toEqual([
      ...['open#1', 'classify#1', 'find order#1', 'sort#1', 'draft#1'].map((visit) => ['visit_ended', visit]),
      ['paused', 'review'],
      ['visit_ended', 'review#1'],
      ['visit_ended', 'send#1'],
      ['ended', 'send'],
    ]);
    expect(again).toEqual(seen);
    expect(seen.at(-3)?.data['update']).toEqual({ verdict: { choice: 'send' } });
    expect(await answers('amina.y')).toHaveLength(1);
  }, 120_000);

  it('goes to the lead when nobody reviews it in time', async () => {
    await desk.kill();
    desk = open('--review=0');
    url = await desk.url();
    const { status } = await post('/tickets', {
      id: 'late',
      from: 'Zoe <zoe@example.com>',
      subject: 'Hi',
      text: 'Hello?',
    });
    const { prompt } = await review('late', ({ assignees }) => assignees.includes('eve'));
    await answer('late', { by: 'eve', choice: 'close' });

    expect([status, prompt]).toEqual([201, expect.stringContaining('other case') as string]);
    expect(await ticketThat('late', (each) => each.status === 'completed')).toMatchObject({
      outcome: 'closed without an answer',
    });
    expect((await post('/tickets', { from: 'x', subject: '', text: '' })).status).toBe(400);
  }, 120_000);

  it('has a page, and is healthy', async () => {
    expect(await (await fetch(url)).text()).toContain('<title>Support desk</title>');
    expect(await get('/health')).toMatchObject({ status: 'ok' });
  });

  async function get<T>(path: string): Promise<T> {
    return (await (await fetch(`${url}${path}`)).json()) as T;
  }

  async function post<T>(path: string, body: object = {}): Promise<{ status: number; body: T }> {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

    return { status: response.status, body: (await response.json()) as T };
  }

  function ticket(id: string): Promise<Ticket> {
    return get(`/tickets/${id}`);
  }

  function ticketThat(id: string, isSo: (ticket: Ticket) => boolean): Promise<Ticket> {
    return eventually(() => ticket(id), isSo);
  }

  /** What people are asked about a ticket, once they are. */
  async function review(id: string, isSo: (review: Review) => boolean = () => true): Promise<Review> {
    const found = await eventually(
      async () => (await get<Review[]>('/reviews')).find((each) => each.ticket === id && isSo(each)),
      (each) => each !== undefined,
    );

    return found as Review;
  }

  async function answer(id: string, verdict: object): Promise<void> {
    const { answerAt } = await review(id);
    expect((await post(answerAt, verdict)).status).toBe(202);
  }

  /** What customers were sent. */
  async function answers(address: string): Promise<string[]> {
    const text = await readFile(join(home, 'answers.log'), 'utf8').catch(() => '');

    return text.split('\n').filter((line) => line.includes(address));
  }
});

/** Reads a stream of server-sent events to its end. */
async function readEvents(url: string, see: (event: ServerEvent) => void, lastSeen?: string): Promise<void> {
  const again = lastSeen === undefined ? undefined : { 'last-event-id': lastSeen };
  const { body } = await fetch(url, { headers: { accept: 'text/event-stream', ...again } });
  let text = '';
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const fields = new Map(event.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
      if (!fields.has('data')) continue;
      see({
        id: fields.get('id') ?? '',
        type: fields.get('event') ?? 'message',
        data: JSON.parse(fields.get('data') ?? '') as ServerEvent['data'],
      });
    }
  }
}
