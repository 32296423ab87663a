import type {
  StepContext,
  StepOptions,
  TaskOptions,
  WorkflowContext,
  WorkflowReference,
} from '../core/definition/index.js';
import { isStepFailedError } from '../core/errors/index.js';
import { beginHook, beginStep, beginVisit, isInMemory } from '../core/execution/index.js';
import { isThenable } from '../core/options/index.js';
import { NodeExecutionError } from './errors/node-execution.error.js';
import { HumanInputRequiredError } from './errors/human-input-required.error.js';
import type { PlannedNode } from './graph.plan.js';
import { asUpdate, orQuestion, questionIn } from './node-answer.js';
import { HumanNode } from './nodes/human-node.js';
import { privateViewOf, viewOf } from './state-view.js';
import { untilStopped } from './until-stopped.js';
import type { WorkflowState } from './workflow-state.js';

/** How a node asks: one that is not made for it has no wishes. @internal */
export type Asker = Partial<Pick<HumanNode, 'task' | 'onDeadline'>>;

/** How a traversal reaches the world. What is asked of it may answer without a promise. @internal */
export interface VisitHost {
  now(): number;
  /** Whether the run was stopped from outside. */
  readonly isStopped: boolean;
  /** Whether the run itself stands still where somebody has to answer. */
  readonly pauses: boolean;
  /** Whether visits are only looked up in a journal. */
  readonly isRecorded: boolean;
  /** Whether to stand still before a visit; nowhere where it is left out. */
  stopsAt?(path: string): boolean;
  /** Calls the body of a node. */
  call(node: PlannedNode, path: string, state: WorkflowState, timeoutMs: number): unknown;
  /** Asks a person. @throws HumanInputRequiredError where nobody can be waited for */
  ask(node: PlannedNode, path: string, prompt: string): unknown;
  /** Checks an answer that nobody was asked for; what comes of it is recorded where anything is. */
  check(path: string, check: () => unknown): unknown;
  /** Runs another workflow below this one. */
  child(path: string, workflow: WorkflowReference, input: unknown, timeoutMs: number): Promise<unknown>;
}

/** The host over a workflow context, with a journal or without. @internal */
export class ContextHost implements VisitHost {
  readonly isRecorded = false;
  readonly pauses: boolean;

  /** @param givesUp Whether the run may be stopped in memory, where nodes that are under way are given up then. */
  constructor(
    private readonly ctx: WorkflowContext,
    private readonly givesUp = false,
  ) {
    this.pauses = isInMemory(ctx);
  }

  now(): number {
    return this.ctx.now();
  }

  get isStopped(): boolean {
    return this.ctx.signal.aborted;
  }

  call(planned: PlannedNode, path: string, state: WorkflowState, timeoutMs: number): unknown {
    const { node, options } = planned;
    const { ctx } = this;
    if (this.pauses && options === undefined) {
      const visit = (step: StepContext): unknown => node.attempt(viewOf(state), step);
      return beginVisit(ctx, path, this.givesUp ? givenUp(visit) : visit, timeoutMs);
    }
    // What is no update is refused inside, so that a journal never holds one.
    const view = this.pauses ? viewOf : privateViewOf;
    const attempt = (step: StepContext) => asUpdate(planned.name, node.attempt(view(state), step));
    // What is to be undone is waited for: only what it answers tells how.
    const inMemory = this.givesUp && options?.compensate === undefined ? givenUp(attempt) : attempt;
    const body = this.pauses ? inMemory : (step: StepContext): unknown => orQuestion(() => attempt(step));
    const limits = timeoutMs > 0 && { timeout: timeoutMs };
    return beginStep(ctx, path, body, { retry: false, ...options, ...undoOf(options?.compensate), ...limits });
  }

  ask(planned: PlannedNode, path: string, prompt: string): unknown {
    if (!this.pauses) return askPerson(this.ctx, planned, path, prompt);
    throw new HumanInputRequiredError(prompt, { node: planned.name, checkpointId: path });
  }

  check(path: string, check: () => unknown): unknown {
    return this.pauses ? check() : beginHook(this.ctx, path, check, { retry: false });
  }

  child(path: string, workflow: WorkflowReference, input: unknown, timeoutMs: number): Promise<unknown> {
    return this.ctx.executeChild(workflow, input, { name: path, ...(timeoutMs > 0 && { timeout: timeoutMs }) });
  }
}

/** A body that ends with its signal at the latest. */
function givenUp(body: (step: StepContext) => unknown): (step: StepContext) => unknown {
  return (step) => {
    const answer = body(step);
    return isThenable(answer) ? untilStopped(answer, step.signal) : answer;
  };
}

/** What a node itself threw, without what the engine put around it. @internal */
export function ownError(error: unknown): unknown {
  return isStepFailedError(error) && error.name === 'StepFailedError' && error.cause !== undefined
    ? error.cause
    : error;
}

/** A visit that came to a question has done nothing that is to be undone. */
function undoOf(compensate: StepOptions['compensate']): Pick<StepOptions, 'compensate'> | undefined {
  if (compensate === undefined) return undefined;
  return {
    compensate: (update, context) => (questionIn(update) === undefined ? compensate(update, context) : undefined),
  };
}

async function askPerson(
  ctx: WorkflowContext,
  { name, node }: PlannedNode,
  path: string,
  prompt: string,
): Promise<unknown> {
  const human: Asker = node instanceof HumanNode ? node : {};
  const answer: unknown = await ctx.task(path, { ...human.task, prompt } as TaskOptions);
  return answerInTime(name, human, answer);
}

/** @throws NodeExecutionError when nobody answered in time, and that is not to be an answer @internal */
export function answerInTime(node: string, { task, onDeadline }: Asker, answer: unknown): unknown {
  if (answer !== null || task?.deadline === undefined || onDeadline === 'store') return answer;
  throw new NodeExecutionError(`Nobody answered the node "${node}" within ${task.deadline}.`, { node });
}
