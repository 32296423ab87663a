import { randomFillSync } from 'node:crypto';

const BYTES = 12;
/** Drawn for many at a time, since each draw costs as much as a thousand bytes. */
const pool = Buffer.allocUnsafe(BYTES * 256);
let used = pool.length;

/** What the chance of a new instance begins with. Never the same twice, so that a start that is sent again is known by it. @internal */
export function newRandomSeed(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += BYTES;
  return pool.toString('base64url', used - BYTES, used);
}
