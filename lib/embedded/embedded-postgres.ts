import { EmbeddedPostgresError } from '../core/errors/index.js';
import { locateBinaries } from './binaries.js';
import { ensureCluster, type ClusterTools } from './cluster.js';
import { openDataFolder, readLastPort, readPassword, rememberPort, type DataFolder } from './data-folder.js';
import { databaseUrl, openDatabase } from './database.js';
import { resolveOptions, serverSettings, type ResolvedEmbeddedPostgresOptions } from './embedded-postgres-options.js';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from './embedded-postgres.interface.js';
import { databaseFromEnvironment } from './environment-database.js';
import { findFreePort, isPortFree } from './free-port.js';
import { isServerOf, removeForeignPostmasterFile } from './postmaster-file.js';
import { findRunningServer, launchServer, stopServer, type LaunchOutcome, type RunningServer } from './postmaster.js';
import { choosePrivilege } from './privilege.js';
import { withStartLock } from './start-lock.js';
import { hasCode } from './system-error.js';
import { poll } from './waiting.js';

/** How long a start waits for another process that starts the same server; an initialisation on a slow disk fits in. */
const LOCK_TIMEOUT_MS = 120_000;
/** How long the remains of a killed server may keep a new one from starting. */
const OCCUPIED_FOR_MS = 15_000;

/**
 * Finds or starts a real Postgres server for development and tests, and returns when it accepts connections.
 *
 * The server goes on running when the Node process ends, is killed or crashes, so that the next start uses it within milliseconds; `stop()` ends it.
 * Several processes may call this at once for one folder and get the same server. It listens on 127.0.0.1 only, with a random password.
 * When `DATABASE_URL` is set, that database is used and nothing is started. Needs the package `embedded-postgres`. Not meant for production.
 *
 * @throws {@link EmbeddedPostgresError} when there is no server in the end; the message says why.
 * @throws {@link WorkflowOptionsError} for an option that is not accepted.
 * @example
 * const postgres = await startEmbeddedPostgres({ dataDir: '.data/pg' });
 * TypeOrmModule.forRoot({ type: 'postgres', url: postgres.url });
 * @publicApi
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const resolved = resolveOptions(options);
  const given = resolved.useEnvironment ? databaseFromEnvironment() : undefined;
  if (given !== undefined) {
    resolved.log('Using the Postgres of DATABASE_URL.');
    return given;
  }
  try {
    return await findOrStart(resolved);
  } catch (cause) {
    if (!hasCode(cause, 'EACCES', 'EPERM')) throw cause;
    throw new EmbeddedPostgresError(
      `The data folder "${resolved.dataDir}" belongs to another user, or cannot be written to (${(cause as Error).message}). ` +
        'Start the application as the user who created it (it may have been root), or delete the folder if its data is not needed.',
      { cause },
    );
  }
}

async function findOrStart(options: ResolvedEmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = await openDataFolder(options.dataDir);
  return (
    (await useRunning(folder, options)) ??
    (await withStartLock(
      folder.path,
      LOCK_TIMEOUT_MS,
      async () => (await useRunning(folder, options)) ?? (await startAndUse(folder, options)),
    ))
  );
}

async function useRunning(
  folder: DataFolder,
  options: ResolvedEmbeddedPostgresOptions,
): Promise<EmbeddedPostgres | undefined> {
  const server = await findRunningServer(folder.cluster);
  return server && connect(folder, server, options, true);
}

async function startAndUse(folder: DataFolder, options: ResolvedEmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { server, reused } = await start(folder, options);
  const connected = await connect(folder, server, options, reused);
  if (connected !== undefined) return connected;
  throw new EmbeddedPostgresError(
    `The Postgres server of "${folder.path}" ended right after its start. Its log is in "${folder.logFile}".`,
  );
}

async function start(
  folder: DataFolder,
  options: ResolvedEmbeddedPostgresOptions,
): Promise<{ readonly server: RunningServer; readonly reused: boolean }> {
  const binaries = await locateBinaries();
  const { privilege, version } = await choosePrivilege(binaries.postgres, folder);
  const tools: ClusterTools = { folder, binaries, privilege, majorVersion: majorOf(version) };
  if (await ensureCluster(tools, options.fsync)) options.log(`Created a database cluster in "${folder.path}".`);

  let port = await choosePort(folder, options);
  let failure: LaunchOutcome | undefined;
  const started = await poll({ everyMs: 100, forMs: OCCUPIED_FOR_MS }, async () => {
    if (await removeForeignPostmasterFile(folder.cluster)) options.log('Removed the lock of a server that is gone.');
    const outcome = await launchServer(tools, port, serverSettings(options));
    if (outcome.kind === 'ready') return { server: outcome.server, reused: false };
    failure = outcome;
    if (outcome.kind === 'port-taken' && options.port === undefined) {
      port = await findFreePort();
      return undefined;
    }
    if (outcome.kind !== 'occupied') throw notStarted(folder, port, outcome);
    // It may be a server after all, launched by a process that died before the server had left a trace.
    const server = await findRunningServer(folder.cluster);
    return server && { server, reused: true };
  });
  if (started === undefined) throw notStarted(folder, port, failure);
  await rememberPort(folder, started.server.port);
  return started;
}

// `undefined`: the server died while we were at it. A server that was just killed looks alive for a moment.
async function connect(
  folder: DataFolder,
  server: RunningServer,
  options: ResolvedEmbeddedPostgresOptions,
  reused: boolean,
): Promise<EmbeddedPostgres | undefined> {
  const { pid, port } = server;
  const password = await readPassword(folder);
  if (password === undefined) {
    throw new EmbeddedPostgresError(
      `The password of the Postgres server in "${folder.path}" is lost: the file "${folder.passwordFile}" is missing. ` +
        `Put it back; or, if the data is not needed, end the process ${pid} and delete the folder.`,
    );
  }
  const address = { port, password };
  if (!(await openDatabase(address, options.database, () => isServerOf(folder.cluster, pid)))) return undefined;
  options.log(`${reused ? 'Using the running' : 'Started a'} Postgres server: process ${pid}, port ${port}.`);
  return {
    url: databaseUrl(address, options.database),
    port,
    pid,
    reused,
    stop: () => stopServer(folder, server),
  };
}

async function choosePort(folder: DataFolder, options: ResolvedEmbeddedPostgresOptions): Promise<number> {
  if (options.port !== undefined) return options.port;
  const last = await readLastPort(folder);
  return last !== undefined && (await isPortFree(last)) ? last : findFreePort();
}

function majorOf(version: string): string {
  return /\d+/.exec(version)?.[0] ?? version;
}

function notStarted(folder: DataFolder, port: number, outcome: LaunchOutcome | undefined): EmbeddedPostgresError {
  const output = outcome === undefined || outcome.kind === 'ready' ? '' : outcome.output;
  const reason =
    outcome?.kind === 'port-taken'
      ? `port ${port} is taken: choose another "port", or leave the option out`
      : 'its log says';
  return new EmbeddedPostgresError(`The Postgres server of "${folder.path}" did not start; ${reason}.\n${output}`);
}
