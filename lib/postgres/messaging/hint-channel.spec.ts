import { silentLogger } from '../../core/lifecycle/index.js';
import type { StoreHint } from '../../core/store/index.js';
import { VirtualClock } from '../../core/time/index.js';
import type { SqlConnection, SqlDatabase } from '../connection/index.js';
import { PreparedTexts, TableNames } from '../sql/index.js';
import type { StoreCore } from '../store-core.js';
import { HintChannel } from './hint-channel.js';

/** What a server does with notifications: everybody who listens is told, the sender as well. */
class Exchange {
  readonly said: string[] = [];
  private readonly listeners = new Set<(channel: string, payload: string) => void>();
  private readonly lost: ((error: Error) => void)[] = [];

  connect(): SqlConnection {
    let hear: ((channel: string, payload: string) => void) | undefined;
    return {
      query: async ({ text, values }) => {
        if (text.startsWith('LISTEN') && hear !== undefined) this.listeners.add(hear);
        const channel = /pg_notify\('([^']+)'/.exec(text)?.[1];
        for (const payload of channel === undefined ? [] : (values[0] as string[])) {
          this.said.push(payload);
          for (const listener of this.listeners) listener(channel as string, payload);
        }
        return { rows: [], rowCount: 0 };
      },
      onNotification: (listener) => (hear = listener),
      onLost: (listener) => void this.lost.push(listener),
      close: async () => {
        if (hear !== undefined) this.listeners.delete(hear);
      },
    };
  }

  /** Every connection is lost. */
  restart(): void {
    this.listeners.clear();
    for (const tell of this.lost.splice(0)) tell(new Error('terminating connection'));
  }

  /** How often somebody was told of an end. */
  get ends(): number {
    return this.said.filter((payload) => payload.includes('"ended"')).length;
  }
}

describe('Hints to other processes', () => {
  let clock: VirtualClock;
  let exchange: Exchange;
  let channels: HintChannel[];

  beforeEach(() => {
    clock = new VirtualClock();
    exchange = new Exchange();
    channels = [];
  });

  afterEach(() => Promise.all(channels.map((channel) => channel.close())));

  const ended: StoreHint = { kind: 'ended', workflowId: 'w' };

  async function open(): Promise<{ readonly channel: HintChannel; readonly heard: StoreHint[] }> {
    const raw = { connect: async () => exchange.connect() } as unknown as SqlDatabase;
    const tables = new TableNames('public', 'workflow_', undefined);
    const texts = new PreparedTexts(true);
    const core = { database: { raw }, tables, texts, clock, logger: silentLogger } as unknown as StoreCore;
    const options = { notify: true, coalesceMs: 5, keepAliveMs: 30_000, answerMs: 5_000 };
    const channel = new HintChannel(core, `process-${channels.length}`, options);
    const heard: StoreHint[] = [];
    channel.onHint((hint) => heard.push(hint));
    channels.push(channel);
    channel.open();
    await clock.advance(0);
    return { channel, heard };
  }

  async function send(channel: HintChannel): Promise<void> {
    channel.send(ended);
    await clock.advance(10);
  }

  it('are not sent by a process that is alone, which hears its own all the same', async () => {
    const { channel, heard } = await open();
    await send(channel);
    expect(exchange.ends).toBe(1);
    await clock.advance('5s');
    await send(channel);
    await clock.advance('1h');
    await send(channel);

    expect(exchange.ends).toBe(1);
    expect(heard).toEqual([ended, ended, ended]);
  });

  it('are sent from the moment on in which somebody else begins to listen', async () => {
    const first = await open();
    await clock.advance('5s');
    const second = await open();
    await clock.advance('10s');
    await send(second.channel);
    await send(first.channel);

    expect(second.heard).toEqual([ended, ended]);
    expect(first.heard).toEqual([ended, ended]);
  });

  it('go on for as long as the others are there, however quiet it is', async () => {
    const first = await open();
    const second = await open();
    await clock.advance('1h');
    await send(first.channel);
    expect(second.heard).toEqual([ended]);
    await second.channel.close();
    await clock.advance('1m');
    const before = exchange.ends;
    await send(first.channel);

    expect(exchange.ends).toBe(before);
  });

  it('are sent again by a process that lost its connection, to whoever came meanwhile', async () => {
    const first = await open();
    await clock.advance('5s');
    exchange.restart();
    const second = await open();
    await clock.advance('1s');
    first.heard.length = second.heard.length = 0;
    await send(first.channel);

    expect(second.heard).toContainEqual(ended);
  });
});
