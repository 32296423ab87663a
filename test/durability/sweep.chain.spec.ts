import { EVERY_WRITE } from './utils/sweep.js';
import { sweepCases } from './utils/sweep-cases.js';

sweepCases('chain', {
  points: EVERY_WRITE,
  steps: ['reserve', 'charge', 'book', 'ship'],
  transactions: ['book'],
  outcome: { status: 'completed', output: { n: 5, isSameDraw: true } },
});
