import type { RetryOptions } from '../policies/index.js';
import type { JournalEntry, WorkflowAttributes } from '../records/index.js';
import type { StandardSchema } from './standard-schema.js';
import type { ValueValidator } from './value-validator.js';
import type { WorkflowContext } from './workflow-context.js';

/** The shapes of workflow this package runs. @publicApi */
export type WorkflowModel =
  'workflow' | 'pipeline' | 'graph' | 'flow' | 'event-workflow' | 'saga' | 'state-machine' | 'bulk';

/**
 * What was declared: name, version, model and the function that runs. Immutable once registered.
 *
 * @publicApi
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- input is contravariant: a registry holds definitions of every input
export interface WorkflowDefinition<I = any, O = unknown> {
  /** Letters, digits and `. : _ -`. */
  readonly name: string;
  /** A positive integer. */
  readonly version: number;
  readonly model: WorkflowModel;
  readonly run: (ctx: WorkflowContext, input: I) => Promise<O> | O;
  /** Checks every input before an instance is created. */
  readonly validateInput?: ValueValidator;
  /** Limit of the whole run, from its creation, waits included, milliseconds. @default none */
  readonly timeoutMs?: number;
  /** For steps that say nothing themselves. @default the module's */
  readonly retry?: RetryOptions;
  /** How many instances may run at one time, over all processes; with `key`, per key. */
  readonly concurrency?: ConcurrencyOptions<I>;
  /** Smaller first. @default 1000 */
  readonly priority?: number;
  /** What to do when an undo fails for good. @default 'continue': the others are tried, all failures reported */
  readonly onUndoFailure?: 'continue' | 'stop';
  readonly attributes?: (input: I) => WorkflowAttributes;
  /** Checks the answer to one of its tasks where it is given, before it is sent. */
  readonly taskSchema?: (task: string) => StandardSchema | undefined;
  /** The class that was decorated, so that it can stand for its name. */
  readonly target?: object;
  /** Text that changes when the code changes: part of the default build id. */
  readonly fingerprint?: string;
  /**
   * Lets go of what stands beside an instance that is cancelled or terminated: its own code may not come to it any more. Gets the engine's
   * services; may be called again. @internal
   */
  readonly abandon?: (workflowId: string, services: object) => Promise<void>;
  /**
   * Which entries a failed instance keeps when it is retried, where the order of calls says too little: what was called behind a failure
   * need not be called because of it. Without an answer for an entry that order decides. @internal
   */
  readonly keptOnRetry?: (entries: readonly JournalEntry[]) => (entry: JournalEntry) => boolean | undefined;
  /** Whether this definition may go on with instances of another version; asked about the thousand versions before its own. */
  readonly isCompatibleWith?: (version: number) => boolean;
}

/** @publicApi */
export interface ConcurrencyOptions<I = unknown> {
  readonly limit: number;
  /** Counts separately per key. */
  readonly key?: (input: I) => string;
}
