import { sweepCases } from './utils/sweep-cases.js';

const VISITS = [
  ...['open#1', 'work#1', 'merge#1', 'open#2', 'work#2', 'merge#2'],
  ...['inner#1/read#1', 'inner#1/note#1', 'file#1'],
];

sweepCases('graph', {
  // Behind every visit before it is recorded, and every answer; `npm run crash -- --all` kills it everywhere.
  points: /^after body |^after (signal|route)#/,
  stride: 1,
  steps: VISITS.map(encodeURIComponent),
  outcome: {
    status: 'completed',
    output: {
      iterations: 10,
      terminatedAt: 'file',
      state: {
        human_response: 'no',
        // Each saw what had been answered by then.
        inner: ['inner#1/read#1 ', 'inner#1/note#1 '],
        log: ['open#1 ', 'work#1 ', 'merge#1 yes', 'open#2 yes', 'work#2 yes', 'merge#2 no', 'file#1 no'],
      },
    },
  },
});
