import { runInNewContext } from 'node:vm';
import {
  NonRetryableStepError,
  StepFailedError,
  WORKFLOW_ERROR_CODES,
  WorkflowError,
  WorkflowNotFoundError,
  errorClassOf,
  isStepFailedError,
  isWorkflowError,
  isWorkflowErrorCode,
  type WorkflowErrorCode,
} from './index.js';

describe('WorkflowError', () => {
  it('takes its HTTP status from the table of codes', () => {
    expect(new WorkflowError('WORKFLOW_NOT_FOUND', 'x').httpStatus).toBe(404);
    expect(new WorkflowError('WORKFLOW_STORE', 'x').httpStatus).toBe(503);
  });

  it('lets one error have an HTTP status of its own', () => {
    const error = new WorkflowError('WORKFLOW_STATE', 'x', { httpStatus: 410 });

    expect(error.httpStatus).toBe(410);
  });

  it('keeps cause and details, and has neither when none was given', () => {
    const cause = new TypeError('boom');

    const error = new WorkflowError('STEP_FAILED', 'x', { cause, details: { order: 7 } });
    const bare = new WorkflowError('STEP_FAILED', 'x');

    expect(error.cause).toBe(cause);
    expect(error.details).toEqual({ order: 7 });
    expect(Object.keys(bare)).toEqual(['code', 'httpStatus']);
    expect('cause' in bare).toBe(false);
  });

  it('shows the name of the class in the stack, without an own property for it', () => {
    const error = new StepFailedError({ step: 'charge', attempts: 1 });

    expect(error.stack).toMatch(/^StepFailedError: Step "charge" failed after 1 attempt\./);
    expect(Object.hasOwn(error, 'name')).toBe(false);
  });
});

describe('isWorkflowError', () => {
  it('recognises every class of the library and its code', () => {
    const error = new WorkflowNotFoundError({ workflowId: 'order-1' });

    expect(isWorkflowError(error)).toBe(true);
    expect(isWorkflowError(error, 'WORKFLOW_NOT_FOUND')).toBe(true);
    expect(isWorkflowError(error, 'WORKFLOW_STATE')).toBe(false);
  });

  it('recognises an error made by another copy of the package', () => {
    const foreign = runInNewContext(
      `const error = new Error('x'); error.code = 'STEP_FAILED'; error[Symbol.for('nestjs-workflow:error')] = true; error`,
    ) as unknown;

    expect(foreign instanceof Error).toBe(false);
    expect(isWorkflowError(foreign)).toBe(true);
    expect(isStepFailedError(foreign)).toBe(true);
  });

  it.each([[undefined], [null], ['STEP_FAILED'], [new Error('x')], [{ code: 'STEP_FAILED' }], [{}], [() => 1]])(
    'refuses %p',
    (value) => {
      expect(isWorkflowError(value)).toBe(false);
    },
  );
});

describe('the table of codes', () => {
  const codes = Object.keys(WORKFLOW_ERROR_CODES) as WorkflowErrorCode[];

  it.each(codes)('%s has a sentence, an HTTP status and one class of its own', (code) => {
    const { httpStatus, description } = WORKFLOW_ERROR_CODES[code];

    expect(description).toMatch(/^[A-Z].*\.$/);
    expect(httpStatus).toBeGreaterThanOrEqual(400);
    expect(httpStatus).toBeLessThan(600);
    expect(codes.filter((other) => errorClassOf(other) === errorClassOf(code))).toEqual([code]);
  });

  it('knows its own codes only', () => {
    expect(isWorkflowErrorCode('STEP_FAILED')).toBe(true);
    expect(isWorkflowErrorCode('toString')).toBe(false);
    expect(isWorkflowErrorCode(404)).toBe(false);
  });
});

describe('errors that users throw', () => {
  it('takes a message and a cause', () => {
    const cause = new Error('declined');

    const error = new NonRetryableStepError('The card was declined.', { cause });

    expect(error.message).toBe('The card was declined.');
    expect(error.cause).toBe(cause);
    expect(error.code).toBe('STEP_NON_RETRYABLE');
  });
});
