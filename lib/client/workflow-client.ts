import type { OutputOf, WorkflowReference, WorkflowSignal } from '../core/definition/index.js';
import type { LocalDispatcher } from '../core/dispatch/index.js';
import { WorkflowNotFoundError } from '../core/errors/index.js';
import type { EngineServices } from '../core/execution/index.js';
import { knownOptions, refuseUnknownOptions } from '../core/options/index.js';
import { assertPossibleId, type EndedInstance, type InstanceRecord } from '../core/records/index.js';
import type { Journaled } from '../core/serialization/index.js';
import { parseDuration } from '../core/time/index.js';
import { refuseInsideTransaction } from './call-scope.js';
import type {
  InstanceSignalOptions,
  JournalOptions,
  ListFilter,
  PurgeOptions,
  RequestReceipt,
  ResultOptions,
  RetryInstanceOptions,
  SignalArguments,
  SignalOptions,
  SignalReceipt,
  StartAndWaitArguments,
  StartArguments,
  StatusOptions,
  StreamOptions,
  TerminateReceipt,
} from './client-options.interface.js';
import { InstanceHints } from './instance-hints.js';
import { InstanceOperations } from './instance-operations.js';
import { readOutcome } from './instance-outcome.js';
import { InstanceReader } from './instance-reader.js';
import { InstanceStarter } from './instance-starter.js';
import type { InstancePage, InstanceView, JournalEntryView } from './instance-view.js';
import { OutcomeWaiter } from './outcome-waiter.js';
import { SignalSender, type OwnSignalOptions } from './signal-sender.js';
import { StreamReader, type StoredStreamItem } from './stream-reader.js';
import { WorkflowHandle, type HandleOperations } from './workflow-handle.js';

const RESULT = knownOptions<ResultOptions>({ timeout: true, signal: true });

/**
 * Starts, signals, watches and operates workflow instances. Works in every process that reaches the store, with a worker or without.
 *
 * Inside a step body, `start` and `signal` without an id derive one from the step: its retry neither starts nor signals twice.
 * Inside the callback of `ctx.transaction` only calls that are given its manager as `{ transaction }` are accepted.
 *
 * @publicApi
 */
export class WorkflowClient implements HandleOperations {
  private readonly starter: InstanceStarter;
  private readonly sender: SignalSender;
  private readonly reader: InstanceReader;
  private readonly operations: InstanceOperations;
  private readonly outcomes: OutcomeWaiter;
  private readonly streams: StreamReader;
  private readonly hints: InstanceHints;

  /** @internal */
  constructor(
    private readonly services: EngineServices,
    dispatcher: LocalDispatcher,
  ) {
    this.hints = new InstanceHints(services, dispatcher);
    this.starter = new InstanceStarter(services, dispatcher);
    this.sender = new SignalSender(services);
    this.reader = new InstanceReader(services);
    this.operations = new InstanceOperations(services);
    this.outcomes = new OutcomeWaiter(services, this.hints, dispatcher);
    this.streams = new StreamReader(services, this.hints);
  }

  /**
   * Starts an instance. The same start with the same id again answers the existing one (`created: false`), whatever its status.
   *
   * @param workflow The workflow's class or definition, or its name; a name that is not registered here needs `{ version }`.
   * @throws WorkflowInputError when the input, the id or another value is refused
   * @throws WorkflowIdConflictError when the id belongs to another workflow or was started with another input
   * @throws WorkflowStartLockedError when a transaction that is still open starts the same id
   * @throws WorkflowStoreError when the store could not be reached for 15 seconds: it may have been started all the same
   * @throws WorkflowDefinitionError, WorkflowPayloadError, WorkflowPayloadLimitError, WorkflowTransactionError
   */
  async start<W extends WorkflowReference>(
    workflow: W,
    ...args: StartArguments<W>
  ): Promise<WorkflowHandle<OutputOf<W>>> {
    const [input, options] = args;
    const { record, created } = await this.starter.start(workflow, input, options ?? {});
    return this.toHandle<OutputOf<W>>(record, created);
  }

