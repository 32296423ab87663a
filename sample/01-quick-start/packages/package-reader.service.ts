import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Settings } from '../settings.js';
import { judgeLicence } from './licence.js';
import type { PackageFinding } from './package-finding.js';
import { ReadLedger } from './read-ledger.service.js';

/** Reads one installed package: what it declares, and what lies in its folder. */
@Injectable()
export class PackageReader {
  constructor(
    private readonly settings: Settings,
    private readonly ledger: ReadLedger,
  ) {}

  async read(auditId: string, root: string, path: string): Promise<PackageFinding> {
    const [manifest, content] = await Promise.all([
      readManifest(join(root, path, 'package.json')),
      measure(join(root, path)),
      pause(this.settings.paceMs),
    ]);
    const finding: PackageFinding = {
      path,
      name: text(manifest['name']) ?? path,
      version: text(manifest['version']) ?? '?',
      ...judgeLicence(manifest),
      ...content,
    };
    await this.ledger.append(auditId, finding);

    return finding;
  }
}

/** A manifest that cannot be read declares nothing, and so comes before a person. */
async function readManifest(file: string): Promise<Record<string, unknown>> {
  try {
    const manifest: unknown = JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));

    return typeof manifest === 'object' && manifest !== null ? (manifest as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Counts what belongs to the package itself, without the packages nested in it. */
async function measure(folder: string): Promise<Pick<PackageFinding, 'licenceFile' | 'files' | 'bytes'>> {
  const names = await readdir(folder);
  const sizes = await sizesOf(folder);

  return {
    licenceFile: names.sort().find((name) => /^(licen[cs]e|copying|unlicense)/i.test(name)) ?? null,
    files: sizes.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}

async function sizesOf(folder: string): Promise<number[]> {
  const sizes: number[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile()) sizes.push((await stat(path)).size);
    else if (entry.isDirectory() && entry.name !== 'node_modules') sizes.push(...(await sizesOf(path)));
  }

  return sizes;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
