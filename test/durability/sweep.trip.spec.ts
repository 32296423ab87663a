import { sweepCases } from './utils/sweep-cases.js';

// As the saga's, but for an undo that fails: what was done is swept there.
sweepCases('trip', {
  points: /^after (flush|entry|COMMIT|undo)/,
  steps: ['hotel', 'flight', 'car', 'pay'],
  transactions: ['hotel'],
  undone: ['hotel', 'flight', 'car'],
  outcome: { status: 'compensation_failed', error: { code: 'WORKFLOW_FAILED', cause: 'COMPENSATION_FAILED' } },
});
