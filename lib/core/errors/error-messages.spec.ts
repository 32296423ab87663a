import * as errors from './index.js';

const cause = new Error('the disk is full');

// One sample per class: [error, its guard, what the message must say].
const samples: [errors.WorkflowError, (value: unknown) => boolean, RegExp][] = [
  [new errors.StateError('No such trigger.'), errors.isStateError, /^No such trigger\.$/],
  [
    new errors.StateConcurrencyError(2, 3, 'm'),
    errors.isStateConcurrencyError,
    /"m" was expected at version 2, but is at version 3/,
  ],
  [new errors.WorkflowDefinitionError('Wrong.'), errors.isWorkflowDefinitionError, /^Wrong\.$/],
  [
    new errors.WorkflowOptionsError({
      option: 'worker.pollInterval',
      value: -1,
      expected: 'positive',
    }),
    errors.isWorkflowOptionsError,
    /"worker\.pollInterval" has the value -1\. It must be positive\.$/,
  ],
  [
    new errors.WorkflowInputError({
      place: 'The input of workflow "orders"',
      issues: [
        { path: '', message: 'is empty' },
        { path: 'items[0]', message: 'is not a string' },
      ],
    }),
    errors.isWorkflowInputError,
    /^The input of workflow "orders" is not valid: is empty; items\[0\]: is not a string$/,
  ],
  [
    new errors.WorkflowPayloadError({ path: 'result.a', reason: 'a Map has no JSON form.' }),
    errors.isWorkflowPayloadError,
    /^result\.a cannot be stored: a Map/,
  ],
  [
    new errors.WorkflowPayloadLimitError({
      place: 'The result of step "load"',
      bytes: 12,
      limitBytes: 10,
    }),
    errors.isWorkflowPayloadLimitError,
    /has 12 bytes, and the limit for a stored payload is 10 bytes/,
  ],
  [new errors.ContextUsageError('Not here.'), errors.isContextUsageError, /^Not here\.$/],
  [new errors.WorkflowTransactionError('Pass one.'), errors.isWorkflowTransactionError, /^Pass one\.$/],
  [
    new errors.WorkflowNonDeterminismError({
      workflowId: 'w',
      recorded: 'step "a"',
      asked: 'step "b"',
    }),
    errors.isWorkflowNonDeterminismError,
    /recorded was step "a", asked for was step "b"\..*ctx\.patched/,
  ],
  [
    new errors.WorkflowJournalLimitError({ workflowId: 'w', entries: 5, limit: 5 }),
    errors.isWorkflowJournalLimitError,
    /holds 5 entries, and the limit is 5/,
  ],
  [new errors.WorkflowNotFoundError({ workflowId: 'w' }), errors.isWorkflowNotFoundError, /id "w"\.$/],
  [
    new errors.WorkflowIdConflictError({ workflowId: 'w', reason: 'its input differs' }),
    errors.isWorkflowIdConflictError,
    /"w" is already in use: its input differs\./,
  ],
  [
    new errors.WorkflowStateError({
      workflowId: 'w',
      status: 'completed',
      operation: 'signal',
      hint: 'Start anew.',
    }),
    errors.isWorkflowStateError,
    /^Cannot signal the workflow "w" because it is completed\. Start anew\.$/,
  ],
  [
    new errors.WorkflowStartLockedError({ workflowId: 'w', lockTimeoutMs: 500 }),
    errors.isWorkflowStartLockedError,
    /within 500 ms/,
  ],
  [
    new errors.WorkflowVersionMismatchError({
      workflowName: 'orders',
      expectedVersion: 2,
      actualVersion: 1,
    }),
    errors.isWorkflowVersionMismatchError,
    /Version 2 of the workflow "orders".*version 1 was found/,
  ],
  [
    new errors.WorkflowFailedError({ workflowId: 'w', status: 'failed', cause }),
    errors.isWorkflowFailedError,
    /"w" ended as failed: the disk is full$/,
  ],
  [new errors.WorkflowFailError('No stock.'), errors.isWorkflowFailError, /^No stock\.$/],
  [
    new errors.WorkflowCancelledError({ workflowId: 'w', reason: 'by the customer' }),
    errors.isWorkflowCancelledError,
    /^The workflow "w" was cancelled: by the customer$/,
  ],
  [new errors.WorkflowTerminatedError(), errors.isWorkflowTerminatedError, /^The workflow was terminated\.$/],
  [new errors.WorkflowTimeoutError({ workflowId: 'w', timeoutMs: 9 }), errors.isWorkflowTimeoutError, /of 9 ms\.$/],
  [
    new errors.WorkflowResultTimeoutError({ workflowId: 'w', timeoutMs: 9 }),
    errors.isWorkflowResultTimeoutError,
    /within 9 ms\. It has not ended/,
  ],
  [
    new errors.ChildWorkflowFailedError({ childId: 'c', workflowName: 'ship', cause }),
    errors.isChildWorkflowFailedError,
    /"c" \(ship\) did not complete: the disk is full$/,
  ],
  [
    new errors.CompensationFailedError({ failures: [{ step: 'charge', message: 'gone' }], cause }),
    errors.isCompensationFailedError,
    /^1 step could not be undone: "charge" \(gone\)\.$/,
  ],
  [
    new errors.StepFailedError({ step: 'charge', attempts: 3, cause: 'a string' }),
    errors.isStepFailedError,
    /^Step "charge" failed after 3 attempts: "a string"$/,
  ],
  [new errors.StepTimeoutError({ step: 's', timeoutMs: 4 }), errors.isStepTimeoutError, /"s".*4 ms/],
  [
    new errors.StepHeartbeatTimeoutError({ step: 's', heartbeatTimeoutMs: 4 }),
    errors.isStepHeartbeatTimeoutError,
    /no heartbeat within 4 ms/,
  ],
  [new errors.StepInterruptedError({ step: 's' }), errors.isStepInterruptedError, /at most once/],
  [new errors.NonRetryableStepError('Declined.'), errors.isNonRetryableStepError, /^Declined\.$/],
  [new errors.WorkflowStoreError('Gone.', { cause }), errors.isWorkflowStoreError, /^Gone\.$/],
  [
    new errors.WorkflowSchemaError({ schemaVersion: 1, requiredVersion: 2, schema: 'flows' }),
    errors.isWorkflowSchemaError,
    /tables in the schema "flows" have version 1, but this build needs version 2\. .*migrate: true.*workflowMigrations\(\).*workflowMigrationSql\(\)/,
  ],
  [new errors.LeaseLostError({ workflowId: 'w' }), errors.isLeaseLostError, /Another worker took over/],
  [new errors.EmbeddedPostgresError('No disk.', { cause }), errors.isEmbeddedPostgresError, /^No disk\.$/],
];

