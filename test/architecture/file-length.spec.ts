import { readModules } from './source-module.js';

/** A longer file hides a noun. */
const LINES_AT_MOST = 320;

describe('The files of lib', () => {
  it(`have at most ${LINES_AT_MOST} lines`, () => {
    const long = readModules('lib')
      .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > LINES_AT_MOST)
      .map(({ path, lines }) => `${path} has ${lines} lines`);

    expect(long).toEqual([]);
  });
});
