import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { EmbeddedPostgresError } from '../core/errors/index.js';
import { isRunning, startOfProcess } from './process-identity.js';
import { hasCode } from './system-error.js';
import { poll } from './waiting.js';

const LOCK_NAME = /^start\.(\d+)\.(\d*)\.(\d+)\.lock$/;

interface Flag {
  readonly name: string;
  readonly pid: number;
  readonly startOfProcess: string;
}

/**
 * Runs `work` while no other process (and no other call in this one) does so for the same folder. A lock left by a process that died does not count.
 *
 * Everybody raises a flag first, a file whose name alone says whose it is, and looks at the others' flags afterwards; who sees none holds the lock.
 * Of two who raise at once each may see the other, never none: the smaller name stays raised and waits, the other one lowers and tries again.
 * There is no moment at which a flag exists without its owner's name, and nobody ever takes a lock over, so a death at any point does no harm.
 *
 * @internal
 */
export async function withStartLock<T>(folder: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const own = await acquire(folder, timeoutMs);
  try {
    return await work();
  } finally {
    await lower(folder, own);
  }
}

async function acquire(folder: string, timeoutMs: number): Promise<string> {
  let own: string | undefined;
  let others: readonly Flag[] = [];
  const acquired = await poll({ everyMs: 20, forMs: timeoutMs }, async () => {
    own ??= await raise(folder);
    others = await liveFlags(folder, own);
    if (others.length === 0) return own;
    if (others.some(({ name }) => name < own!)) {
      await lower(folder, own);
      own = undefined;
    }
    return undefined;
  });
  if (acquired !== undefined) return acquired;
  if (own !== undefined) await lower(folder, own);
  const [other] = others;
  throw new EmbeddedPostgresError(
    `Another process (${other?.pid}) has been starting Postgres in "${folder}" for more than ${timeoutMs / 1000} seconds. ` +
      `If that process has nothing to do with it, delete "${join(folder, other?.name ?? '')}" and start again.`,
  );
}

async function raise(folder: string): Promise<string> {
  const start = await startOfProcess(process.pid);
  for (let call = 0; ; call++) {
    const name = `start.${process.pid}.${start}.${call}.lock`;
    try {
      await writeFile(join(folder, name), '', { flag: 'wx' });
      return name;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

async function lower(folder: string, name: string): Promise<void> {
  await rm(join(folder, name), { force: true });
}

async function liveFlags(folder: string, own: string): Promise<readonly Flag[]> {
  const live: Flag[] = [];
  for (const name of await readdir(folder)) {
    const [, pid, start] = LOCK_NAME.exec(name) ?? [];
    if (name === own || pid === undefined || start === undefined) continue;
    const flag: Flag = { name, pid: Number(pid), startOfProcess: start };
    if (await isOwnerAlive(flag)) live.push(flag);
    else await lower(folder, name);
  }
  return live;
}

async function isOwnerAlive(flag: Flag): Promise<boolean> {
  return (await isRunning(flag.pid)) && (await startOfProcess(flag.pid)) === flag.startOfProcess;
}
