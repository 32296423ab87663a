import { nextCron } from './next-cron.js';

const next = (expression: string, after: string, timeZone?: string) =>
  new Date(nextCron(expression, timeZone, Date.parse(after))).toISOString();

describe('nextCron', () => {
  it('answers the next occurrence strictly after the given instant', () => {
    expect(next('0 9 * * *', '2026-05-04T08:59:59.999Z')).toBe('2026-05-04T09:00:00.000Z');
    expect(next('0 9 * * *', '2026-05-04T09:00:00.000Z')).toBe('2026-05-05T09:00:00.000Z');
  });

  it('takes seconds as a sixth field', () => {
    expect(next('*/10 * * * * *', '2026-05-04T09:00:01.250Z')).toBe('2026-05-04T09:00:10.000Z');
  });

  it('takes either day where day of month and day of week are both restricted', () => {
    // The 2nd is a Friday, the 13th a Tuesday.
    expect(next('0 0 13 * FRI', '2026-01-01T00:00:00Z')).toBe('2026-01-02T00:00:00.000Z');
    expect(next('0 0 13 * FRI', '2026-01-10T00:00:00Z')).toBe('2026-01-13T00:00:00.000Z');
  });

  it('waits for a leap year', () => {
    expect(next('0 0 29 2 *', '2026-01-01T00:00:00Z')).toBe('2028-02-29T00:00:00.000Z');
  });

  it('reads the hours in the given zone', () => {
    expect(next('0 9 * * *', '2026-01-10T00:00:00Z', 'Asia/Kolkata')).toBe('2026-01-10T03:30:00.000Z');
  });

  describe('where clocks go forward', () => {
    it('lets a fixed time in the skipped hour come at the end of the gap', () => {
      expect(next('30 2 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T01:00:00.000Z');
      expect(next('30 2 * * *', '2026-03-29T01:00:00Z', 'Europe/Berlin')).toBe('2026-03-30T00:30:00.000Z');
    });
  });

  describe('where clocks go back', () => {
    it('lets a fixed time in the repeated hour come once', () => {
      expect(next('30 2 * * *', '2026-10-24T12:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
      expect(next('30 2 * * *', '2026-10-25T00:30:00Z', 'Europe/Berlin')).toBe('2026-10-26T01:30:00.000Z');
    });

    it('lets an interval go on through both hours', () => {
      expect(next('*/30 * * * *', '2026-10-25T00:30:00Z', 'Europe/Berlin')).toBe('2026-10-25T01:00:00.000Z');
      expect(next('*/30 * * * *', '2026-10-25T01:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T01:30:00.000Z');
    });
  });

  it.each([['61 * * * *'], ['* * * *'], ['* * * * * * *'], ['2026-05-01T00:00:00'], [''], ['soon']])(
    'refuses %p and says what is accepted',
    (expression) => {
      expect(() => nextCron(expression, undefined, 0)).toThrow(/option "cron".*5 or 6 fields/);
    },
  );

  it('refuses an expression that never comes', () => {
    expect(() => nextCron('0 0 31 2 *', undefined, 0)).toThrow(/"0 0 31 2 \*".*comes again/);
  });

  it('refuses an unknown zone', () => {
    expect(() => nextCron('* * * * *', 'Mars/Phobos', 0)).toThrow(/option "timeZone" has the value "Mars\/Phobos"/);
  });
});
