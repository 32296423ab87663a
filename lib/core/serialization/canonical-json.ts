/**
 * JSON with the keys of every object in order, so that values that differ only in the order of their keys give the same text. For
 * comparing and for fingerprints, not for storing. `undefined` gives an empty text.
 *
 * @internal
 */
export function canonicalJson(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? '' : canonicalText(text);
}

/**
 * Tells whether two JSON texts stand for the same value, whatever the order of their keys.
 *
 * @internal
 */
export function isSameJson(first: string | undefined, second: string | undefined): boolean {
  if (first === second) return true;
  if (first === undefined || second === undefined) return false;
  return canonicalText(first) === canonicalText(second);
}

function canonicalText(text: string): string {
  return JSON.stringify(JSON.parse(text), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    // Without a prototype, because assigning the key `__proto__` would otherwise change it.
    const sorted = Object.create(null) as Record<string, unknown>;
    for (const key of Object.keys(value).sort()) sorted[key] = (value as Record<string, unknown>)[key];
    return sorted;
  });
}
