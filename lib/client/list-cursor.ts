import { WorkflowInputError } from '../core/errors/index.js';
import { isStorableText } from '../core/serialization/index.js';

/** Where a page ended: the key of its last instance. @internal */
export interface ListPosition {
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly id: string;
}

/** Raised when the content of cursors changes, so that an old one is refused instead of misread. */
const FORMAT = 1;

/** An opaque text for a position, safe in URLs. @internal */
export function encodeListCursor(position: ListPosition): string {
  return Buffer.from(JSON.stringify([FORMAT, position.createdAt, position.id])).toString('base64url');
}

/** The position that a cursor stands for. @throws WorkflowInputError for anything that `list` did not answer. @internal */
export function decodeListCursor(cursor: unknown): ListPosition {
  const content = typeof cursor === 'string' ? parse(cursor) : undefined;
  if (Array.isArray(content) && content.length === 3) {
    const [format, createdAt, id] = content as unknown[];
    if (
      format === FORMAT &&
      Number.isSafeInteger(createdAt) &&
      typeof id === 'string' &&
      id !== '' &&
      isStorableText(id)
    ) {
      const position = { createdAt: createdAt as number, id };
      // Exactly what was given out: text that only decodes to the same is somebody's own making.
      if (encodeListCursor(position) === cursor) return position;
    }
  }
  throw new WorkflowInputError({
    place: 'The cursor',
    issues: [
      {
        path: '',
        message: 'it is not one that list() answered; pass nextCursor unchanged, or none for the first page',
      },
    ],
  });
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    // Whatever is wrong with the text, the caller is told the same.
    return undefined;
  }
}
