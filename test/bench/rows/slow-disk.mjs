import { measureThroughput } from './throughput.mjs';

/** Where a commit takes a millisecond, which the server waits for by itself before each. */
const SLOW = { commit_delay: '1000', commit_siblings: '0' };

const CELLS = [
  { steps: 5, loops: 1, bar: [0.5] },
  { steps: 5, loops: 32, bar: [0.5] },
  { steps: 5, loops: 256, bar: [0.5] },
];

/** The work of `throughput` on a slower disk. */
export default async function slowDisk(context) {
  await measureThroughput(context, { row: 'slow-disk', cells: CELLS, server: SLOW });
}
