import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

describe('The mutants of the engine', () => {
  const patches = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.patch'));

  it.each(patches)('%s still applies to the library', (patch) => {
    execFileSync('git', ['apply', '--check', path.join('test/mutants', patch)], { cwd: root, stdio: 'pipe' });
  });
});
