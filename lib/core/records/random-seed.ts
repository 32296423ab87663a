import { randomBytes } from 'node:crypto';

/** What the chance of a new instance begins with. Never the same twice, so that a start that is sent again is known by it. @internal */
export function newRandomSeed(): string {
  return randomBytes(12).toString('base64url');
}
