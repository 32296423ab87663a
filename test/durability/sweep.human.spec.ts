import { sweepCases } from './utils/sweep-cases.js';

sweepCases('human', {
  steps: ['left', 'right', 'file'],
  childSteps: { review: ['read'] },
  outcome: { status: 'completed', output: { child: 50, decision: 'yes', silence: null } },
});
