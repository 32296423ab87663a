import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

/** Tells equal values apart from different ones, whatever the order of their keys; as JSON sees them. @internal */
export function fingerprint(value: unknown): string {
  const text = value === undefined ? '' : canonicalJson(value);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
