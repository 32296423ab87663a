import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_DIRECTORY } from './source-module.js';

/** What a file that travels must not say about the machine it was written on. */
const MACHINE_TRACES: Readonly<Record<string, RegExp>> = {
  'a path of one machine': /(?<![\w.~$}/-])\/(?:work|root|home|Users)\/[\w.-]/,
  'a host of a registry': /\/\/[\w.-]*(?:registry|artifactory|nexus|verdaccio|npm-?(?:proxy|mirror|cache))[\w.-]*[/:]/i,
  'where a package was downloaded': /"resolved":\s*"https?:/,
};

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: PROJECT_DIRECTORY, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '');

describe('The tracked files', () => {
  it.each(Object.entries(MACHINE_TRACES))('do not mention %s', (_, pattern) => {
    const traces = tracked
      .filter((path) => lstatSync(join(PROJECT_DIRECTORY, path), { throwIfNoEntry: false })?.isFile())
      .flatMap((path) =>
        readFileSync(join(PROJECT_DIRECTORY, path), 'latin1')
          .split('\n')
          .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 120)}`] : [])),
      );

    expect(traces).toEqual([]);
  });

  it('are what somebody wrote, not what a tool made', () => {
    expect(tracked.filter((path) => /(^|\/)(node_modules|dist|coverage|\.data)(\/|$)|\.tgz$/.test(path))).toEqual([]);
  });

  it.each([
    ['a path of one machine', 'cd /' + 'home/someone/project'],
    ['a path of one machine', '"/' + 'root/x"'],
    ['a host of a registry', 'http://' + 'npm-registry.internal:8080/'],
    ['where a package was downloaded', '"resolved"' + ': "https://host/x.tgz"'],
  ])('would be caught with %s: %s', (what, line) => {
    expect(MACHINE_TRACES[what]?.test(line)).toBe(true);
  });
});
