import { EVERY_WRITE, isThorough } from './utils/sweep.js';
import { sweepCases } from './utils/sweep-cases.js';

const CHAIN = {
  points: EVERY_WRITE,
  steps: ['reserve', 'charge', 'book', 'ship'],
  transactions: ['book'],
  outcome: { status: 'completed', output: { n: 5, isSameDraw: true } },
};

sweepCases('chain', { ...CHAIN, isPlain: true });
// With its events another workflow is swept in the ordinary run.
if (isThorough) sweepCases('chain', CHAIN);
