import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasTitle, readGuarantees } from './guarantees.js';
import { PROJECT_DIRECTORY } from './source-module.js';

const { links, faults } = readGuarantees(readFileSync(join(PROJECT_DIRECTORY, 'README.md'), 'utf8'));

describe('The guarantees of the README', () => {
  it('each have a test link', () => {
    expect(faults).toEqual([]);
  });

  it('link tests that exist', () => {
    const broken = links.filter(({ path, title }) => {
      const file = join(PROJECT_DIRECTORY, path);

      return !existsSync(file) || !hasTitle(readFileSync(file, 'utf8'), title);
    });

    expect(broken).toEqual([]);
  });
});

describe('The reading of guarantees', () => {
  const page = [
    '## Guarantees',
    '| promise | kept by |',
    '|---|---|',
    '| It survives. | [test](test/a.spec.ts "survives \\"all\\""), [test](test/b.spec.ts#"twice") |',
    '| It promises much. | |',
    '| It is odd. | [test](test/c.spec.ts) |',
    '## Options',
    '| option | default |',
    '|---|---|',
    '| width | 1 |',
  ].join('\n');

  it('finds path and title of every link', () => {
    expect(readGuarantees(page).links).toEqual([
      { path: 'test/a.spec.ts', title: 'survives "all"' },
      { path: 'test/b.spec.ts', title: 'twice' },
    ]);
  });

  it('refuses a row without a link and a link without a title', () => {
    expect(readGuarantees(page).faults).toEqual([
      expect.stringContaining('line 5 promises without a test'),
      expect.stringContaining('line 6 has a test link'),
      expect.stringContaining('line 6 promises without a test'),
    ]);
  });

  it('takes only a whole title for the title', () => {
    const spec = `// goes on\nit('goes on after a crash', () => {});`;

    expect(hasTitle(spec, 'goes on after a crash')).toBe(true);
    expect(hasTitle(spec, 'goes on')).toBe(false);
  });
});
