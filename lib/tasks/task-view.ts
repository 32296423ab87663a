import type { ApprovalOptions, ApprovalVote } from '../core/definition/index.js';

/** A task as people see it. @publicApi */
export interface TaskView {
  readonly id: string;
  /** As the workflow's code calls it. */
  readonly name: string;
  readonly workflowId: string;
  readonly workflow: string;
  readonly prompt: string;
  readonly data?: unknown;
  /**
   * `open`; `answered`, and `approved`, `rejected` or `skipped` where it is an approval; `expired` by its deadline; `closed` when the
   * instance ended without it.
   */
  readonly status: 'open' | 'answered' | 'approved' | 'rejected' | 'skipped' | 'expired' | 'closed';
  /** Who is asked; empty: everyone. */
  readonly assignees: readonly string[];
  readonly claimedBy?: string;
  readonly createdAt: Date;
  readonly deadlineAt?: Date;
  /** When it goes to others, if nobody answers. */
  readonly escalatesAt?: Date;
  readonly isEscalated: boolean;
  readonly approval?: ApprovalOptions;
  readonly votes: readonly ApprovalVote[];
  readonly answer?: unknown;
  /** Whose answer counts, when he or she said who answers; of several that came at one time it is the first. */
  readonly answeredBy?: string;
  /** Answers that did not pass the check, the last one last. */
  readonly refused: readonly RefusedAnswer[];
}

/** @publicApi */
export interface RefusedAnswer {
  readonly by?: string;
  readonly issues: readonly { readonly path: string; readonly message: string }[];
}

/** @publicApi */
export interface TaskPage {
  readonly items: readonly TaskView[];
  /** Give it as `cursor` to read on; absent on the last page. */
  readonly nextCursor?: string;
}
