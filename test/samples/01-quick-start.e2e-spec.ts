import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../lib/embedded/index.js';
import { WorkflowClient, WorkflowModule } from '../../lib/index.js';
import { OrphanGuard } from '../utils/orphan-guard.js';
import { writePackageTree, type PackageTree } from '../utils/package-tree.fixture.js';
import { SampleProcess } from '../utils/sample-process.js';

const ALLOWED = 60;

/** Packages that need no look, and one of each kind that does. */
const packages: PackageTree = {
  ...Object.fromEntries(
    Array.from({ length: ALLOWED }, (_, index) => [
      `plain-${index}`,
      { name: `plain-${index}`, version: '1.0.0', license: index % 2 === 0 ? 'MIT' : 'Apache-2.0' },
    ]),
  ),
  '@scope/choice': { name: '@scope/choice', version: '1.0.0', license: '(GPL-3.0-only OR MIT)' },
  'old-object': { name: 'old-object', version: '1.0.0', license: { type: 'ISC', url: 'https://example.com' } },
  'old-list': { name: 'old-list', version: '1.0.0', licenses: [{ type: 'GPL-2.0' }, { type: 'MIT' }] },
  'plain-0/node_modules/nested': { name: 'nested', version: '2.0.0', license: 'BSD-3-Clause' },
};
const underReview: PackageTree = {
  copyleft: { name: 'copyleft', version: '1.0.0', license: 'AGPL-3.0-or-later' },
  both: { name: 'both', version: '1.0.0', license: 'MIT AND GPL-2.0-only' },
  'own-terms': { name: 'own-terms', version: '1.0.0', license: 'SEE LICENSE IN TERMS.txt' },
  proprietary: { name: 'proprietary', version: '1.0.0', license: 'UNLICENSED' },
  silent: { name: 'silent', version: '1.0.0' },
  odd: { name: 'odd', version: '1.0.0', license: 'do what you like' },
  broken: '{ "name": "broken", ',
};
const total = Object.keys(packages).length + Object.keys(underReview).length;

interface View {
  readonly status: string;
  readonly progress: { readonly phase: string; readonly read: number };
  readonly underReview: readonly { readonly name: string }[];
}

interface Report {
  readonly outcome: string;
  readonly decision: { readonly verdict: string; readonly by: string } | null;
  readonly findings: readonly { readonly path: string; readonly name: string; readonly verdict: string }[];
}

