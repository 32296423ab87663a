import net from 'node:net';

/** What gets lost with a connection. */
export type Loss = 'answer' | 'request' | 'late';

/** How long a message is under way that arrives late. */
const LATE_MS = 400;

/** What a proxy does with the next message of the client that contains a text. */
interface Fault {
  readonly texts: readonly string[];
  /**
   * `answer`: the server gets the message, the client never its answer. `request`: not even the server gets it. `late`: the server
   * gets it when its client has gone and may have sent it again.
   */
  readonly lose: Loss;
  /** How many such messages go through before. */
  skip: number;
  readonly resolve: () => void;
}

/** Stands between a client and a server on this machine, and breaks their connections on demand. */
export class TcpProxy {
  private readonly sockets = new Set<net.Socket>();
  private fault: Fault | undefined;
  private blackHole = false;
  private delayMs = 0;
  /** What is on its way to a socket that messages reach late. */
  private readonly lines = new Map<net.Socket, Promise<void>>();

  private constructor(
    private readonly server: net.Server,
    readonly port: number,
  ) {}

  static async open(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new TcpProxy(server, (server.address() as net.AddressInfo).port);
    server.on('connection', (client) => proxy.join(client, net.connect(target.port, target.host)));
    return proxy;
  }

  /** Whether a fault still waits for its message. */
  get isArmed(): boolean {
    return this.fault !== undefined;
  }

  /** Breaks the connection at the next message that contains one of the texts, or at a later one; resolves when that has happened. */
  loseNext(lose: Loss, text: string | readonly string[], skip = 0): Promise<void> {
    return new Promise((resolve) => {
      this.fault = { texts: [text].flat(), lose, skip, resolve };
    });
  }

  disarm(): void {
    this.fault = undefined;
  }

  /** Ends every connection. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Bytes of open connections go nowhere, and nobody is told. */
  swallow(): void {
    this.blackHole = true;
  }

  /** New connections work again; the swallowed ones stay lost. */
  restore(): void {
    this.blackHole = false;
  }

  /** From now on everything takes so much longer, both ways. */
  slow(delayMs: number): void {
    this.delayMs = delayMs;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: net.Socket, server: net.Socket): void {
    let swallowed = false;
    let losing: Fault | undefined;
    let isLate = false;
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      // A broken connection is what this is for.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        if (!isLate) server.destroy();
      });
    }
    client.on('data', (bytes) => {
      swallowed ||= this.blackHole;
      if (swallowed) return;
      const { fault } = this;
      if (fault?.texts.some((text) => bytes.includes(text)) === true && fault.skip-- === 0) {
        this.fault = undefined;
        if (fault.lose === 'request') {
          client.destroy();
          fault.resolve();
          return;
        }
        if (fault.lose === 'late') {
          isLate = true;
          client.destroy();
          fault.resolve();
          setTimeout(() => server.end(bytes), LATE_MS);
          return;
        }
        losing = fault;
      }
      this.pass(server, bytes);
    });
    server.on('data', (bytes) => {
      swallowed ||= this.blackHole;
      if (swallowed) return;
      if (losing === undefined) {
        this.pass(client, bytes);
        return;
      }
      // The server has answered, so it has committed.
      client.destroy();
      losing.resolve();
    });
  }

  /** In order, also when the delay ends while something is on its way. */
  private pass(to: net.Socket, bytes: Buffer): void {
    const before = this.lines.get(to);
    if (this.delayMs === 0 && before === undefined) {
      to.write(bytes);
      return;
    }
    const arrival = new Promise<void>((resolve) => setTimeout(resolve, this.delayMs));
    const line = Promise.all([before, arrival]).then(() => {
      to.write(bytes);
      if (this.lines.get(to) === line) this.lines.delete(to);
    });
    this.lines.set(to, line);
  }
}
