import { sweepCases } from './utils/sweep-cases.js';

sweepCases('saga', {
  isPlain: true,
  steps: ['hotel', 'flight', 'car', 'pay'],
  undone: ['hotel', 'flight', 'car'],
  outcome: { status: 'failed', error: { code: 'WORKFLOW_FAILED', cause: 'STEP_FAILED' } },
});
