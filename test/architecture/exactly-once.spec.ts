import { findStrays, GUARDS } from './exactly-once.js';
import { parseModule, readModules } from './source-module.js';

const modules = readModules('lib');

describe.each(GUARDS)('In lib, $what', (guard) => {
  it(`stands only in ${guard.home.join(', ')}`, () => {
    expect(findStrays(modules, guard)).toEqual([]);
  });

  it.each(guard.examples.map((example) => [example]))('is recognised in: %s', (example) => {
    expect(findStrays([parseModule('lib/elsewhere/planted.ts', `\n${example};`)], guard)).toEqual([
      expect.stringMatching(/^lib\/elsewhere\/planted\.ts:2 /),
    ]);
    expect(findStrays([parseModule(`${guard.home[0]}planted.ts`, `${example};`)], guard)).toEqual([]);
  });

  it('is not taken for a comment or a string', () => {
    const text = guard.examples
      .map((example) => `// ${example}\nuse(${JSON.stringify(`say: ${example}`)});`)
      .join('\n');

    expect(findStrays([parseModule('lib/elsewhere/planted.ts', text)], guard)).toEqual([]);
  });
});
