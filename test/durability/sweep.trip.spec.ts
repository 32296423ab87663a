import { sweepCases } from './utils/sweep-cases.js';

sweepCases('trip', {
  steps: ['hotel', 'flight', 'car', 'pay'],
  transactions: ['hotel'],
  undone: ['hotel', 'flight', 'car'],
  outcome: { status: 'compensation_failed', error: { code: 'WORKFLOW_FAILED', cause: 'COMPENSATION_FAILED' } },
});
