import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.patch'));

describe('The mutants', () => {
  it.each(names)('%s still applies, names its rule and tests that exist', (name) => {
    const path = join(import.meta.dirname, name);
    const text = readFileSync(path, 'utf8');
    const tests = [...text.matchAll(/^Test: (\S+)/gm)].map(([, test]) => test as string);

    execFileSync('git', ['apply', '-C1', '--check', path], { cwd: root, stdio: 'pipe' });

    expect(text).toMatch(/^Rule: .+\.$/m);
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter((test) => !existsSync(join(root, test)))).toEqual([]);
  });

  it('break every rule that the reliability of the product hangs on', () => {
    expect(names.length).toBeGreaterThanOrEqual(110);
  });
});
