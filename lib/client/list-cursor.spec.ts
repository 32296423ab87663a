import { isWorkflowInputError } from '../core/errors/index.js';
import { decodeListCursor, encodeListCursor } from './list-cursor.js';

const position = { createdAt: 1_767_225_600_000, id: 'bestellung-π' };

describe('The cursor of a list', () => {
  it('brings back the position it was made of', () => {
    expect(decodeListCursor(encodeListCursor(position))).toEqual(position);
  });

  it('can stand in a URL as it is', () => {
    expect(encodeListCursor(position)).toMatch(/^[\w-]+$/);
  });

  it.each([
    ['an empty text', ''],
    ['any text', 'next'],
    ['no text', 17],
    ['a cursor with something behind it', `${encodeListCursor(position)}!`],
    ['a cursor that was cut off', encodeListCursor(position).slice(0, -4)],
    ['another format', Buffer.from(JSON.stringify([2, 5, 'a'])).toString('base64url')],
    ['a time that is no number', Buffer.from(JSON.stringify([1, '5', 'a'])).toString('base64url')],
    ['an empty id', Buffer.from(JSON.stringify([1, 5, ''])).toString('base64url')],
    ['an id that no database keeps', Buffer.from(JSON.stringify([1, 5, 'a\u0000'])).toString('base64url')],
    ['more than it should hold', Buffer.from(JSON.stringify([1, 5, 'a', 'b'])).toString('base64url')],
  ])('is refused when it is %s', (_what, cursor) => {
    expect.assertions(2);
    try {
      decodeListCursor(cursor);
    } catch (error) {
      expect(isWorkflowInputError(error)).toBe(true);
      expect((error as Error).message).toContain('pass nextCursor unchanged');
    }
  });
});
