import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { hasCode } from './system-error.js';

const run = promisify(execFile);

/**
 * Whether there is a process with this id, be it a zombie.
 *
 * @internal
 */
export function isPidInUse(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Without permission to signal it there is still a process.
    return hasCode(error, 'EPERM');
  }
}

/**
 * Whether a process with this id exists and is more than a zombie.
 *
 * @internal
 */
export async function isRunning(pid: number): Promise<boolean> {
  return isPidInUse(pid) && (await processState(pid)) !== 'Z';
}

/**
 * When a process started, in a form that is only good for comparing; `''` where the system does not tell.
 * Process ids come back (in a restarted container always the same ones), a pair of id and start does not.
 *
 * @internal
 */
export async function startOfProcess(pid: number): Promise<string> {
  return (await processStat(pid))?.[19] ?? '';
}

/**
 * The command line of a process, or `undefined` where the system does not tell.
 *
 * @internal
 */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux')
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    if (process.platform === 'win32') return undefined;
    return (await run('ps', ['-ww', '-o', 'args=', '-p', String(pid)])).stdout.trim();
  } catch {
    // The process ended in between, or the system hides it: either way there is nothing to read.
    return undefined;
  }
}

async function processState(pid: number): Promise<string | undefined> {
  return (await processStat(pid))?.[0];
}

// The fields behind the name in parentheses, which may itself hold spaces and parentheses: 0 is the state, 19 the start in clock ticks since boot.
async function processStat(pid: number): Promise<readonly string[] | undefined> {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    // The process ended in between.
    return undefined;
  }
}
