import { isContextUsageError } from '../errors/index.js';
import { assertName, decodeName, encodeName, idempotencyKey } from './names.js';

describe('encodeName', () => {
  it.each([
    ['charge', 'charge'],
    ['charge: order 5 (ü 😀)', 'charge: order 5 (ü 😀)'],
    ['a/b', 'a%2Fb'],
    ['node#3', 'node%233'],
    ['$commit', '%24commit'],
    ['100%', '100%25'],
    ['%2F', '%252F'],
    ['/#$%', '%2F%23%24%25'],
  ])('writes %p as %p, and back', (name, encoded) => {
    expect(encodeName(name)).toBe(encoded);
    expect(decodeName(encoded)).toBe(name);
  });

  it('leaves names of the engine readable', () => {
    expect(decodeName('$compensate:charge')).toBe('$compensate:charge');
    expect(decodeName('ship#2')).toBe('ship#2');
    expect(decodeName('batch%zz %2f %41')).toBe('batch%zz %2f %41');
  });
});

describe('assertName', () => {
  it.each(['a', 'charge order 5', 'ü😀', '$x', 'x'.repeat(200)])('takes %p', (name) => {
    expect(() => assertName(name, 'step')).not.toThrow();
  });

  it.each<[unknown, RegExp]>([
    ['', /must not be empty/],
    ['x'.repeat(201), /at most 200 characters, and this one has 201/],
    ['a\nb', /no control characters/],
    ['a\0', /no control characters/],
    ['a\u0085', /no control characters/],
    ['a\ud800', /surrogate/],
    [5, /a name is a text/],
    [undefined, /a name is a text/],
  ])('refuses %p', (name, message) => {
    let thrown: unknown;
    try {
      assertName(name, 'step in workflow "orders"');
    } catch (error) {
      thrown = error;
    }

    expect(isContextUsageError(thrown)).toBe(true);
    expect((thrown as Error).message).toMatch(message);
    expect((thrown as Error).message).toContain('step in workflow "orders"');
  });
});

describe('idempotencyKey', () => {
  it('is made of instance, generation and step', () => {
    expect(idempotencyKey('order-1', 2, 'charge')).toBe('order-1/2/charge');
  });

  it('is different whenever one of them is', () => {
    const keys = [
      idempotencyKey('a', 1, 'b'),
      idempotencyKey('a', 2, 'b'),
      idempotencyKey('b', 1, 'b'),
      idempotencyKey('a', 1, 'c'),
      // What naive joining would mix up.
      idempotencyKey('a/1', 1, 'b'),
      idempotencyKey('a', 1, '1/b'),
      idempotencyKey('a', 11, 'b'),
      idempotencyKey('a%2F1', 1, 'b'),
    ];

    expect(new Set(keys).size).toBe(keys.length);
  });
});
