import type { StoreHint } from '../../core/store/index.js';
import type { Cancellable } from '../../core/time/index.js';
import { ReservedConnection, type SqlConnection, type SqlStatement } from '../connection/index.js';
import type { StoreCore } from '../store-core.js';
import { Company } from './company.js';
import { greeting, packHints, readMessage } from './hint-message.js';

/** How hints reach other processes. @internal */
export interface HintChannelOptions {
  /** Whether to notify and listen at all. */
  readonly notify: boolean;
  /** The shortest time between two notifications: the first hint travels at once, those of this span behind it together. */
  readonly coalesceMs: number;
  /** How often a silent connection is asked whether it still lives. */
  readonly keepAliveMs: number;
  /** How long an answer to that may take. */
  readonly answerMs: number;
}

const MAX_RECONNECT_MS = 5_000;

/**
 * Carries hints: to this process a macrotask later, to others, where there are any, by NOTIFY over a connection of its own, after the
 * commit and coalesced. A lost connection costs hints, never work: whoever waits for one polls as well.
 *
 * @internal
 */
export class HintChannel {
  private readonly listeners = new Set<(hint: StoreHint) => void>();
  private readonly connection: ReservedConnection;
  private readonly channel: string;
  private readonly company: Company;
  private local = new Map<string, StoreHint>();
  private remote = new Map<string, StoreHint>();
  private sendTimer: Cancellable | undefined;
  private keepAliveTimer: Cancellable | undefined;
  private reconnectTimer: Cancellable | undefined;
  private failures = 0;
  private closed = false;

  constructor(
    private readonly core: StoreCore,
    private readonly processId: string,
    private readonly options: HintChannelOptions,
  ) {
    // Checked identifiers and fixed words. Two stores whose names are cut to one channel hear each other's hints, which is harmless.
    this.channel = `nestjs_workflow_${core.tables.schema}_${core.tables.prefix}`.slice(0, 63);
    this.company = new Company(core.clock, options.answerMs);
    this.connection = new ReservedConnection(
      core.database.raw,
      'nestjs-workflow hints',
      (connection) => this.listen(connection),
      () => this.reconnect(),
    );
  }

  /** Begins to listen; does not wait for the connection, because nothing depends on it. */
  open(): void {
    if (!this.options.notify) return;
    this.connect();
    this.keepAlive();
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of [this.sendTimer, this.keepAliveTimer, this.reconnectTimer]) timer?.cancel();
    this.company.close();
    this.listeners.clear();
    await this.connection.close();
  }

  onHint(listener: (hint: StoreHint) => void): Cancellable {
    // Each subscription counts for itself, also when one function is given twice.
    const subscription = (hint: StoreHint): void => listener(hint);
    this.listeners.add(subscription);
    return { cancel: () => void this.listeners.delete(subscription) };
  }

  send(hint: StoreHint): void {
    if (this.closed) return;
    this.deliverSoon(hint);
    if (!this.options.notify || !this.company.isThere) return;
    this.remote.set(keyOf(hint), hint);
    if (this.sendTimer === undefined) this.notifySoon();
  }

  /** Together with whatever else this turn of the process brings forth. */
  private notifySoon(): void {
    const { clock } = this.core;
    this.sendTimer = clock.schedule(
      this.options.coalesceMs,
      () => {
        this.sendTimer = undefined;
        if (this.remote.size > 0) this.notifySoon();
      },
      { unref: true },
    );
    clock.macrotask(() => {
      if (!this.closed && this.remote.size > 0) this.notify();
    });
  }

  private deliverSoon(hint: StoreHint): void {
    if (this.listeners.size === 0) return;
    if (this.local.size === 0) this.core.clock.macrotask(() => this.deliver());
    this.local.set(keyOf(hint), hint);
  }

  private deliver(): void {
    const hints = this.local;
    this.local = new Map();
    for (const hint of hints.values()) for (const listener of this.listeners) listener(hint);
  }

  private notify(): void {
    const payloads = packHints(this.processId, [...this.remote.values()]);
    this.remote = new Map();
    this.say(payloads);
  }

  private say(payloads: readonly string[]): void {
    this.connection.query(this.saying(payloads)).catch((error: unknown) => {
      this.core.logger.debug('Hints to other processes were lost; they will find the work by polling.', {
        error: String(error),
      });
    });
  }

  private saying(payloads: readonly string[]): SqlStatement {
    // Said often: the server plans it once.
    const prepared = this.core.texts.get('notify', () => {
      return `SELECT pg_notify('${this.channel}', u.payload) FROM unnest($1::text[]) AS u(payload)`;
    });
    return { ...prepared, values: [payloads] };
  }

  private async listen(connection: SqlConnection): Promise<void> {
    connection.onNotification((_channel, payload) => {
      const message = readMessage(this.processId, payload);
      if (message === undefined || this.closed) return;
      this.company.hear();
      if (message.isHello) this.say([greeting(this.processId, false)]);
      for (const hint of message.hints) this.deliverSoon(hint);
    });
    await connection.query({ text: `LISTEN "${this.channel}"`, values: [] });
    this.company.presume();
    await connection.query(this.hello());
  }

  /** Those who listen answer it; who is answered by nobody is alone. */
  private hello(): SqlStatement {
    this.company.noteAsked();
    return this.saying([greeting(this.processId, true)]);
  }

  private connect(): void {
    this.connection.open().then(
      () => {
        if (this.failures > 0) this.deliverSoon({ kind: 'due' });
        this.failures = 0;
      },
      () => this.reconnect(),
    );
  }

  private reconnect(): void {
    if (this.closed || this.reconnectTimer !== undefined) return;
    this.failures += 1;
    const pauseMs = Math.min(100 * 2 ** Math.min(this.failures - 1, 10), MAX_RECONNECT_MS);
    this.reconnectTimer = this.core.clock.schedule(
      pauseMs,
      () => {
        this.reconnectTimer = undefined;
        this.connect();
      },
      { unref: true },
    );
  }

  /** A connection whose other end is gone without a word looks alive for ever. */
  private keepAlive(): void {
    if (this.closed) return;
    this.keepAliveTimer = this.core.clock.schedule(this.options.keepAliveMs, () => this.check(), { unref: true });
  }

  private check(): void {
    let isOver = false;
    const finish = (): void => {
      if (isOver) return;
      isOver = true;
      limit.cancel();
      this.keepAlive();
    };
    const limit = this.core.clock.schedule(
      this.options.answerMs,
      () => {
        if (isOver || this.closed) return;
        // What is being waited for may never come; the next connection is not to wait for it.
        void this.connection.drop();
        this.reconnect();
        finish();
      },
      { unref: true },
    );
    // A connection that breaks reports its own loss: either way the question has been answered.
    const isDoubtful = this.company.isDoubtful(this.options.keepAliveMs);
    this.connection.query(isDoubtful ? this.hello() : { text: 'SELECT 1', values: [] }).then(finish, finish);
  }
}

function keyOf(hint: StoreHint): string {
  return hint.kind === 'due' ? hint.kind : `${hint.kind}:${hint.workflowId}`;
}
