/** Where a saga stands. @publicApi */
export const SagaState = {
  PENDING: 'pending',
  RUNNING: 'running',
  COMPLETED: 'completed',
  COMPENSATING: 'compensating',
  FAILED: 'failed',
} as const;
/** @publicApi */
export type SagaState = (typeof SagaState)[keyof typeof SagaState];
