import type { StoreHint } from '../../core/store/index.js';
import { greeting, packHints, readMessage } from './hint-message.js';

describe('hint messages', () => {
  it('bring every hint to another process', () => {
    const hints: StoreHint[] = [
      { kind: 'due' },
      { kind: 'ended', workflowId: 'a "quoted" id' },
      { kind: 'woken', workflowId: 'ü' },
    ];

    const [payload, ...more] = packHints('me', hints);

    expect(more).toEqual([]);
    expect(readMessage('you', payload!)).toEqual({ isHello: false, hints });
  });

  it('are ignored by their sender', () => {
    expect(readMessage('me', packHints('me', [{ kind: 'due' }])[0]!)).toBeUndefined();
  });

  it('stay below what the server takes, however many there are', () => {
    const hints = Array.from({ length: 2_000 }, (_, index): StoreHint => {
      return { kind: 'ended', workflowId: `${'é'.repeat(40)}${index}` };
    });

    const payloads = packHints('me', hints);

    expect(payloads.every((payload) => Buffer.byteLength(payload) < 8_000)).toBe(true);
    expect(payloads.flatMap((payload) => readMessage('you', payload)?.hints)).toEqual(hints);
  });

  it('leave out an id that no message could hold', () => {
    expect(packHints('me', [{ kind: 'ended', workflowId: 'x'.repeat(9_000) }])).toEqual([]);
  });

  it.each(['', 'null', '7', '[]', '{', '{"due":true}', '{"from":7,"due":true}'])(
    'are no payload of somebody else: %s',
    (payload) => {
      expect(readMessage('me', payload)).toBeUndefined();
    },
  );

  it('are never broken by what they hold', () => {
    const payload = '{"from":"you","ended":7,"woken":[1,null]}';

    expect(readMessage('me', payload)).toEqual({ isHello: false, hints: [] });
  });

  it('ask who is there, and say that somebody is', () => {
    expect(readMessage('me', greeting('you', true))).toEqual({ isHello: true, hints: [] });
    expect(readMessage('me', greeting('you', false))).toEqual({ isHello: false, hints: [] });
  });
});
