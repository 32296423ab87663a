import { open, readFile, stat } from 'node:fs/promises';

import { EmbeddedPostgresError } from '../core/errors/index.js';
import type { ClusterTools } from './cluster.js';
import type { DataFolder } from './data-folder.js';
import { isServerOf, readPostmasterFile, type PostmasterFile } from './postmaster-file.js';
import { spawnProgram } from './privilege.js';
import { hasCode } from './system-error.js';
import { poll } from './waiting.js';

/** A server that replays a long log is alive and gets this much time, as does one that shuts down. */
const STATE_CHANGE_MS = 60_000;
const MAX_LOG_BYTES = 10 * 1024 * 1024;

/**
 * A living server of one cluster.
 *
 * @internal
 */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

/**
 * How one attempt to start a server ended.
 *
 * @internal
 */
export type LaunchOutcome =
  | { readonly kind: 'ready'; readonly server: RunningServer }
  /** An earlier server of this cluster, or one of its processes, is not quite gone. */
  | { readonly kind: 'occupied'; readonly output: string }
  | { readonly kind: 'port-taken'; readonly output: string }
  | { readonly kind: 'failed'; readonly output: string };

/**
 * The server of this cluster, once it accepts connections: waits while it recovers or while it shuts down. `undefined` when none lives.
 *
 * @throws {@link EmbeddedPostgresError} when a living server does not get ready.
 * @internal
 */
export async function findRunningServer(cluster: string): Promise<RunningServer | undefined> {
  let last: PostmasterFile | undefined;
  const found = await poll({ everyMs: 20, forMs: STATE_CHANGE_MS }, async () => {
    last = await readPostmasterFile(cluster);
    if (last === undefined || !(await isServerOf(cluster, last.pid))) return { server: undefined };
    return last.state === 'ready' ? { server: { pid: last.pid, port: last.port } } : undefined;
  });
  if (found !== undefined) return found.server;
  throw new EmbeddedPostgresError(
    `The Postgres server (process ${last?.pid}) of "${cluster}" has been ${last?.state} for more than ${STATE_CHANGE_MS / 1000} seconds. ` +
      'Its log is in the file "server.log" of the folder above; end that process if it hangs.',
  );
}

/**
 * Starts a server that outlives this process: a session of its own, its output in a file, nothing shared.
 *
 * @internal
 */
export async function launchServer(
  tools: ClusterTools,
  port: number,
  settings: Readonly<Record<string, string>>,
): Promise<LaunchOutcome> {
  const { folder, binaries, privilege } = tools;
  const log = await open(folder.logFile, (await sizeOf(folder.logFile)) > MAX_LOG_BYTES ? 'w' : 'a', 0o600);
  const logStart = (await log.stat()).size;
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawnProgram(privilege, binaries.postgres, ['-D', folder.cluster, '-p', String(port), ...options], {
    cwd: folder.path,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  let failure: string | undefined;
  child.once('error', (error) => (failure = error.message));
  child.once('exit', (code, signal) => (failure ??= `ended with ${signal ?? `code ${code}`}`));
  child.unref();
  await log.close();

  const outcome = await poll<LaunchOutcome>({ everyMs: 5, forMs: STATE_CHANGE_MS }, async () => {
    if (failure !== undefined) {
      return explain(`${await readFrom(folder.logFile, logStart)}\n(the server ${failure})`);
    }
    const file = await readPostmasterFile(folder.cluster);
    if (file?.pid !== child.pid || file?.state !== 'ready') return undefined;
    return { kind: 'ready', server: { pid: file.pid, port: file.port } };
  });
  return outcome ?? { kind: 'failed', output: `${await readFrom(folder.logFile, logStart)}\n(it never got ready)` };
}

/**
 * Stops the server and resolves when its process is gone. Does nothing when the process is no longer the server of this folder.
 *
 * @internal
 */
export async function stopServer(folder: DataFolder, { pid }: RunningServer): Promise<void> {
  const isGone = async (): Promise<true | undefined> => ((await isServerOf(folder.cluster, pid)) ? undefined : true);
  // Fast (open transactions roll back) and, when that hangs, immediate: the next start then recovers.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (await isGone()) return;
    signalServer(pid, signal);
    if (await poll({ everyMs: 10, forMs: STATE_CHANGE_MS / 2 }, isGone)) return;
  }
  throw new EmbeddedPostgresError(
    `The Postgres server (process ${pid}) of "${folder.path}" does not stop. End that process; no committed data is lost.`,
  );
}

function signalServer(pid: number, signal: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended in between, which is what was wanted.
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

function explain(output: string): LaunchOutcome {
  if (/lock file "postmaster\.pid" (already exists|is empty)|shared memory block .* in use/.test(output)) {
    return { kind: 'occupied', output };
  }
  if (/could not create any TCP\/IP sockets/.test(output)) return { kind: 'port-taken', output };
  return { kind: 'failed', output };
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function readFrom(file: string, position: number): Promise<string> {
  return (await readFile(file)).subarray(position).toString().trim();
}
