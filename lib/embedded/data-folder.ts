import { mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { generateKeySync } from 'node:crypto';
import { join, resolve } from 'node:path';

import { hasCode } from './system-error.js';

/**
 * The places below one data folder.
 *
 * @internal
 */
export interface DataFolder {
  /** Absolute path without symbolic links, so that one folder has one name for every process. */
  readonly path: string;
  /** The Postgres cluster itself. It appears by a rename and is therefore complete or absent. */
  readonly cluster: string;
  readonly passwordFile: string;
  readonly portFile: string;
  readonly logFile: string;
}

/**
 * Creates the folder when it is missing.
 *
 * @internal
 */
export async function openDataFolder(dataDir: string): Promise<DataFolder> {
  const wanted = resolve(dataDir);
  await mkdir(wanted, { recursive: true });
  const path = await realpath(wanted);
  return {
    path,
    cluster: join(path, 'cluster'),
    passwordFile: join(path, 'password'),
    portFile: join(path, 'port'),
    logFile: join(path, 'server.log'),
  };
}

/**
 * The password of this folder's server, or `undefined` when none was made yet.
 *
 * @internal
 */
export async function readPassword(folder: DataFolder): Promise<string | undefined> {
  return readOptional(folder.passwordFile);
}

/**
 * Reads the password, or makes one that only the owner of the folder can read.
 * Any account of the machine can reach a loopback port, and a superuser of Postgres can run programs: hence a password, not `trust`.
 *
 * @internal
 */
export async function obtainPassword(folder: DataFolder): Promise<string> {
  const present = await readPassword(folder);
  if (present !== undefined) return present;
  const password = generateKeySync('hmac', { length: 256 }).export().toString('hex');
  await replaceFile(folder.passwordFile, password, 0o600);
  return password;
}

/**
 * The port of the last start, kept so that applications find a restarted server at the same address.
 *
 * @internal
 */
export async function readLastPort(folder: DataFolder): Promise<number | undefined> {
  const port = Number(await readOptional(folder.portFile));
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

/** @internal */
export async function rememberPort(folder: DataFolder, port: number): Promise<void> {
  // No secret: left behind by root, it must not lock an ordinary owner of the folder out.
  if ((await readLastPort(folder)) !== port) await replaceFile(folder.portFile, String(port), 0o644);
}

async function readOptional(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    return text === '' ? undefined : text;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

// Written aside and renamed: a process killed here leaves the old content or the new one, never half of it.
async function replaceFile(file: string, content: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, `${content}\n`, { mode });
  await rename(`${file}.new`, file);
}