  /** Starts an instance and waits for its output. @throws as {@link start} and {@link result} do */
  async startAndWait<W extends WorkflowReference>(
    workflow: W,
    ...args: StartAndWaitArguments<W>
  ): Promise<Journaled<OutputOf<W>>> {
    const [input, options, wait] = args;
    const { record } = await this.starter.start(workflow, input, options ?? {});
    const ended = await this.ended(record.id, wait ?? {});
    return readOutcome(this.services.payloads, ended) as Journaled<OutputOf<W>>;
  }

  /**
   * Waits for an instance's output; follows `continueAsNew` to the last generation.
   *
   * @throws WorkflowFailedError with the run's error as `cause`; WorkflowCancelledError; WorkflowTerminatedError
   * @throws WorkflowNotFoundError; WorkflowResultTimeoutError after `timeout`; the reason of `signal`
   */
  async result(workflowId: string, options: ResultOptions = {}): Promise<unknown> {
    return readOutcome(this.services.payloads, await this.ended(workflowId, options));
  }

  /**
   * The handle of an existing instance, typed when the workflow is given.
   *
   * @throws WorkflowNotFoundError when there is none with this id, or none of this workflow
   */
  async getHandle<W extends WorkflowReference = string>(
    workflowId: string,
    workflow?: W,
  ): Promise<WorkflowHandle<OutputOf<W>>> {
    refuseInsideTransaction('getHandle');
    assertPossibleId(workflowId);
    const record = await this.reader.find(workflowId);
    if (workflow !== undefined) {
      const name = typeof workflow === 'string' ? workflow : this.services.registry.resolve(workflow).name;
      if (record.name !== name) throw new WorkflowNotFoundError({ workflowId });
    }
    return this.toHandle<OutputOf<W>>(record, false);
  }

  /** An instance as it stands. @throws WorkflowNotFoundError */
  async getStatus(workflowId: string, options: StatusOptions = {}): Promise<InstanceView> {
    refuseInsideTransaction('getStatus');
    assertPossibleId(workflowId);
    return this.reader.view(workflowId, options);
  }

  /** The journal of one generation, the current one by default, in order. @throws WorkflowNotFoundError */
  async getJournal(workflowId: string, options: JournalOptions = {}): Promise<JournalEntryView[]> {
    refuseInsideTransaction('getJournal');
    assertPossibleId(workflowId);
    return this.reader.journal(workflowId, options);
  }

  /** Lists instances, newest first, page by page. @throws WorkflowInputError for a cursor or filter that is not acceptable */
  async list(filter: ListFilter = {}): Promise<InstancePage> {
    refuseInsideTransaction('list');
    return this.reader.list(filter);
  }

  /**
   * Sends a signal to every instance that waits for its name and key, now or later: each instance that was created before takes it
   * at most once. To reach one instance by its id, use {@link signalInstance}.
   *
   * @throws WorkflowInputError when the name is the engine's or the payload does not fit the signal's schema
   * @throws WorkflowPayloadError, WorkflowPayloadLimitError, WorkflowTransactionError
   */
  async signal<T = unknown>(
    signal: string | WorkflowSignal<T>,
    ...args: SignalArguments<T, SignalOptions>
  ): Promise<SignalReceipt> {
    const [payload, options] = args;
    return this.sender.send('signal', undefined, signal, payload, options ?? {});
  }

  /**
   * Sends a signal to the mailbox of one instance; it is kept until the instance waits for it.
   *
   * @throws WorkflowNotFoundError; WorkflowStateError when the instance has ended; and as {@link signal} does
   */
  async signalInstance<T = unknown>(
    workflowId: string,
    signal: string | WorkflowSignal<T>,
    ...args: SignalArguments<T, InstanceSignalOptions>
  ): Promise<SignalReceipt> {
    assertPossibleId(workflowId);
    const [payload, options] = args;
    return this.sender.send('signalInstance', workflowId, signal, payload, options ?? {});
  }

