import { sweepCases } from './utils/sweep-cases.js';

// A pipeline whose parallel step fails fast: what stopped beside the failure is told by the journal, wherever the process dies.
sweepCases('rush', {
  points: /^after (flush|entry|body|undo)/,
  steps: ['reserve', 'both%2Ffails', 'both%2Fwaits', 'both%2Ftries'],
  undone: ['reserve'],
  outcome: { status: 'failed', error: { code: 'WORKFLOW_FAILED', cause: 'STEP_FAILED' } },
});
