/**
 * Type tests are compiled, never run: `npm run typecheck` fails when a line marked `@ts-expect-error` compiles, and when
 * any other line does not.
 */
import { type Equal, expectType } from './expect-type.js';

expectType<Equal<string, string>>();

// @ts-expect-error A union is more than one of its members.
expectType<Equal<string | null, string>>();

// @ts-expect-error Otherwise a type that was lost somewhere would pass for the one it should have been.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
expectType<Equal<any, string>>();