  /** A signal of the engine's own, for the services beside this one. @internal */
  tell(
    workflowId: string,
    signal: string,
    key: string,
    payload: unknown,
    options: OwnSignalOptions,
  ): Promise<SignalReceipt> {
    assertPossibleId(workflowId);
    return this.sender.sendOwn(workflowId, signal, key, payload, options);
  }

  /**
   * Asks an instance to stop: its steps are aborted and what it did is undone. One that never ran ends at once; one that has ended
   * stays as it is (`accepted: false`).
   *
   * @throws WorkflowNotFoundError
   */
  async cancel(workflowId: string, reason = 'cancelled by request'): Promise<RequestReceipt> {
    refuseInsideTransaction('cancel');
    assertPossibleId(workflowId);
    return this.operations.cancel(workflowId, reason);
  }

  /**
   * Ends an instance now, whatever it is doing; nothing is undone, and the answer says which effects stand.
   *
   * @throws WorkflowNotFoundError
   */
  async terminate(workflowId: string, reason = 'terminated by request'): Promise<TerminateReceipt> {
    refuseInsideTransaction('terminate');
    assertPossibleId(workflowId);
    return this.operations.terminate(workflowId, reason);
  }

  /**
   * Lets a failed instance go on from where it failed: the failed call and what was called after it are made again, everything else
   * keeps its result. Children that failed go on in the same way, and begin anew where they were undone, or were cancelled with it.
   *
   * @throws WorkflowStateError when it has not failed, or its steps were undone: then there is {@link restart}
   * @throws WorkflowNotFoundError
   */
  async retry(workflowId: string, options: RetryInstanceOptions = {}): Promise<RequestReceipt> {
    refuseInsideTransaction('retry');
    assertPossibleId(workflowId);
    return this.operations.retry(workflowId, options);
  }

  /**
   * Runs an ended instance again from the beginning, as a new generation with its last input.
   *
   * @throws WorkflowStateError when it has not ended; WorkflowNotFoundError
   */
  async restart(workflowId: string): Promise<RequestReceipt> {
    refuseInsideTransaction('restart');
    assertPossibleId(workflowId);
    return this.operations.restart(workflowId);
  }

  /** Deletes an ended instance with everything that belongs to it. @throws WorkflowStateError when it has not ended; WorkflowNotFoundError */
  async delete(workflowId: string): Promise<void> {
    refuseInsideTransaction('delete');
    assertPossibleId(workflowId);
    return this.operations.delete(workflowId);
  }

  /** Deletes instances that ended some time ago, in batches; never one that runs, nor one whose parent runs. */
  async purge(options: PurgeOptions): Promise<{ readonly deleted: number }> {
    refuseInsideTransaction('purge');
    return this.operations.purge(options);
  }

  /**
   * The live progress of an instance: what `ctx.emit` and step heartbeats gave, oldest first; ends when the instance has ended.
   * The `id` of an item, given as `after`, goes on behind it.
   *
   * @throws WorkflowNotFoundError at the first item
   */
  stream(workflowId: string, options: StreamOptions = {}): AsyncIterableIterator<StoredStreamItem> {
    refuseInsideTransaction('stream');
    return this.streams.read(workflowId, options);
  }

  /** The store has closed: whoever waits here is told now, rather than when he looks again. @internal */
  close(): void {
    this.hints.tellAll();
  }

  private ended(workflowId: string, options: ResultOptions): Promise<EndedInstance> {
    refuseInsideTransaction('result');
    assertPossibleId(workflowId);
    refuseUnknownOptions(options, RESULT, 'result');
    const { timeout, signal } = options;
    const timeoutMs = timeout === undefined ? undefined : parseDuration(timeout, 'timeout of result');
    return this.outcomes.wait(workflowId, { timeoutMs, signal });
  }

  private toHandle<O>(record: InstanceRecord, created: boolean): WorkflowHandle<O> {
    return new WorkflowHandle<O>(this, record.id, record.name, record.version, created);
  }
}