describe.each(samples.map((sample) => [sample[0].name, ...sample] as const))('%s', (name, error, guard, message) => {
  it('says what happened', () => {
    expect(error.message).toMatch(message);
  });

  it('is recognised by its guard, by that of its base, and by no other', () => {
    const accepting = samples.filter(([, otherGuard]) => otherGuard(error)).map(([other]) => other.code);
    const bases = samples.filter(([other]) => error instanceof other.constructor).map(([other]) => other.code);

    expect(guard(error)).toBe(true);
    expect(accepting).toEqual(bases);
  });

  it('is the class of its code', () => {
    expect(error).toBeInstanceOf(errors.errorClassOf(error.code));
    expect(error.constructor.name).toBe(name);
  });
});

describe('the samples above', () => {
  it('cover every code', () => {
    expect(samples.map(([error]) => error.code).sort()).toEqual(Object.keys(errors.WORKFLOW_ERROR_CODES).sort());
  });
});

describe('An error of an application', () => {
  const details = { order: 7 };

  it.each([
    ['WorkflowTimeoutError', errors.WorkflowTimeoutError, errors.isWorkflowTimeoutError],
    ['WorkflowStateError', errors.WorkflowStateError, errors.isWorkflowStateError],
    ['CompensationFailedError', errors.CompensationFailedError, errors.isCompensationFailedError],
  ])('may be a %s with nothing but a message', (name, ErrorClass, guard) => {
    const error = new ErrorClass('The shelf is locked.', { cause, details });

    expect(error).toMatchObject({ name, message: 'The shelf is locked.', cause, details });
    expect(guard(error)).toBe(true);
    expect(new ErrorClass().message).toMatch(/^Workflow \w+/);
    expect(Object.keys(new ErrorClass()).filter((key) => !['code', 'httpStatus', 'failures'].includes(key))).toEqual(
      [],
    );
  });

  it('of compensation names no step of which nothing was said', () => {
    expect(new errors.CompensationFailedError('The refund bounced.').failures).toEqual([]);
  });
});

describe('describeValue', () => {
  it.each([
    ['a', '"a"'],
    ['x'.repeat(100), `"${'x'.repeat(80)}…"`],
    [1.5, '1.5'],
    [-0, '-0'],
    [10n, '10n'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[1, 2], 'an array'],
    [{ secret: 1 }, 'an object'],
    [Symbol('x'), 'a symbol'],
    [function load() {}, 'the function load'],
  ])('shows %p', (value, shown) => {
    expect(errors.describeValue(value)).toBe(shown);
  });
});
