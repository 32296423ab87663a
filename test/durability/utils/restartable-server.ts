import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../lib/embedded/index.js';
import { eventually } from '../../utils/eventually.js';

/** A server that a spec may kill and start again, with what was committed still in it. */
export class RestartableServer {
  private constructor(
    private readonly home: string,
    private server: EmbeddedPostgres,
  ) {}

  static async start(): Promise<RestartableServer> {
    const home = await realpath(await mkdtemp(join(tmpdir(), 'workflow-restart-')));
    // The server may have to run as a user of its own, who must get in.
    await chmod(home, 0o755);
    return new RestartableServer(home, await launch(home));
  }

  get url(): string {
    return this.server.url;
  }

  /** Immediate shutdown: every connection breaks, and nothing is tidied up. */
  async crash(): Promise<void> {
    const pid = this.server.pid as number;
    process.kill(pid, 'SIGQUIT');
    await eventually(() => !isAlive(pid));
  }

  /** Starts it again where it was; what it had committed is recovered. */
  async recover(): Promise<void> {
    this.server = await launch(this.home);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await rm(this.home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

function launch(home: string): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir: join(home, 'pg'), fsync: false, useEnvironment: false });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
