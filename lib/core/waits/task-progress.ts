import type { ApprovalOptions, ApprovalResult, ApprovalVote } from '../definition/index.js';

/** The signal under which everything about tasks reaches an instance; its key is the task's. @internal */
export const TASK_SIGNAL = '$task';

/** What is recorded of a task when it begins. @internal */
export interface TaskRecord {
  readonly prompt: string;
  readonly data?: unknown;
  readonly assignees: readonly string[];
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly deadlineAt?: number;
  readonly escalation?: { readonly at: number; readonly to: readonly string[] };
  readonly approval?: ApprovalOptions;
  /** Whether answers are checked where they arrive. */
  readonly isChecked?: boolean;
}

/** What somebody does with a task. @internal */
export type TaskDeed =
  | { readonly kind: 'claim'; readonly by: string }
  | { readonly kind: 'release'; readonly by: string }
  | { readonly kind: 'assign'; readonly to: readonly string[] }
  | { readonly kind: 'answer'; readonly by?: string; readonly value?: unknown }
  | { readonly kind: 'vote'; readonly vote: ApprovalVote };

/** What somebody did, under the id by which it counts once. @internal */
export type TaskEvent = TaskDeed & { readonly id: string };

/** How a task stands. @internal */
export interface TaskProgress {
  readonly assignees: readonly string[];
  readonly claimedBy?: string;
  readonly isEscalated: boolean;
  readonly votes: readonly ApprovalVote[];
}

/** @internal */
export type TaskStep =
  | { readonly kind: 'goes-on'; readonly progress: TaskProgress }
  | { readonly kind: 'answered'; readonly value: unknown }
  | { readonly kind: 'decided'; readonly result: ApprovalResult }
  /** It is as if it had not happened. */
  | { readonly kind: 'refused'; readonly reason: string };

/** @internal */
export function beginTask({ assignees }: TaskRecord): TaskProgress {
  return { assignees, isEscalated: false, votes: [] };
}

/** Says what becomes of a task that nobody has answered for a while. @internal */
export function escalateTask(task: TaskRecord, progress: TaskProgress): TaskStep {
  return handOn(task, { ...progress, isEscalated: true }, task.escalation?.to ?? []);
}

/** Says what an event makes of a task. Pure: whoever reads the events comes to the same. @internal */
export function applyTaskEvent(task: TaskRecord, progress: TaskProgress, event: TaskDeed): TaskStep {
  switch (event.kind) {
    case 'claim':
      return claim(progress, event.by);
    case 'release': {
      const { claimedBy, ...others } = progress;
      if (claimedBy === event.by) return { kind: 'goes-on', progress: others };
      return refused(claimedBy === undefined ? 'nobody has claimed it' : `it is claimed by "${claimedBy}"`);
    }
    case 'assign':
      return handOn(task, progress, event.to);
    case 'answer':
      if (task.approval !== undefined) return refused('it is an approval, and takes votes');
      return mayAct(progress, event.by) ?? { kind: 'answered', value: event.value };
    case 'vote':
      if (task.approval === undefined) return refused('it is no approval, and takes an answer');
      return isAsked(progress, event.vote.by) ?? vote(task.approval, progress, event.vote);
  }
}

/** What the votes come to, if they do. @internal */
export function judgeApproval(
  { policy }: ApprovalOptions,
  voters: readonly string[],
  votes: readonly ApprovalVote[],
): ApprovalResult['status'] | undefined {
  // Where everyone may vote, those count who did; who is not asked any more does not.
  const counted = voters.length === 0 ? votes : votes.filter(({ by }) => voters.includes(by));
  const count = (decision: ApprovalVote['decision']): number =>
    counted.filter((each) => each.decision === decision).length;
  const [approvals, rejections, skips] = [count('approve'), count('reject'), count('skip')];
  const all = voters.length === 0 ? votes.length : voters.length;
  const counting = all - skips;
  const open = all - counted.length;
  if (counting === 0 && open === 0) return 'skipped';
  switch (policy) {
    case 'all':
      if (rejections > 0) return 'rejected';
      return approvals === counting && open === 0 ? 'approved' : undefined;
    case 'any':
      if (approvals > 0) return 'approved';
      return open === 0 ? 'rejected' : undefined;
    case 'majority':
      if (approvals * 2 > counting) return 'approved';
      return (approvals + open) * 2 <= counting ? 'rejected' : undefined;
  }
}

/** Others are asked from now on; what was voted so far may be enough where fewer are. */
function handOn({ approval }: TaskRecord, before: TaskProgress, to: readonly string[]): TaskStep {
  const { claimedBy: _, ...others } = before;
  if (approval !== undefined && approval.policy !== 'any' && to.length === 0)
    return refused(`it is to be approved by ${approval.policy === 'all' ? 'all' : 'a majority'}, and nobody is named`);
  const progress = { ...others, assignees: [...new Set(to)] };
  const { votes } = progress;
  const status = approval && to.length > 0 ? judgeApproval(approval, progress.assignees, votes) : undefined;
  return status === undefined ? { kind: 'goes-on', progress } : { kind: 'decided', result: { status, votes } };
}

function claim(progress: TaskProgress, by: string): TaskStep {
  const { claimedBy } = progress;
  if (claimedBy !== undefined && claimedBy !== by) return refused(`it is claimed by "${claimedBy}"`);
  return mayAct(progress, by) ?? { kind: 'goes-on', progress: { ...progress, claimedBy: by } };
}

function vote({ checklist = [], ...approval }: ApprovalOptions, progress: TaskProgress, given: ApprovalVote): TaskStep {
  const missing = checklist.filter((item) => given.checklist?.includes(item) !== true);
  if (given.decision === 'approve' && missing.length > 0)
    return refused(`${missing.map((item) => `"${item}"`).join(', ')} of its checklist is not confirmed`);
  const votes = [...progress.votes.filter(({ by }) => by !== given.by), given];
  const status = judgeApproval(approval, progress.assignees, votes);
  if (status !== undefined) return { kind: 'decided', result: { status, votes } };
  // Who has voted is done with it, and bars nobody else.
  const { claimedBy, ...others } = progress;
  const isHeld = claimedBy !== undefined && claimedBy !== given.by;
  return { kind: 'goes-on', progress: { ...others, ...(isHeld && { claimedBy }), votes } };
}

/** What somebody else has claimed is theirs to answer; votes are everyone's own. */
function mayAct(progress: TaskProgress, by: string | undefined): TaskStep | undefined {
  const { claimedBy } = progress;
  if (claimedBy !== undefined && by !== undefined && claimedBy !== by)
    return refused(`it is claimed by "${claimedBy}"`);
  return isAsked(progress, by);
}

/** Who is not asked does not answer; without names everyone is, and who is not named is the application itself. */
function isAsked({ assignees }: TaskProgress, by: string | undefined): TaskStep | undefined {
  if (by === undefined || assignees.length === 0 || assignees.includes(by)) return undefined;
  return refused(`"${by}" is not among those who are asked`);
}

function refused(reason: string): TaskStep {
  return { kind: 'refused', reason };
}
