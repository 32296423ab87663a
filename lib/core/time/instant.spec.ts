import { runInNewContext } from 'node:vm';
import { parseInstant, type Instant } from './instant.js';

const NINE = Date.UTC(2026, 2, 1, 9);

describe('parseInstant', () => {
  it.each<[Instant, number]>([
    [NINE, NINE],
    [new Date(NINE), NINE],
    ['2026-03-01T09:00:00Z', NINE],
    ['2026-03-01T09:00Z', NINE],
    ['2026-03-01T10:00:00.000+01:00', NINE],
    ['2026-03-01', Date.UTC(2026, 2, 1)],
    [0.2, 1],
    [-5, -5],
  ])('reads %p', (value, milliseconds) => {
    expect(parseInstant(value)).toBe(milliseconds);
  });

  it('reads a Date of another realm', () => {
    expect(parseInstant(runInNewContext(`new Date(${NINE})`) as Date)).toBe(NINE);
  });

  it.each<[unknown]>([
    ['2026-03-01T09:00:00'],
    ['2026-13-01T00:00:00Z'],
    ['tomorrow'],
    [''],
    ['1'],
    [new Date(Number.NaN)],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [8.64e15 + 1],
    [null],
    [{}],
  ])('refuses %p', (value) => {
    expect(() => parseInstant(value as Instant, 'until of sleep "a"')).toThrow(/"until of sleep "a"".*ISO 8601/);
  });
});
