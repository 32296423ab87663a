import { canonicalJson, isSameJson } from './canonical-json.js';

describe('canonicalJson', () => {
  it('does not depend on the order of keys, at any depth', () => {
    const first = canonicalJson({ b: [{ y: 1, x: 2 }], a: null });
    const second = canonicalJson({ a: null, b: [{ x: 2, y: 1 }] });

    expect(first).toBe('{"a":null,"b":[{"x":2,"y":1}]}');
    expect(second).toBe(first);
  });

  it('depends on the order of items and on every value', () => {
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
    expect(canonicalJson({ a: '1' })).not.toBe(canonicalJson({ a: 1 }));
  });

  it('applies toJSON, and keeps a key named __proto__', () => {
    expect(canonicalJson({ at: new Date(0) })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
    expect(canonicalJson(JSON.parse('{"b":1,"__proto__":2}'))).toBe('{"__proto__":2,"b":1}');
  });

  it('gives an empty text for undefined', () => {
    expect(canonicalJson(undefined)).toBe('');
  });
});

describe('isSameJson', () => {
  it.each([
    ['{"a":1,"b":2}', '{"b":2,"a":1}', true],
    ['{"a":1}', '{ "a": 1.0 }', true],
    ['[1,2]', '[2,1]', false],
    ['{"a":1}', '{"a":1,"b":null}', false],
    [undefined, undefined, true],
    [undefined, 'null', false],
  ])('compares %p with %p', (first, second, same) => {
    expect(isSameJson(first, second)).toBe(same);
    expect(isSameJson(second, first)).toBe(same);
  });
});
