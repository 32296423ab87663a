import type { ApprovalPolicy, ApprovalVote } from '../definition/index.js';
import { applyTaskEvent, beginTask, escalateTask, judgeApproval, type TaskRecord } from './task-progress.js';

const VOTERS = ['a', 'b', 'c', 'd'];
const DECISIONS = { y: 'approve', n: 'reject', s: 'skip' } as const;

/** `yn-s`: a approves, b rejects, c has not voted, d skips. */
function votesOf(text: string): ApprovalVote[] {
  return [...text].flatMap((letter, index) =>
    letter === '-' ? [] : [{ by: VOTERS[index] as string, decision: DECISIONS[letter as 'y'] }],
  );
}

describe('An approval', () => {
  it.each<[ApprovalPolicy, string, string | undefined]>([
    ['all', 'yyy', undefined],
    ['all', 'yyyy', 'approved'],
    ['all', 'yyys', 'approved'],
    ['all', 'y--n', 'rejected'],
    ['all', 'ssss', 'skipped'],
    ['any', '---y', 'approved'],
    ['any', 'nnn-', undefined],
    ['any', 'nnnn', 'rejected'],
    ['any', 'nnns', 'rejected'],
    ['any', 'ssss', 'skipped'],
    ['majority', 'yy--', undefined],
    ['majority', 'yyy-', 'approved'],
    ['majority', 'yy-s', 'approved'],
    ['majority', 'nn--', 'rejected'],
    ['majority', 'yynn', 'rejected'],
    ['majority', 'ysss', 'approved'],
    ['majority', 'ssss', 'skipped'],
  ])('by %s of four, after %s, is %s', (policy, text, status) => {
    expect(judgeApproval({ policy }, VOTERS, votesOf(text))).toBe(status);
  });

  it('by anyone is decided by whoever comes first', () => {
    expect(judgeApproval({ policy: 'any' }, [], votesOf('n'))).toBe('rejected');
    expect(judgeApproval({ policy: 'any' }, [], votesOf('y'))).toBe('approved');
  });

  it('counts the last vote of each', () => {
    const task: TaskRecord = { prompt: '?', assignees: ['a', 'b'], createdAt: 0, approval: { policy: 'majority' } };
    const vote = (decision: ApprovalVote['decision']) => ({ kind: 'vote', vote: { by: 'a', decision } }) as const;
    const first = applyTaskEvent(task, beginTask(task), vote('approve'));
    const second = first.kind === 'goes-on' ? applyTaskEvent(task, first.progress, vote('reject')) : first;

    expect(first).toMatchObject({ kind: 'goes-on', progress: { votes: [{ decision: 'approve' }] } });
    expect(second).toMatchObject({ kind: 'decided', result: { status: 'rejected', votes: [{ decision: 'reject' }] } });
  });

  describe('that somebody has claimed', () => {
    const task: TaskRecord = {
      prompt: '?',
      assignees: ['a', 'b', 'c'],
      createdAt: 0,
      approval: { policy: 'majority' },
    };
    const approve = (by: string) => ({ kind: 'vote', vote: { by, decision: 'approve' } }) as const;
    const claimed = { ...beginTask(task), claimedBy: 'a' };

    it('takes the votes of the others', () => {
      const step = applyTaskEvent(task, claimed, approve('b'));

      expect(step).toMatchObject({ kind: 'goes-on', progress: { claimedBy: 'a', votes: [{ by: 'b' }] } });
      expect(applyTaskEvent(task, claimed, approve('z'))).toMatchObject({ kind: 'refused' });
    });

    it('is free for the next to claim once that one has voted', () => {
      const voted = applyTaskEvent(task, claimed, approve('a'));
      const progress = voted.kind === 'goes-on' ? voted.progress : claimed;
      const next = applyTaskEvent(task, progress, { kind: 'claim', by: 'b' });

      expect(progress).not.toHaveProperty('claimedBy');
      expect(next).toMatchObject({ kind: 'goes-on', progress: { claimedBy: 'b', votes: [{ by: 'a' }] } });
    });
  });

  describe('that goes to others', () => {
    const approve = (by: string) => ({ kind: 'vote', vote: { by, decision: 'approve' } }) as const;
    const of = (policy: ApprovalPolicy, to: readonly string[] = ['c']): TaskRecord => ({
      ...{ prompt: '?', assignees: ['a', 'b'], createdAt: 0 },
      ...{ approval: { policy }, escalation: { at: 1, to } },
    });
    const approvedByA = (task: TaskRecord) => {
      const step = applyTaskEvent(task, beginTask(task), approve('a'));
      return step.kind === 'goes-on' ? step.progress : beginTask(task);
    };

    it('counts the votes of those who are asked then, and of nobody else', () => {
      const task = of('all');
      const escalated = escalateTask(task, approvedByA(task));
      const decided = escalated.kind === 'goes-on' && applyTaskEvent(task, escalated.progress, approve('c'));

      expect(escalated).toMatchObject({ kind: 'goes-on', progress: { assignees: ['c'], isEscalated: true } });
      expect(decided).toMatchObject({ kind: 'decided', result: { status: 'approved' } });
    });

    it('is decided at once when those have all voted', () => {
      const task = of('all', ['a']);
      const progress = approvedByA(task);

      expect(escalateTask(task, progress)).toMatchObject({ kind: 'decided', result: { status: 'approved' } });
      expect(applyTaskEvent(task, progress, { kind: 'assign', to: ['a', 'a'] })).toMatchObject({ kind: 'decided' });
    });

    it('goes to somebody where all or most have to approve', () => {
      const task = of('majority');

      expect(applyTaskEvent(task, beginTask(task), { kind: 'assign', to: [] })).toMatchObject({ kind: 'refused' });
    });
  });
});
