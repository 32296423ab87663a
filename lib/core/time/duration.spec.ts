import { isWorkflowOptionsError } from '../errors/index.js';
import { MAX_DURATION_MS, formatDuration, parseDuration, parseSeconds, type Duration } from './duration.js';

describe('parseDuration', () => {
  it.each<[Duration, number]>([
    [0, 0],
    [250, 250],
    ['0s', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['3d', 259_200_000],
    ['1w', 604_800_000],
    ['1.5s', 1_500],
    ['0.5h', 1_800_000],
    ['007s', 7_000],
    [MAX_DURATION_MS, MAX_DURATION_MS],
  ])('reads %p as %p ms', (value, milliseconds) => {
    expect(parseDuration(value)).toBe(milliseconds);
  });

  it('rounds a fraction of a millisecond up, so that nothing is early', () => {
    expect(parseDuration(0.2)).toBe(1);
    expect(parseDuration('1.0005s')).toBe(1_001);
  });

  it('does not take floating point noise for a fraction', () => {
    expect(parseDuration('1.15m')).toBe(69_000);
    expect(parseDuration('2.3d')).toBe(198_720_000);
    expect(parseDuration('1.1s')).toBe(1_100);
  });

  it.each<[unknown]>([
    [-1],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [MAX_DURATION_MS + 1],
    [''],
    ['5'],
    ['s'],
    ['-5s'],
    ['+5s'],
    ['5 s'],
    [' 5s'],
    ['5s\n'],
    ['5S'],
    ['5 minutes'],
    ['5min'],
    ['1h30m'],
    ['.5s'],
    ['5.s'],
    ['1e3s'],
    ['1_000ms'],
    ['1y'],
    ['99999999999999999999d'],
    [null],
    [undefined],
    [10n],
    [{}],
    [true],
  ])('refuses %p', (value) => {
    expect(() => parseDuration(value as Duration)).toThrow(/500ms.*30s/);
  });

  it('names the place and the value', () => {
    let thrown: unknown;
    try {
      parseDuration('5 minutes', 'timeout of step "charge"');
    } catch (error) {
      thrown = error;
    }

    expect(isWorkflowOptionsError(thrown)).toBe(true);
    expect((thrown as Error).message).toContain('timeout of step "charge"');
    expect((thrown as Error).message).toContain('"5 minutes"');
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0ms'],
    [1, '1ms'],
    [999, '999ms'],
    [1_000, '1s'],
    [90_000, '90s'],
    [3_600_000, '1h'],
    [86_400_000, '1d'],
    [1_209_600_000, '2w'],
  ])('writes %p ms as %p', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('is read back to the same number', () => {
    for (let milliseconds = 1; milliseconds < 1e12; milliseconds = milliseconds * 7 + 3) {
      expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds);
    }
  });
});

describe('parseSeconds', () => {
  it.each<[Duration, number]>([
    [1.5, 1_500],
    [0, 0],
    ['250ms', 250],
  ])('reads %p as %p ms', (value, milliseconds) => {
    expect(parseSeconds(value, 'timeout')).toBe(milliseconds);
  });

  it.each<unknown>([-1, Number.NaN, Number.POSITIVE_INFINITY, 'soon', '5', null, {}])(
    'refuses %p as it was given',
    (given) => {
      const value = given as Duration;
      expect(() => parseSeconds(value, 'timeout')).toThrow(
        expect.objectContaining({
          option: 'timeout',
          value,
          expected: expect.stringMatching(/a number of seconds/) as string,
        }) as Error,
      );
    },
  );
});
