import { decodeName, encodeName, idempotencyKey } from './names.js';

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
