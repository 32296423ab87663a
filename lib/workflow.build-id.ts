import { hash } from 'node:crypto';
import type { DefinitionRegistry } from './core/definition/index.js';

/**
 * Names the code of this process by what is registered: names, versions and the text of the classes. Two processes of one build
 * answer the same; code that a workflow calls is not seen, so a build that changes only that has the same name.
 *
 * @internal
 */
export function buildIdOf(registry: DefinitionRegistry): string {
  const lines = [...registry.all()]
    .map(({ name, version, model, fingerprint }) => `${name}@${version} ${model} ${fingerprint ?? ''}`)
    .sort();
  return hash('sha256', lines.join('\n'), 'base64url').slice(0, 16);
}
