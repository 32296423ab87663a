import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { mayServe, parsePostmasterFile } from './postmaster-file.js';

describe('parsePostmasterFile', () => {
  const lines = ['4231', '/data/cluster', '1795232326', '5999', '', '127.0.0.1', '  2154503        12', 'ready   ', ''];

  it('reads process, port and state', () => {
    expect(parsePostmasterFile(lines.join('\n'))).toEqual({ pid: 4231, port: 5999, state: 'ready' });
  });

  it.each([
    ['starting', 'starting'],
    ['stopping', 'stopping'],
    ['standby ', 'starting'],
    ['', 'starting'],
  ])('takes the state %j for %s', (line, state) => {
    expect(parsePostmasterFile([...lines.slice(0, 7), line].join('\n'))?.state).toBe(state);
  });

  it.each([[''], ['4231'], ['4231\n/data/cluster\n1795232326\n'], ['-4231\n/data\n1\n5999\n']])(
    'takes %j for a file that is still being written',
    (text) => {
      expect(parsePostmasterFile(text)).toBeUndefined();
    },
  );
});

describe('mayServe', () => {
  let cluster: string;
  let other: string;

  beforeAll(() => {
    cluster = realpathSync(mkdtempSync(join(tmpdir(), 'cluster -p ')));
    other = realpathSync(mkdtempSync(join(tmpdir(), 'other-')));
  });

  afterAll(() => {
    rmSync(cluster, { recursive: true });
    rmSync(other, { recursive: true });
  });

  it.each([
    ['our own start', () => `/x/bin/postgres -D ${cluster} -p 5999 -c fsync=off`],
    ['a start by hand, which may name the folder otherwise', () => 'postgres -D ../cluster'],
    ['a server whose folder was moved', () => `/x/bin/postgres -D ${cluster}-before -p 5999`],
  ])('accepts %s', async (_, commandLine) => {
    expect(await mayServe(cluster, commandLine())).toBe(true);
  });

  it.each([
    ['another program', () => 'node server.js'],
    ['a zombie, which has no command line', () => ''],
    ['a worker process of some server', () => 'postgres: checkpointer'],
    ['the server of another folder', () => `/x/bin/postgres -D ${other} -p 5999`],
  ])('refuses %s', async (_, commandLine) => {
    expect(await mayServe(cluster, commandLine())).toBe(false);
  });
});
