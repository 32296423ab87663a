import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../lib/embedded/index.js';
import { eventually } from '../../utils/eventually.js';
import { OrphanGuard } from '../../utils/orphan-guard.js';

/** A server that a spec may kill and start again, with what was committed still in it. */
export class RestartableServer {
  private readonly guard: OrphanGuard;

  private constructor(
    private readonly home: string,
    private server: EmbeddedPostgres,
    private readonly fsync: boolean,
  ) {
    this.guard = new OrphanGuard(home);
    this.guard.watch(server.pid as number);
  }

  /** @param fsync Whether commits wait for the disk. */
  static async start(fsync = false): Promise<RestartableServer> {
    const home = await realpath(await mkdtemp(join(tmpdir(), 'workflow-restart-')));
    // The server may have to run as a user of its own, who must get in.
    await chmod(home, 0o755);
    return new RestartableServer(home, await launch(home, fsync), fsync);
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
    this.server = await launch(this.home, this.fsync);
    this.guard.watch(this.server.pid as number);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    this.guard.dismiss();
    await rm(this.home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

function launch(home: string, fsync: boolean): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir: join(home, 'pg'),
    fsync,
    useEnvironment: false,
    settings: { max_connections: '200' },
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
