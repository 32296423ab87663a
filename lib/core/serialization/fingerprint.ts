import { hash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

/** Tells equal values apart from different ones, whatever the order of their keys; as JSON sees them. @internal */
export function fingerprint(value: unknown): string {
  return value === undefined ? NOTHING : digest(canonicalJson(value));
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}

const NOTHING = digest('');
