import type { StoreHint } from '../../core/store/index.js';
import { packHints, unpackHints } from './hint-message.js';

describe('hint messages', () => {
  it('bring every hint to another process', () => {
    const hints: StoreHint[] = [
      { kind: 'due' },
      { kind: 'ended', workflowId: 'a "quoted" id' },
      { kind: 'woken', workflowId: 'ü' },
    ];

    const [payload, ...more] = packHints('me', hints);

    expect(more).toEqual([]);
    expect(unpackHints('you', payload!)).toEqual(hints);
  });

  it('are ignored by their sender', () => {
    expect(unpackHints('me', packHints('me', [{ kind: 'due' }])[0]!)).toEqual([]);
  });

  it('stay below what the server takes, however many there are', () => {
    const hints = Array.from({ length: 2_000 }, (_, index): StoreHint => {
      return { kind: 'ended', workflowId: `${'é'.repeat(40)}${index}` };
    });

    const payloads = packHints('me', hints);

    expect(payloads.every((payload) => Buffer.byteLength(payload) < 8_000)).toBe(true);
    expect(payloads.flatMap((payload) => unpackHints('you', payload))).toEqual(hints);
  });

  it('leave out an id that no message could hold', () => {
    expect(packHints('me', [{ kind: 'ended', workflowId: 'x'.repeat(9_000) }])).toEqual([]);
  });

  it.each(['', 'null', '7', '[]', '{', '{"ended":7,"woken":[1,null]}'])(
    'are never broken by a foreign payload: %s',
    (payload) => {
      expect(unpackHints('me', payload)).toEqual([]);
    },
  );
});
