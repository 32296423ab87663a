import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';

/** Finds what is installed below a folder. */
@Injectable()
export class PackageTree {
  /** The folders of all installed packages, nested ones too, as paths below the root, sorted. */
  async list(root: string): Promise<string[]> {
    const found: string[] = [];
    await this.collect(root, 'node_modules', found, new Set());

    return found.sort();
  }

  private async collect(root: string, folder: string, found: string[], seen: Set<string>): Promise<void> {
    for (const name of await entriesOf(join(root, folder))) {
      const path = `${folder}/${name}`;
      if (name.startsWith('.')) continue;
      if (name.startsWith('@')) {
        await this.collect(root, path, found, seen);
        continue;
      }
      // Links lead to one folder from several places, or back to where one came from.
      const real = await realpath(join(root, path));
      if (seen.has(real)) continue;
      seen.add(real);
      const entries = await entriesOf(real);
      if (entries.includes('package.json')) found.push(path);
      if (entries.includes('node_modules')) await this.collect(root, `${path}/node_modules`, found, seen);
    }
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
