// A pair of surrogates counts as one character under the `u` flag, so only lone ones match.
// eslint-disable-next-line no-control-regex -- U+0000 is what it looks for
const UNSTORABLE = /[\u{0}\p{Surrogate}]/u;
const EVERY_UNSTORABLE = new RegExp(UNSTORABLE, 'gu');

/**
 * Tells whether every database keeps a text as it is: no U+0000, no lone surrogate.
 *
 * @internal
 */
export function isStorableText(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/**
 * The text, shortened to `maxLength` characters, with U+FFFD in place of what no database keeps. For texts that are shown to people;
 * payloads are refused instead.
 *
 * @internal
 */
export function storableText(text: string, maxLength: number): string {
  const short = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
  return short.replace(EVERY_UNSTORABLE, '\u{FFFD}');
}
