import { WorkflowOptionsError } from '../../core/errors/index.js';

/** A key that a node writes to: the state passes over those that are the engine's. @throws WorkflowOptionsError @internal */
export function keyToWrite(given: string | undefined, fallback: string, node: string): string {
  const key = given ?? fallback;
  if (isKey(key) && !key.startsWith('_')) return key;
  const expected = 'a text that is not empty and does not begin with "_", as the keys of the engine do';
  throw new WorkflowOptionsError({ option: `outputKey of node "${node}"`, value: key, expected });
}

/** A key that a node reads. @throws WorkflowOptionsError @internal */
export function keyToRead(given: string | undefined, fallback: string, option: string): string {
  const key = given ?? fallback;
  if (isKey(key)) return key;
  throw new WorkflowOptionsError({ option, value: key, expected: 'a text that is not empty' });
}

/** Keys that a node reads. @throws WorkflowOptionsError @internal */
export function keysToRead(given: readonly string[] | undefined, option: string): readonly string[] {
  const keys: unknown = given ?? [];
  if (Array.isArray(keys) && keys.every(isKey)) return Object.freeze([...keys]);
  throw new WorkflowOptionsError({ option, value: keys, expected: 'a list of texts, none of which is empty' });
}

function isKey(key: unknown): key is string {
  return typeof key === 'string' && key !== '';
}
