/**
 * `node sample/run-sample.mjs <name> [options]` compiles the library and the samples when their sources have changed, and runs one
 * sample in this process.
 * What is compiled lies in `.data/build`, in a folder named after the sources, with a package.json of its own: `nestjs-workflow`
 * means the library beside it there, as it means the installed package in an application.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const project = fileURLToPath(new URL('../', import.meta.url));
const builds = path.join(project, '.data/build');
const SOURCES = ['lib', 'sample', 'tsconfig.json', 'package.json'];
/** Old builds may still be in use by a sample that runs. */
const KEEP_OTHERS_MS = 24 * 3_600_000;

process.chdir(project);
// What remains of the command line is the sample's own.
const [name] = process.argv.splice(2, 1);
if (names().includes(name)) {
  // Loads what was loaded before without parsing it again; Node 20 does not have it yet.
  module.enableCompileCache?.(path.join(project, '.data/compile-cache'));
  await import(pathToFileURL(path.join(compiled(), 'sample', name, 'main.js')).href);
} else {
  console.error(`Name the sample to run: npm run sample -- ${names().join('|')}`);
  process.exitCode = 2;
}

function names() {
  return fs.readdirSync('sample').filter((entry) => /^\d/.test(entry));
}

function compiled() {
  const target = path.join(builds, fingerprint());
  if (fs.existsSync(target)) return target;

  console.log('Compiling the library and the samples (only when sources have changed) …');
  fs.mkdirSync(builds, { recursive: true });
  removeOld();
  const staging = fs.mkdtempSync(path.join(builds, 'compiling-'));
  const compiler = path.join(project, 'node_modules/typescript/bin/tsc');
  // The type check is a command of its own: `npm run typecheck`.
  execFileSync(
    process.execPath,
    [compiler, '-p', path.join(project, 'sample/tsconfig.json'), '--noCheck', '--outDir', staging],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const manifest = {
    name: 'nestjs-workflow',
    type: 'module',
    exports: { '.': './lib/index.js', './*': './lib/*/index.js' },
  };
  fs.writeFileSync(path.join(staging, 'package.json'), JSON.stringify(manifest));
  try {
    fs.renameSync(staging, target);
  } catch (error) {
    // Another process was quicker with the same sources.
    if (!fs.existsSync(target)) throw error;
    fs.rmSync(staging, { recursive: true, force: true });
  }

  return target;
}

/** Changes with every file that is compiled. Sizes and times are enough, and take milliseconds. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesOf)) {
    const { mtimeMs, size } = fs.statSync(path.join(project, file));
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }

  return hash.digest('hex').slice(0, 16);
}

function filesOf(source) {
  if (!fs.statSync(path.join(project, source)).isDirectory()) return [source];

  return fs
    .readdirSync(path.join(project, source), { recursive: true })
    .filter((file) => /\.(ts|json)$/.test(file) && !file.endsWith('.spec.ts'))
    .map((file) => path.join(source, file))
    .sort();
}

function removeOld() {
  for (const name of fs.readdirSync(builds)) {
    const build = path.join(builds, name);
    if (Date.now() - fs.statSync(build).mtimeMs > KEEP_OTHERS_MS) fs.rmSync(build, { recursive: true, force: true });
  }
}
