import type {
  ApprovalOptions,
  ApprovalPolicy,
  ApprovalTaskOptions,
  StandardSchema,
  TaskEscalation,
  TaskOptions,
} from '../definition/index.js';
import { ContextUsageError, WorkflowOptionsError } from '../errors/index.js';
import { knownOptions, oneOf, refuseUnknownOptions } from '../options/index.js';
import { parseDuration } from '../time/index.js';
import type { TaskRecord } from '../waits/index.js';

/** Everything a task may be given. @internal */
export type AnyTaskOptions = TaskOptions & Partial<Pick<ApprovalTaskOptions, 'approval'>>;

const TASK = knownOptions<AnyTaskOptions>({
  ...{ prompt: true, data: true, assignees: true, schema: true, deadline: true, escalation: true, approval: true },
});
const APPROVAL = knownOptions<ApprovalOptions>({ policy: true, checklist: true });
const POLICIES = ['all', 'any', 'majority'] as const;

/** Checks what a task is to be given before there is anybody to ask. @throws as {@link describeTask} does @internal */
export function checkTask(name: string, options: Omit<AnyTaskOptions, 'prompt'>): void {
  refuseUnknownOptions(options, TASK, `task "${name}"`);
  describeTask(name, { ...options, prompt: '?' }, 0);
}

/** What is recorded of a task. @throws ContextUsageError, WorkflowOptionsError for options that have no meaning @internal */
export function describeTask(name: string, options: AnyTaskOptions, now: number): TaskRecord {
  const place = `task "${name}"`;
  refuseUnknownOptions(options, TASK, place);
  const { prompt, data, assignees = [], schema, deadline, escalation } = options;
  const approval = options.approval && describeApproval(options.approval, place);
  if (typeof prompt !== 'string' || prompt === '')
    throw new ContextUsageError(`The ${place} has no prompt. Say in a sentence what the person is asked.`);
  if (approval !== undefined && approval.policy !== 'any' && assignees.length === 0)
    throw new ContextUsageError(
      `The ${place} is to be approved by ${approval.policy === 'all' ? 'all' : 'a majority'}, and nobody is asked. Name the assignees, or let any approval decide.`,
    );
  requireSchema(schema, `schema of ${place}`);
  const deadlineMs = deadline === undefined ? undefined : parseDuration(deadline, `deadline of ${place}`);
  const escalationMs = escalation && escalationAfter(escalation, deadlineMs ?? Infinity, place);
  return {
    prompt,
    ...(data !== undefined && { data }),
    assignees: namesOf(assignees, `assignees of ${place}`),
    createdAt: now,
    ...(deadlineMs !== undefined && { deadlineAt: now + deadlineMs }),
    ...(escalation !== undefined && {
      escalation: {
        at: now + (escalationMs as number),
        to: namesOf(escalation.to, `escalation.to of ${place}`, 1),
      },
    }),
    ...(approval !== undefined && { approval }),
    ...(schema !== undefined && { isChecked: true }),
  };
}

/** One that nobody could wait for is refused: the task would be over before. */
function escalationAfter({ after }: TaskEscalation, deadlineMs: number, place: string): number {
  const milliseconds = parseDuration(after, `escalation.after of ${place}`);
  if (milliseconds < deadlineMs) return milliseconds;
  const expected = 'shorter than the deadline, at which the task is over';
  throw new WorkflowOptionsError({ option: `escalation.after of ${place}`, value: after, expected });
}

function requireSchema(schema: StandardSchema | undefined, option: string): void {
  if (schema === undefined) return;
  const { '~standard': standard } = Object(schema) as Partial<StandardSchema>;
  if (typeof standard?.validate === 'function') return;
  const expected = 'a Standard Schema, as Zod, Valibot and others make them; of a class with dtoSchema(Class)';
  throw new WorkflowOptionsError({ option, value: schema, expected });
}

function describeApproval(approval: ApprovalOptions, place: string): ApprovalOptions {
  refuseUnknownOptions(approval, APPROVAL, place, 'approval');
  const { checklist } = approval;
  const policy = oneOf(approval.policy ?? (null as never), POLICIES, `approval.policy of ${place}`) as ApprovalPolicy;
  return { policy, ...(checklist && { checklist: namesOf(checklist, `approval.checklist of ${place}`) }) };
}

/** Texts, each once. */
function namesOf(value: readonly string[], option: string, atLeast = 0): string[] {
  const isFit = Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '');
  if (isFit && value.length >= atLeast) return [...new Set(value as string[])];
  throw new WorkflowOptionsError({ option, value, expected: 'a list of texts, none of which is empty' });
}
