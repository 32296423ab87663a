import type { JournalEntryView, WorkflowClient } from '../client/index.js';
import { compensationFailure, ContextUsageError, type CompensationFailure } from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import type { InstanceStatus } from '../core/records/index.js';
import { toErrorRecord } from '../core/serialization/index.js';
import { isSagaError } from './errors/saga.error.js';
import { SagaState } from './saga-state.js';
import { SagaStore, type SagaSnapshot } from './saga.store.js';

/** Before the name under which the outcome of a child is recorded. */
const CHILD = '$result:';

const STATES: Readonly<Record<InstanceStatus, SagaState>> = {
  pending: SagaState.PENDING,
  running: SagaState.RUNNING,
  suspended: SagaState.RUNNING,
  quarantined: SagaState.RUNNING,
  compensating: SagaState.COMPENSATING,
  completed: SagaState.COMPLETED,
  failed: SagaState.FAILED,
  cancelled: SagaState.FAILED,
  compensation_failed: SagaState.FAILED,
};

/** How sagas stand, read from the journal, which writes itself. @internal */
export class JournalSagaStore extends SagaStore {
  override readonly durable = true;

  constructor(
    private readonly services: Pick<EngineServices, 'store' | 'registry'>,
    private readonly client: WorkflowClient,
  ) {
    super();
  }

  /** @throws ContextUsageError always */
  override save(sagaId: string): never {
    throw new ContextUsageError(
      `The saga "${sagaId}" was to be saved in the journal, which only the engine writes. Give its class @SagaWorkflow and start it by SagaService, or give it a store of your own.`,
    );
  }

  /** A saga of this application; `undefined` when no saga has the id. */
  override async load(sagaId: string): Promise<SagaSnapshot | undefined> {
    const record = await this.services.store.find(sagaId);
    if (record === undefined || !this.isSaga(record.name)) return undefined;
    const { version, status } = record;
    const entries = await this.client.getJournal(sagaId);
    const undos = entries.filter(({ kind }) => kind === 'undo');
    const isUndoing = entries.some(({ kind }) => kind === 'undo' || kind === 'failure' || kind === 'cancel');
    const failure = failureOf(entries);
    return {
      version,
      status,
      // A saga waits, or was put aside, while it is undone as well.
      state: STATES[status] === SagaState.RUNNING && isUndoing ? SagaState.COMPENSATING : STATES[status],
      completed: entries
        .filter((entry) => entry.status === 'completed' && isResult(entry))
        .map(({ name, value }) => ({
          name: name.slice(name.startsWith(CHILD) ? CHILD.length : 0),
          ...(value !== undefined && { result: value }),
        })),
      compensated: undos.filter(({ status: ended }) => ended === 'completed').map(undoneStep),
      compensationErrors: undos.filter(({ status: ended }) => ended !== 'completed').map(toFailure),
      ...(failure !== undefined && { failure }),
    };
  }

  /** Deletes an ended saga with everything that belongs to it. @throws WorkflowStateError when it has not ended; WorkflowNotFoundError */
  override async delete(sagaId: string): Promise<void> {
    await this.client.delete(sagaId);
  }

  private isSaga(name: string): boolean {
    for (const definition of this.services.registry.all())
      if (definition.name === name) return definition.model === 'saga';
    return false;
  }
}

function isResult({ kind, name }: JournalEntryView): boolean {
  return kind === 'step' || (kind === 'arrival' && name.startsWith(CHILD));
}

function undoneStep({ name }: JournalEntryView): string {
  return name.slice('$compensate:'.length);
}

function toFailure(entry: JournalEntryView): CompensationFailure {
  const step = undoneStep(entry);
  const { error } = entry;
  return error === undefined ? { step, message: 'no reason was recorded' } : compensationFailure(step, error);
}

function failureOf(entries: readonly JournalEntryView[]): SagaSnapshot['failure'] {
  const error = entries.find(({ kind }) => kind === 'failure' || kind === 'cancel' || kind === 'deadline')?.error;
  if (error === undefined) return undefined;
  if (!isSagaError(error)) return { error: toErrorRecord(error) };
  return { stepName: error.stepName, error: toErrorRecord(error.cause) };
}
