import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Manifests by folder below `node_modules`; a text is written as it is. */
export type PackageTree = Readonly<Record<string, object | string>>;

/** Writes an installed dependency tree. */
export async function writePackageTree(root: string, packages: PackageTree): Promise<void> {
  for (const [folder, manifest] of Object.entries(packages)) {
    const file = join(root, 'node_modules', folder, 'package.json');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
  }
}
