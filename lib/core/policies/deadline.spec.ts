import { deadlineAfter, earliestDeadline, remainingMs } from './deadline.js';

describe('a deadline', () => {
  it('is an instant, or Infinity where there is no limit', () => {
    expect(deadlineAfter(1_000, 500)).toBe(1_500);
    expect(deadlineAfter(1_000, 0)).toBe(1_000);
    expect(deadlineAfter(1_000, undefined)).toBe(Number.POSITIVE_INFINITY);
  });

  it('has a rest that never falls below nothing', () => {
    expect(remainingMs(1_500, 1_200)).toBe(300);
    expect(remainingMs(1_500, 1_500)).toBe(0);
    expect(remainingMs(1_500, 9_999)).toBe(0);
    expect(remainingMs(Number.POSITIVE_INFINITY, 9_999)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is the first of several', () => {
    expect(earliestDeadline(5, undefined, 3, 9)).toBe(3);
    expect(earliestDeadline(undefined)).toBe(Number.POSITIVE_INFINITY);
    expect(earliestDeadline()).toBe(Number.POSITIVE_INFINITY);
  });
});
