import { assertPayloadSize, combineCodecs, type PayloadCodec } from './payload-codec.js';

const context = { workflowId: 'order-1', place: 'result of step "load"' };

/** Writes texts backwards. */
const reversing = (id: string): PayloadCodec => ({
  id,
  encode: (json) => [...json].reverse().join(''),
  decode: (encoded) => [...encoded].reverse().join(''),
});

const later: PayloadCodec = {
  id: 'later',
  encode: async (json) => Buffer.from(json).toString('base64'),
  decode: async (encoded) => Buffer.from(encoded, 'base64').toString(),
};

describe('combineCodecs', () => {
  it('is nothing when there is no codec', () => {
    expect(combineCodecs(undefined)).toBeUndefined();
    expect(combineCodecs([])).toBeUndefined();
  });

  it('marks what a codec wrote, and reads it back', async () => {
    const codec = combineCodecs(reversing('turn'));

    const stored = await codec?.encode('{"a":1}', context);

    expect(stored).toBe('turn:}1:"a"{');
    expect(codec?.decode(stored as string, context)).toBe('{"a":1}');
  });

  it('works with codecs that take their time', async () => {
    const codec = combineCodecs([later]);

    const stored = await codec?.encode('{"a":1}', context);

    expect(stored).toMatch(/^later:/);
    await expect(codec?.decode(stored as string, context)).resolves.toBe('{"a":1}');
  });

  it('writes with the first and reads with the one that wrote', async () => {
    const before = combineCodecs([reversing('old')]);
    const after = combineCodecs([later, reversing('old')]);
    const stored = (await before?.encode('[1,2]', context)) as string;

    expect(await after?.decode(stored, context)).toBe('[1,2]');
    expect(await after?.encode('[1,2]', context)).toMatch(/^later:/);
  });

  it.each(['{"a":"b:c"}', '["turn:x"]', '"turn:x"', '-1', 'true', 'null'])(
    'reads %p, written before there was a codec, as it is',
    (text) => {
      expect(combineCodecs(reversing('turn'))?.decode(text, context)).toBe(text);
    },
  );

  it('names the codec that is missing', () => {
    expect(() => combineCodecs(reversing('new'))?.decode('old:abc', context)).toThrow(
      /^result of step "load" cannot be read: it was written by the codec "old", which is not configured\./,
    );
  });

  it.each([['Upper'], [''], ['a:b'], ['1a'], [undefined]])('refuses the id %p', (id) => {
    expect(() => combineCodecs(reversing(id as string))).toThrow(/codec\.id/);
  });

  it('refuses an id that is used twice', () => {
    expect(() => combineCodecs([reversing('a'), reversing('a')])).toThrow(/different for each codec/);
  });
});

describe('assertPayloadSize', () => {
  it('counts bytes of UTF-8', () => {
    expect(() => assertPayloadSize('é'.repeat(5), 10, 'input')).not.toThrow();
    expect(() => assertPayloadSize('é'.repeat(5) + 'a', 10, 'input')).toThrow(/input has 11 bytes.*limit.*10 bytes/);
  });

  it('has no limit at Infinity', () => {
    expect(() => assertPayloadSize('a'.repeat(2_000_000), Number.POSITIVE_INFINITY, 'input')).not.toThrow();
  });
});
