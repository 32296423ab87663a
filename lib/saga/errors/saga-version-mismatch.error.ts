import { WorkflowVersionMismatchError } from '../../core/errors/index.js';

/** Thrown where somebody goes on with a saga that was begun in a version with which this one says it is not compatible. @publicApi */
export class SagaVersionMismatchError extends WorkflowVersionMismatchError {
  constructor(
    readonly sagaId: string,
    expectedVersion: number,
    readonly storedVersion: number,
  ) {
    super({ workflowName: sagaId, expectedVersion, actualVersion: storedVersion });
    this.message =
      `The saga "${sagaId}" was begun in version ${storedVersion}, and this is version ${expectedVersion}. ` +
      `Go on with version ${storedVersion}, or let isCompatibleWith accept it.`;
  }

  override get name(): string {
    return 'SagaVersionMismatchError';
  }
}
