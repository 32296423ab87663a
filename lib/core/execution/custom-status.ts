import { ContextUsageError } from '../errors/index.js';
import type { PayloadPort } from '../serialization/index.js';

/** The largest custom status, bytes of JSON. */
const LIMIT_BYTES = 16 * 1024;

/** A custom status as it is stored. @throws ContextUsageError when it is too large @internal */
export function statusText(payloads: PayloadPort, status: unknown): string | undefined {
  const text = payloads.toText(status, 'custom status');
  const bytes = text === undefined ? 0 : Buffer.byteLength(text);
  if (bytes <= LIMIT_BYTES) return text;
  throw new ContextUsageError(
    `The custom status is ${bytes} bytes long; at most ${LIMIT_BYTES} are kept. Put what is larger into a step's result.`,
  );
}
