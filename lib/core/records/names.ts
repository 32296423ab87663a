const RESERVED = /[/#$%]/g;
const ENCODED = /%(?:2F|23|24|25)/g;

/**
 * A user's name as part of a journal key: `/ # $ %` are percent-encoded, so that it never collides with a name of the engine. Other
 * characters stay.
 *
 * @internal
 */
export function encodeName(name: string): string {
  return name.search(RESERVED) === -1 ? name : encode(name);
}

function encode(name: string): string {
  return name.replace(RESERVED, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Whether a journal key is one of the engine's: a user's name never begins like it. @internal */
export function isEngineName(encodedName: string): boolean {
  return encodedName.startsWith('$');
}

/** The name as the user wrote it; names of the engine are left as they are. @internal */
export function decodeName(encodedName: string): string {
  return encodedName.replace(ENCODED, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
}

/**
 * The key under which a step's effect is known outside: the same for every attempt on every worker, another one in every other
 * generation, step and instance.
 *
 * @param encodedName The key of the step in its journal.
 * @internal
 */
export function idempotencyKey(workflowId: string, generation: number, encodedName: string): string {
  // The encoded id has no slash, so the first two slashes always separate, whatever ids and names contain.
  return `${encodeName(workflowId)}/${generation}/${encodedName}`;
}