describe('The quick start', () => {
  let home: string;
  let postgres: EmbeddedPostgres;
  let guard: OrphanGuard;
  let running: SampleProcess[];

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'quick-start-'));
    guard = new OrphanGuard(home);
    await writePackageTree(join(home, 'tree'), { ...packages, ...underReview });
    postgres = await startEmbeddedPostgres({ dataDir: join(home, 'data/pg'), useEnvironment: false });
    if (postgres.pid !== undefined) guard.watch(postgres.pid);
  }, 120_000);

  afterAll(async () => {
    await postgres.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
    guard.dismiss();
  });

  beforeEach(() => {
    running = [];
  });

  afterEach(async () => {
    await Promise.all(running.map((sample) => sample.kill()));
  });

  function start(...args: string[]): SampleProcess {
    const folders = [`--root=${join(home, 'tree')}`, `--data=${join(home, 'data')}`, '--port=0'];
    const sample = new SampleProcess('01-quick-start', [...folders, ...args]);
    running.push(sample);
    guard.watch(sample.pid);

    return sample;
  }

  it('goes on after SIGKILL where it was, and reads no package again whose result is on record', async () => {
    const killed = start('--id=killed', '--pace=100');
    await killed.line(/^Read (?:1|2)\d of/);
    await killed.kill();
    const readBefore = await ledgerOf('killed');
    const recorded = await recordedReads(postgres.url, 'killed');

    const second = start();
    await second.line(/^Audit killed goes on/);
    const url = await second.url();
    await until(async () => (await view(url, 'killed')).progress.phase === 'review');
    const shown = await view(url, 'killed');
    await post(`${url}/audits/killed/decision`, { verdict: 'allow', by: 'a test' });
    await second.line(/^Audit killed: allowed/);

    // The kill came in the middle, and what was not on record is read once more: both sides of the claim are tried.
    expect(recorded.length).toBeGreaterThan(5);
    expect(recorded.length).toBeLessThan(total);
    const readAfter = (await ledgerOf('killed')).slice(readBefore.length);
    expect(readAfter.filter((path) => recorded.includes(path))).toEqual([]);
    expect([...recorded, ...readAfter].sort()).toEqual(foldersOf({ ...packages, ...underReview }));
    expect(readBefore).toEqual(expect.arrayContaining(recorded));
    expect(shown.underReview.map(({ name }) => name).sort()).toEqual(namesUnderReview());
    await expectReport(url, 'killed', 'allowed', 'a test');
  }, 120_000);

  it('is asked again after SIGKILL while it waits, and answers and ends by itself where nobody is there', async () => {
    const killed = start('--id=asked', '--pace=0');
    await killed.line(/curl -X POST http:\S+\/audits\/asked\/decision/);
    await killed.kill();

    const unattended = start('--decide=deny');

    expect(await unattended.exitCode()).toBe(0);
    expect(unattended.lines).toContainEqual(expect.stringMatching(/^Audit asked goes on: 71 of 71/));
    expect(unattended.lines).toContainEqual(expect.stringMatching(/^The ledger counts 71 reads of 71 packages/));
    const report = await readReport('asked');
    expect(report.outcome).toBe('denied');
    expect(await readFile(join(home, 'data/reports/asked.md'), 'utf8')).toContain('own-terms@1.0.0');
    expect(await readFile(join(home, 'data/audits.log'), 'utf8')).toMatch(/licence-audit\tasked\tcompleted/);
  }, 120_000);

  it('is started, watched, decided and read over HTTP', async () => {
    const sample = start('--id=first', '--pace=0');
    const url = await sample.url();

    const begun = await post(`${url}/audits`, { id: 'by-request' });
    const again = await post(`${url}/audits`, { id: 'by-request' });
    const watched = progressOf(`${url}/audits/by-request/stream`);
    await until(async () => (await view(url, 'by-request')).progress.phase === 'review');
    const early = await fetch(`${url}/audits/by-request/report`);
    const decided = await post(`${url}/audits/by-request/decision`, { verdict: 'allow', by: 'first' });
    const tooLate = await post(`${url}/audits/by-request/decision`, { verdict: 'deny', by: 'second' });
    const progress = await watched;

    expect(begun).toMatchObject({ status: 201, body: { id: 'by-request', created: true } });
    expect(again).toMatchObject({ status: 201, body: { id: 'by-request', created: false } });
    expect(early.status).toBe(404);
    expect(decided).toEqual({ status: 202, body: { accepted: true } });
    expect([{ accepted: false }, expect.objectContaining({ statusCode: 409 })]).toContainEqual(tooLate.body);
    expect(progress.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['read', 'review', 'report', 'done']));
    expect(progress.at(-1)).toEqual({ phase: 'done', packages: total, read: total, review: 7 });
    await expectReport(url, 'by-request', 'allowed', 'first');
    expect(await (await fetch(`${url}/audits/by-request/report.md`)).text()).toContain('# Licence audit by-request');
    expect((await fetch(`${url}/audits/nobody`)).status).toBe(404);
    expect((await post(`${url}/audits/first/decision`, { verdict: 'perhaps', by: 'me' })).status).toBe(400);
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'ok' });
  }, 120_000);

  async function ledgerOf(auditId: string): Promise<string[]> {
    const lines = (await readFile(join(home, 'data/reads.log'), 'utf8')).trimEnd().split('\n');

    return lines
      .map((line) => line.split('\t'))
      .flatMap(([, audit, , , path]) => (audit === auditId ? [path ?? ''] : []));
  }

  async function readReport(auditId: string): Promise<Report> {
    return JSON.parse(await readFile(join(home, `data/reports/${auditId}.json`), 'utf8')) as Report;
  }

  /** The stored report and the file say the same, and both say what is right. */
  async function expectReport(url: string, auditId: string, outcome: string, by: string): Promise<void> {
    const stored = (await (await fetch(`${url}/audits/${auditId}/report`)).json()) as Report;

    expect(stored).toEqual(await readReport(auditId));
    expect(stored).toMatchObject({ outcome, decision: { by } });
    expect(stored.findings.map(({ path }) => path)).toEqual(foldersOf({ ...packages, ...underReview }));
    const review = stored.findings.filter(({ verdict }) => verdict === 'review');
    expect(review.map(({ path }) => path)).toEqual(foldersOf(underReview));
  }
});

function foldersOf(tree: PackageTree): string[] {
  return Object.keys(tree)
    .map((folder) => `node_modules/${folder}`)
    .sort();
}

function namesUnderReview(): string[] {
  // A manifest that cannot be read has no name: the folder stands for it.
  return Object.keys(underReview)
    .map((folder) => (folder === 'broken' ? 'node_modules/broken' : folder))
    .sort();
}

/** What the journal holds, read by a process that executes nothing. */
async function recordedReads(databaseUrl: string, auditId: string): Promise<string[]> {
  const app: INestApplicationContext = await NestFactory.createApplicationContext(
    {
      module: class Reader {},
      imports: [
        TypeOrmModule.forRoot({ type: 'postgres', url: databaseUrl }),
        WorkflowModule.forRoot({ typeorm: true, worker: false }),
      ],
    },
    { logger: ['error'] },
  );
  try {
    const journal = await app.get(WorkflowClient).getJournal(auditId);

    return journal
      .filter(({ kind, name }) => kind === 'step' && name.startsWith('read:'))
      .map(({ name }) => name.slice('read:'.length));
  } finally {
    await app.close();
  }
}

async function view(url: string, auditId: string): Promise<View> {
  return (await (await fetch(`${url}/audits/${auditId}`)).json()) as View;
}

async function post(url: string, body: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

  return { status: response.status, body: await response.json() };
}

/** Every event of a stream, once it has ended. */
async function progressOf(url: string): Promise<Record<string, unknown>[]> {
  const text = await (await fetch(url)).text();

  return text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Record<string, unknown>);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(20);
}
