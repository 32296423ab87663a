import { EVERY_WRITE } from './utils/sweep.js';
import { sweepCases } from './utils/sweep-cases.js';

sweepCases('stock', {
  points: EVERY_WRITE,
  steps: ['item-0', 'item-1', 'item-2', 'item-3', 'item-4', 'batch%230', 'batch%231', 'batch%232'],
  outcome: {
    status: 'completed',
    output: {
      ...{ totalItems: 5, totalBatches: 3, successfulItems: 3, failedItems: 2, failedBatches: 1 },
      ...{ errors: [{ batchId: 1, error: 'The card was declined.' }] },
      results: ['ITEM-0', 'ITEM-1', 'ITEM-4'],
    },
  },
});
