import { runInNewContext } from 'node:vm';
import { isWorkflowPayloadError, type WorkflowPayloadError } from '../errors/index.js';
import { fromJson, toJson } from './journal-json.js';

function refusal(value: unknown, place = 'result'): WorkflowPayloadError {
  try {
    toJson(value, place);
  } catch (error) {
    if (isWorkflowPayloadError(error)) return error;
    throw error;
  }
  throw new Error('The value was accepted.');
}

class Order {
  readonly #secret = 'hidden';
  constructor(
    readonly id: string,
    readonly paidAt: Date,
  ) {}
  reveal(): string {
    return this.#secret;
  }
}

describe('toJson', () => {
  it.each([
    ['text', 'é 😀 "quoted" \\ \n'],
    ['an empty text', ''],
    ['a number', -1.5e-7],
    ['a boolean', false],
    ['null', null],
    ['an empty array', []],
    ['an empty object', {}],
    [
      'nested data',
      {
        items: [
          { sku: 'a', price: 1.25 },
          { sku: 'b', tags: ['x', null] },
        ],
        total: 2,
      },
    ],
    ['control characters', '\u0001\u001f'],
    ['a backslash before u', 'C:\\users\\u0000'],
  ])('writes %s as JSON does, and reads it back', (_, value) => {
    const text = toJson(value, 'result');

    expect(text).toBe(JSON.stringify(value));
    expect(fromJson(text)).toEqual(value);
  });

  it('leaves out properties that are undefined', () => {
    expect(toJson({ a: undefined, b: 1 }, 'result')).toBe('{"b":1}');
  });

  it('writes a date as ISO text', () => {
    expect(toJson({ at: new Date(0) }, 'result')).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
  });

  it('writes a class instance as its data', () => {
    expect(toJson([new Order('o-1', new Date(0))], 'result')).toBe(
      '[{"id":"o-1","paidAt":"1970-01-01T00:00:00.000Z"}]',
    );
  });

  it('writes -0 as 0', () => {
    expect(toJson({ a: -0 }, 'result')).toBe('{"a":0}');
  });

  it('uses toJSON once, with the key, and checks what it gives', () => {
    const keys: string[] = [];
    const money = {
      toJSON(key: string) {
        keys.push(key);
        return { cents: 5, at: new Date(0) };
      },
    };

    expect(toJson({ price: money, list: [money] }, 'result')).toBe(
      '{"price":{"cents":5,"at":"1970-01-01T00:00:00.000Z"},"list":[{"cents":5,"at":"1970-01-01T00:00:00.000Z"}]}',
    );
    expect(keys).toEqual(['price', '0']);
    expect(refusal({ price: { toJSON: () => ({ cents: Number.NaN }) } }).path).toBe('result.price.cents');
  });

  it('takes objects of another realm for what they are', () => {
    const foreign = runInNewContext('({ list: [1, { at: new Date(0) }], map: null })') as unknown;

    expect(toJson(foreign, 'result')).toBe('{"list":[1,{"at":"1970-01-01T00:00:00.000Z"}],"map":null}');
    expect(refusal(runInNewContext('({ list: new Map([[1, 2]]) })')).message).toContain('a Map has no JSON form');
  });

  it('takes objects without a prototype', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });

    expect(toJson(bare, 'result')).toBe('{"a":1}');
  });

  it('writes an object that occurs twice, twice', () => {
    const shared = { a: 1 };

    expect(toJson({ first: shared, second: [shared], when: new Order('1', new Date(0)) }, 'result')).toContain(
      '"first":{"a":1},"second":[{"a":1}]',
    );
  });

  it('keeps a key named __proto__ as a key, on both ways and in both of its paths', () => {
    const text = '{"__proto__":{"polluted":true}}';
    const read = fromJson(text) as Record<string, unknown>;

    expect(Object.keys(read)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(toJson(read, 'result')).toBe(text);
    expect(toJson({ read, order: new Order('1', new Date(0)) }, 'result')).toContain(`"read":${text}`);
  });

  describe('refuses, naming the path and the way out', () => {
    const cyclic: Record<string, unknown> = { name: 'loop' };
    cyclic.self = { back: [cyclic] };
    const sparse: unknown[] = [1];
    sparse[2] = 3;

    it.each<[string, unknown, string, RegExp]>([
      ['undefined itself', undefined, 'result', /Store null/],
      ['NaN', { a: { b: Number.NaN } }, 'result.a.b', /NaN would become null/],
      ['Infinity', [1, Number.POSITIVE_INFINITY], 'result[1]', /Infinity would become null/],
      ['-Infinity', Number.NEGATIVE_INFINITY, 'result', /-Infinity would become null/],
      ['a bigint', { n: 10n }, 'result.n', /toString/],
      ['a symbol', { s: Symbol('x') }, 'result.s', /symbol/],
      ['a function', { items: [{ run: () => 1 }] }, 'result.items[0].run', /function/],
      ['undefined in an array', { items: [1, undefined] }, 'result.items[1]', /Store null/],
      ['a hole in an array', sparse, 'result[1]', /hole/],
      ['a Map', { m: new Map([[1, 2]]) }, 'result.m', /Object\.fromEntries/],
      ['a Set', { s: new Set([1]) }, 'result.s', /\[\.\.\.set\]/],
      ['a WeakMap', new WeakMap(), 'result', /WeakMap/],
      ['a RegExp', { r: /x/ }, 'result.r', /RegExp/],
      ['a Promise', { p: Promise.resolve(1) }, 'result.p', /Await it/],
      ['an Error', { e: new TypeError('x') }, 'result.e', /Store its message/],
      ['a Buffer', { b: Buffer.from('x') }, 'result.b', /base64/],
      ['a typed array', { b: new Float64Array(2) }, 'result.b', /binary data \(Float64Array\)/],
      ['an ArrayBuffer', { b: new ArrayBuffer(2) }, 'result.b', /ArrayBuffer would become \{\}/],
      ['a Headers object', { h: new Headers({ a: 'b' }) }, 'result.h', /Headers would become \{\}/],
      ['an iterator', { i: [1][Symbol.iterator]() }, 'result.i', /would become \{\}/],
      ['a Number object', { n: Object(1) as unknown }, 'result.n', /plain number/],
      ['a String object', { n: Object('ab') as unknown }, 'result.n', /plain string/],
      ['an invalid date', { at: new Date(Number.NaN) }, 'result.at', /invalid Date/],
      ['a cyclic value', cyclic, 'result.self.back[0]', /contains itself/],
      ['half of a surrogate pair', { t: ['ok', 'a\ud800b'] }, 'result.t[1]', /surrogate/],
      ['U+0000 in a text', { t: 'a\0b' }, 'result.t', /U\+0000/],
      ['U+0000 in a key', { 'a\0b': 1 }, 'result["a\\u0000b"]', /its key contains/],
      ['half of a surrogate pair in a key', { '\udc00': 1 }, 'result["\\udc00"]', /its key contains/],
      ['a key that is no identifier', { 'unit price': Number.NaN }, 'result["unit price"]', /NaN/],
    ])('%s', (_, value, path, reason) => {
      const error = refusal(value);

      expect(error.path).toBe(path);
      expect(error.reason).toMatch(reason);
      expect(error.message).toBe(`${path} cannot be stored: ${error.reason}`);
    });

    it('what is nested too deeply for JSON itself', () => {
      let nested: unknown = 1;
      for (let depth = 0; depth < 100_000; depth++) nested = [nested];

      expect(refusal(nested).reason).toMatch(/more than 1000 levels/);
    });

    it('what throws when it is read', () => {
      const hostile = {
        get price(): number {
          throw new RangeError('no price');
        },
      };
      const error = refusal({ hostile });

      expect(error.message).toMatch(/reading it failed \(no price\)/);
      expect(error.cause).toBeInstanceOf(RangeError);
    });
  });

  it('writes values that are deep, but not too deep', () => {
    let nested: unknown = 1;
    for (let depth = 0; depth < 900; depth++) nested = { nested };

    expect(toJson(nested, 'result')).toBe(JSON.stringify(nested));
  });
});

describe('fromJson', () => {
  it('says what to look for when the text is not JSON', () => {
    expect(() => fromJson('aes:deadbeef', 'result of step "load"')).toThrow(
      /^result of step "load" cannot be read: its stored text is not JSON\. Configure the codec/,
    );
  });

  it('gives a new value each time', () => {
    expect(fromJson('{"a":1}')).not.toBe(fromJson('{"a":1}'));
  });
});
