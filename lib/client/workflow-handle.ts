import type { WorkflowSignal } from '../core/definition/index.js';
import type { Journaled } from '../core/serialization/index.js';
import type {
  InstanceSignalOptions,
  RequestReceipt,
  ResultOptions,
  SignalArguments,
  SignalReceipt,
  StatusOptions,
  StreamOptions,
  TerminateReceipt,
} from './client-options.interface.js';
import type { InstanceView } from './instance-view.js';
import type { StoredStreamItem } from './stream-reader.js';

/** What a handle asks of the client that made it. @internal */
export interface HandleOperations {
  result(workflowId: string, options?: ResultOptions): Promise<unknown>;
  getStatus(workflowId: string, options?: StatusOptions): Promise<InstanceView>;
  signalInstance<T>(
    workflowId: string,
    signal: string | WorkflowSignal<T>,
    ...args: SignalArguments<T, InstanceSignalOptions>
  ): Promise<SignalReceipt>;
  cancel(workflowId: string, reason?: string): Promise<RequestReceipt>;
  terminate(workflowId: string, reason?: string): Promise<TerminateReceipt>;
  stream(workflowId: string, options?: StreamOptions): AsyncIterableIterator<StoredStreamItem>;
}

/**
 * One instance, as `start` and `getHandle` answer it. It holds the id and nothing that runs: keep it, drop it, or make another one.
 *
 * @typeParam O The workflow's output; the handle of a known output is also a `WorkflowHandle` of any.
 * @typeParam R What JSON brings back of it. A parameter of its own, because the compiler cannot see that more of an output is more of that.
 *
 * @publicApi
 */
export class WorkflowHandle<O = unknown, R = Journaled<O>> {
  constructor(
    private readonly operations: HandleOperations,
    /** The workflow id. */
    readonly id: string,
    /** The workflow's name. */
    readonly workflow: string,
    readonly version: number,
    /** False when the instance existed before the start that answered this handle. */
    readonly created: boolean,
  ) {}

  /**
   * Waits for the output; follows `continueAsNew` to the last generation.
   *
   * @throws WorkflowFailedError with the run's error as `cause`; WorkflowCancelledError; WorkflowTerminatedError;
   * WorkflowResultTimeoutError after `timeout`; the reason of `signal`
   */
  result(options?: ResultOptions): Promise<R> {
    return this.operations.result(this.id, options) as Promise<R>;
  }

  /** How it stands, with journal and children where asked for. @throws WorkflowNotFoundError */
  status(options?: StatusOptions): Promise<InstanceView> {
    return this.operations.getStatus(this.id, options);
  }

  /** Sends a signal to its mailbox. @throws WorkflowStateError when it has ended; WorkflowNotFoundError */
  signal<T = unknown>(
    signal: string | WorkflowSignal<T>,
    ...args: SignalArguments<T, InstanceSignalOptions>
  ): Promise<SignalReceipt> {
    return this.operations.signalInstance(this.id, signal, ...args);
  }

  /** Asks it to stop and to undo what it did. @throws WorkflowNotFoundError */
  cancel(reason?: string): Promise<RequestReceipt> {
    return this.operations.cancel(this.id, reason);
  }

  /** Ends it now; nothing is undone. @throws WorkflowNotFoundError */
  terminate(reason?: string): Promise<TerminateReceipt> {
    return this.operations.terminate(this.id, reason);
  }

  /** Its live progress, stored items first; ends when it has ended. */
  stream(options?: StreamOptions): AsyncIterableIterator<StoredStreamItem> {
    return this.operations.stream(this.id, options);
  }

  /** What identifies it, so that a handle can be answered or logged: `{ id, name, version, created }`. */
  toJSON(): { readonly id: string; readonly name: string; readonly version: number; readonly created: boolean } {
    const { id, workflow: name, version, created } = this;
    return { id, name, version, created };
  }
}
