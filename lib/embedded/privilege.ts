import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { lchown, lstat, readdir, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';

import { EmbeddedPostgresError } from '../core/errors/index.js';
import type { DataFolder } from './data-folder.js';

/**
 * How a Postgres program is started: with which command in front, as which user, and who must own the files it writes.
 *
 * @internal
 */
export interface Privilege {
  readonly name: string;
  readonly prefix: readonly string[];
  /** User and group for `spawn`; absent: those of this process. */
  readonly ids?: { readonly uid: number; readonly gid: number };
  /** Owner of the data; absent: whoever creates a file owns it, and nothing is changed. */
  readonly ownerId?: number;
}

/** The account without rights (`nobody`). */
const NOBODY = 65534;

const AS_CALLER: Privilege = { name: 'caller', prefix: [] };

/** Looks like another user from inside only: outside, the files stay the caller's. */
const IN_NAMESPACE: Privilege = {
  name: 'user namespace',
  prefix: ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`],
};

/**
 * Ways to run Postgres, which refuses root, as root, best first. The last two reach a project below a private home (mode 0700), too.
 */
const FOR_ROOT: readonly Privilege[] = [
  {
    name: 'another user',
    prefix: [],
    ids: { uid: NOBODY, gid: NOBODY },
    ownerId: NOBODY,
  },
  { ...IN_NAMESPACE, ownerId: 0 },
  {
    // For containers that forbid namespaces: another user who may pass closed folders. Without the secure bit, access(2) would still refuse.
    name: 'capability',
    prefix: [
      ...['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'],
      ...['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup'],
    ],
    ownerId: NOBODY,
  },
];

/**
 * Finds the first way in which `program` runs and can reach the folder, by trying.
 *
 * @returns the way, and what `program --version` printed.
 * @throws {@link EmbeddedPostgresError} when there is none.
 * @internal
 */
export async function choosePrivilege(
  program: string,
  folder: DataFolder,
): Promise<{ readonly privilege: Privilege; readonly version: string }> {
  // Root, too, may ask for the version, so this tells whether the programs fit the machine.
  const probe = await runProgram(AS_CALLER, program, ['--version'], '/');
  if (probe.exitCode !== 0) {
    throw new EmbeddedPostgresError(
      `The Postgres program "${program}" does not run on this machine (${probe.output.trim()}). ` +
        'It needs Windows, macOS, or a Linux with glibc (Alpine and other musl systems have none). Use such a system, or set DATABASE_URL to a Postgres that runs elsewhere.',
    );
  }
  const version = probe.output.trim();
  const isRoot = process.getuid?.() === 0;
  const ways = isRoot ? [...(await asOwnerOf(folder.cluster)), ...FOR_ROOT] : waysForCaller();
  const failures: string[] = [];
  for (const privilege of ways) {
    const failure = await tryPrivilege(privilege, program, folder.path);
    if (failure === undefined) return { privilege, version };
    failures.push(`${privilege.name}: ${failure}`);
  }
  throw new EmbeddedPostgresError(
    `Postgres does not run as root, and no way around that works here (${failures.join('; ')}). ` +
      'Start the application as an ordinary user, choose a "dataDir" that other users can reach, or set DATABASE_URL.',
  );
}

async function tryPrivilege(privilege: Privilege, program: string, folder: string): Promise<string | undefined> {
  if (privilege.ids !== undefined && !(await mayEnter(privilege.ids.uid, folder))) {
    return `a folder above "${folder}" does not let that user through`;
  }
  const probe = await runProgram(privilege, program, ['--version'], '/');
  return probe.exitCode === 0 ? undefined : probe.output.trim();
}

// initdb wants its user to have a name. Containers often run under a number that has none; in a namespace it gets one.
function waysForCaller(): readonly Privilege[] {
  try {
    userInfo();
    return [AS_CALLER];
  } catch {
    return [IN_NAMESPACE, AS_CALLER];
  }
}

// Data that an ordinary user has made stays theirs when root starts the application once.
async function asOwnerOf(cluster: string): Promise<readonly Privilege[]> {
  const owner = await stat(cluster).catch(() => undefined);
  if (owner === undefined || owner.uid === 0 || owner.uid === NOBODY) return [];
  const { uid, gid } = owner;
  return [{ name: 'the owner of the data', prefix: [], ids: { uid, gid }, ownerId: uid }];
}

/**
 * Starts a program; the caller watches the child.
 *
 * @internal
 */
export function spawnProgram(
  privilege: Privilege,
  program: string,
  args: readonly string[],
  options: SpawnOptions & { readonly cwd: string },
): ChildProcess {
  const [command = program, ...rest] = [...privilege.prefix, program, ...args];
  return spawn(command, rest, { windowsHide: true, ...options, ...privilege.ids, env: environment() });
}

/**
 * Runs a program to its end and never throws: a program that cannot be started has the exit code -1.
 *
 * @internal
 */
export async function runProgram(
  privilege: Privilege,
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<{ exitCode: number; output: string }> {
  const child = spawnProgram(privilege, program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ exitCode: -1, output: `${output}${error.message}` }));
    child.once('close', (code) => resolve({ exitCode: code ?? -1, output }));
  });
}

/**
 * Gives everything below `path` to the user the programs run as. Only root needs it, after another way was chosen than at the last start, too.
 *
 * @internal
 */
export async function giveTo(privilege: Privilege, path: string): Promise<void> {
  const { ownerId } = privilege;
  if (ownerId === undefined || (await lstat(path)).uid === ownerId) return;
  await giveTree(path, ownerId);
}

async function giveTree(path: string, ownerId: number): Promise<void> {
  if ((await lstat(path)).isDirectory()) {
    for (const name of await readdir(path)) await giveTree(join(path, name), ownerId);
  }
  // Itself last: a run that is cut short starts over.
  await lchown(path, ownerId, ownerId);
}

async function mayEnter(uid: number, path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid: ownerId } = await stat(folder);
    if ((mode & (ownerId === uid ? 0o100 : 0o001)) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

// The server lives longer than the application, and has no business with its secrets or with PGPORT and the like.
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'LD_LIBRARY_PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'];
  const inherited = kept.filter((name) => process.env[name] !== undefined);
  return {
    ...Object.fromEntries(inherited.map((name) => [name, process.env[name]])),
    LC_ALL: 'C',
    TZ: 'UTC',
  };
}
