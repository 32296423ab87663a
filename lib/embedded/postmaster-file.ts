import { readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { commandLineOf, isPidInUse, isRunning } from './process-identity.js';
import { hasCode } from './system-error.js';

/**
 * What the server writes into its `postmaster.pid`.
 *
 * @internal
 */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly state: 'starting' | 'ready' | 'stopping';
}

/**
 * Reads `postmaster.pid` of a cluster: `undefined` when there is none, or when the server has only begun to write it.
 *
 * @internal
 */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  try {
    return parsePostmasterFile(await readFile(fileOf(cluster), 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** @internal */
export function parsePostmasterFile(text: string): PostmasterFile | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port) || port <= 0) return undefined;
  const state = lines[7];
  return { pid, port, state: state === 'ready' || state === 'stopping' ? state : 'starting' };
}

/**
 * Whether the process in `postmaster.pid` lives and may be the server of this cluster.
 * Only a plain "no" counts as no: where the system does not show command lines, a living process is taken for the server.
 *
 * @internal
 */
export async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  if (!(await isRunning(pid))) return false;
  const commandLine = await commandLineOf(pid);
  return commandLine === undefined || mayServe(cluster, commandLine);
}

/** @internal */
export async function mayServe(cluster: string, commandLine: string): Promise<boolean> {
  if (!/(^|[\\/])(postgres|postmaster)( |$)/.test(commandLine)) return false;
  const servedFolder = / -D (\/.*?)(?= -[a-z] |$)/.exec(commandLine)?.[1];
  if (servedFolder === undefined) return true;
  try {
    return (await realpath(servedFolder)) === cluster;
  } catch {
    // The folder was moved under the running server, so its name tells nothing.
    return true;
  }
}

/**
 * Removes a `postmaster.pid` whose process id now belongs to somebody else or to a zombie: Postgres itself only recognises ids that are free as stale.
 * Call it only while holding the start lock. Server processes that outlived their postmaster are still noticed by Postgres through shared memory.
 *
 * @returns whether there was one.
 * @internal
 */
export async function removeForeignPostmasterFile(cluster: string): Promise<boolean> {
  const file = await readPostmasterFile(cluster);
  if (file === undefined || !isPidInUse(file.pid) || (await isServerOf(cluster, file.pid))) return false;
  await rm(fileOf(cluster), { force: true });
  return true;
}

function fileOf(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}
