import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Compiles `lib` of a checkout, as far as it has changed, and returns the folder that holds it. */
export function compileLibrary(checkout = root) {
  const target = path.join(checkout, '.data', 'bench');
  const compiler = createRequire(path.join(root, 'package.json')).resolve('typescript/bin/tsc');
  const project = path.join(checkout, 'tsconfig.build.json');
  const memory = path.join(checkout, '.data', 'bench.tsbuildinfo');
  execFileSync(
    process.execPath,
    [compiler, '-p', project, '--noCheck', '--incremental', '--tsBuildInfoFile', memory, '--outDir', target],
    { cwd: checkout, stdio: 'inherit' },
  );

  return target;
}

/** A module of a compiled library. */
export function load(library, name) {
  return import(pathToFileURL(path.join(library, name)).href);
}
