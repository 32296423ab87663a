/**
 * `node --import ./test/utils/typescript.mjs program.ts`: runs TypeScript where it stands, for programs that share code with specs and need no
 * test runner. Types are removed, nothing else.
 */
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
