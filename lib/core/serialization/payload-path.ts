/** The way from a payload to a value inside it: keys and indexes. @internal */
export type PayloadPath = readonly (string | number)[];

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * Writes a path the way it would be written in code: `result.items[3]["unit price"]`.
 *
 * @internal
 */
export function formatPayloadPath(place: string, path: PayloadPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return IDENTIFIER.test(part) ? `${text}.${part}` : `${text}[${JSON.stringify(part)}]`;
  }, place);
}
