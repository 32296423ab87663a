import { sweepCases } from './utils/sweep-cases.js';

sweepCases('chain', {
  steps: ['reserve', 'charge', 'book', 'ship'],
  transactions: ['book'],
  outcome: { status: 'completed', output: { n: 5, isSameDraw: true } },
});
