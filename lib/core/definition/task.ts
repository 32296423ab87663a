import type { Duration } from '../time/index.js';
import type { StandardSchema } from './standard-schema.js';

/** How several people decide. @publicApi */
export type ApprovalPolicy = 'all' | 'any' | 'majority';

/** @publicApi */
export interface ApprovalOptions {
  /**
   * `all`: everyone approves, and one rejection decides; `any`: the first approval decides, and the last rejection; `majority`: more
   * than half. Whoever skips does not count.
   */
  readonly policy: ApprovalPolicy;
  /** What whoever approves has to confirm, item by item. @default nothing */
  readonly checklist?: readonly string[];
}

/** Who a task goes to when nobody has answered for a while. @publicApi */
export interface TaskEscalation {
  /** From the beginning of the task. */
  readonly after: Duration;
  readonly to: readonly string[];
}

/** What a person is asked. @publicApi */
export interface TaskOptions<T = unknown> {
  readonly prompt: string;
  /** Further facts for whoever answers; JSON. */
  readonly data?: unknown;
  /** Who may answer: users, groups, whatever the application means by them. @default everyone */
  readonly assignees?: readonly string[];
  /** Checks the answer; one that does not pass is refused, and the task stays open. */
  readonly schema?: StandardSchema<unknown, T>;
  /** After this long the task is over, and its answer is `null`. @default none */
  readonly deadline?: Duration;
  readonly escalation?: TaskEscalation;
}

/** @publicApi */
export interface ApprovalTaskOptions extends Omit<TaskOptions, 'schema'> {
  readonly approval: ApprovalOptions;
}

/** One person's vote. @publicApi */
export interface ApprovalVote {
  readonly by: string;
  readonly decision: 'approve' | 'reject' | 'skip';
  readonly comment?: string;
  /** What was confirmed. */
  readonly checklist?: readonly string[];
}

/** What an approval came to; `skipped` when everybody skipped. @publicApi */
export interface ApprovalResult {
  readonly status: 'approved' | 'rejected' | 'skipped';
  readonly votes: readonly ApprovalVote[];
}
