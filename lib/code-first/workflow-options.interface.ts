import type { StandardSchema } from '../core/definition/index.js';
import type { RetryOptions } from '../core/policies/index.js';
import type { WorkflowAttributes } from '../core/records/index.js';
import type { Duration } from '../core/time/index.js';
import type { WorkflowInputClass } from '../discovery/index.js';

/** @publicApi */
export interface WorkflowOptions<I = unknown> {
  /** A positive integer. Raise it for a change that running instances must not see; both versions may be provided side by side. @default 1 */
  readonly version?: number;
  /** Limit of the whole run from its creation, waits included. @default none */
  readonly timeout?: Duration;
  /** For steps that say nothing themselves: total attempts, or a policy. @default the module's */
  readonly retry?: RetryOptions;
  /** How many instances may run at one time, over all processes; with `key`, per key. Waiting instances hold no place. @default no limit */
  readonly concurrency?: { readonly limit: number; readonly key?: (input: I) => string };
  /** Smaller runs first; one step is worth one second of waiting. @default 1000 */
  readonly priority?: number;
  /**
   * Checks every input before an instance is created: a class with class-validator decorators, or any Standard Schema.
   * What a class does not declare is removed. The workflow receives the checked input as plain JSON, not as an instance.
   * @default inputs are not checked
   */
  readonly input?: WorkflowInputClass | StandardSchema;
  /** Values to list instances by, from the input. */
  readonly attributes?: (input: I) => WorkflowAttributes;
  /** What to do when an undo fails for good: try the others and report every failure, or stop there. @default 'continue' */
  readonly onUndoFailure?: 'continue' | 'stop';
}
