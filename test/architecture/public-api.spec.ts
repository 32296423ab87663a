import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOUSE } from './house.js';
import { PROJECT_DIRECTORY } from './source-module.js';

const read = (path: string) => readFileSync(join(PROJECT_DIRECTORY, path), 'utf8');
const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> };

describe('The public interface', () => {
  it('is the reviewed list (`npm run api:update` writes a new one)', () => {
    const script = join(import.meta.dirname, 'print-public-api.mjs');
    const printed = execFileSync(process.execPath, [script], { encoding: 'utf8' });

    expect(printed).toBe(read('test/architecture/public-api.txt'));
  });

  it('has one entry point per room that is meant for users', () => {
    const rooms = Object.keys(HOUSE)
      .filter((room) => room !== 'root' && HOUSE[room]?.isEntryPoint)
      .filter((room) => existsSync(join(PROJECT_DIRECTORY, 'lib', room, 'index.ts')));
    const expected: unknown = Object.fromEntries([
      ['.', targetsIn('./dist')],
      ...rooms.map((room) => [`./${room}`, targetsIn(`./dist/${room}`)] as const),
      ['./package.json', './package.json'],
    ]);

    expect(exports).toEqual(expected);
  });
});

function targetsIn(directory: string): object {
  return { types: `${directory}/index.d.ts`, default: `${directory}/index.js` };
}
