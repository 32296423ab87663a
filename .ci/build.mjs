/**
 * `node .ci/build.mjs`: compiles `lib` into `dist`, and joins what the compiler wrote into few files, because loading a module has its
 * price whatever its size, and the root needs some four hundred. The code stays as it was written: nothing is minified or left out, no
 * class is renamed. Declarations stay file by file.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollup } from 'rollup';

const project = fileURLToPath(new URL('..', import.meta.url));

/** Builds the package's code into a folder. */
export async function build(folder = join(project, 'dist')) {
  rmSync(folder, { recursive: true, force: true });
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const settings = ['-p', join(project, 'tsconfig.build.json'), '--outDir', folder];
  execFileSync(process.execPath, [compiler, ...settings], { stdio: 'inherit' });
  const files = await joinModules(folder);
  for (const name of codeIn(folder)) rmSync(join(folder, name));
  for (const { fileName, code } of files) {
    mkdirSync(dirname(join(folder, fileName)), { recursive: true });
    writeFileSync(join(folder, fileName), code);
  }
}

async function joinModules(folder) {
  const bundle = await rollup({
    input: entryPoints(folder),
    external: (id) => !/^[./]/.test(id),
    treeshake: false,
    onwarn: refuse,
  });
  const { output } = await bundle.generate({
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    manualChunks: fileOf(folder),
    hoistTransitiveImports: false,
    minifyInternalExports: false,
  });
  return output;
}

function entryPoints(folder) {
  const { exports } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const names = Object.values(exports).flatMap((target) => /^\.\/dist\/(.+)\.js$/.exec(target.default)?.[1] ?? []);
  return Object.fromEntries(names.map((name) => [name, join(folder, `${name}.js`)]));
}

/** One file for the kernel, one for all else that the root loads, and one for each room that it does not load. */
function fileOf(folder) {
  let rooted;
  return (id, { getModuleInfo }) => {
    const [room] = relative(folder, id).split(sep);
    rooted ??= reachedFrom(join(folder, 'index.js'), getModuleInfo);
    return room !== 'core' && rooted.has(id) ? 'workflow' : room;
  };
}

function reachedFrom(root, getModuleInfo) {
  const reached = new Set([root]);
  for (const id of reached) for (const imported of getModuleInfo(id)?.importedIds ?? []) reached.add(imported);
  return reached;
}

/** A circle of modules or files, an import that leads nowhere: whatever there is to warn of is a mistake. */
function refuse(warning) {
  // The compiler's decorator helper asks for it at the top of a module, and expects nothing there.
  if (warning.code !== 'THIS_IS_UNDEFINED') throw new Error(warning.message);
}

function codeIn(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
