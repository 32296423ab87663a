import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server that one spec has to itself, for what another spec's work would disturb. It goes away with this process. */
export class OwnPostgres {
  private constructor(
    readonly url: string,
    private readonly keeper: ChildProcess,
  ) {}

  /** @param settings Settings of the server beside those of the test database. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<OwnPostgres> {
    const script = fileURLToPath(new URL('./postgres-server.mjs', import.meta.url));
    const words = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const keeper = spawn(process.execPath, [script, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: keeper.stdout });
    const line = await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('close', () => reject(new Error('The server did not start. Its own message stands above.')));
    });
    return new OwnPostgres((JSON.parse(line) as { url: string }).url, keeper);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.keeper.once('exit', resolve));
    this.keeper.stdin?.end();
    await ended;
  }
}
