import type { AbortScope } from '../core/cancellation/index.js';
import type { CompensationContext, StepContext, StepOptions, WorkflowContext } from '../core/definition/index.js';
import { ownError } from '../core/errors/index.js';
import { beginHook, beginStep } from '../core/execution/index.js';
import type { PipelineCheckpoint } from './pipeline-checkpoint.js';
import type { PipelineContext, PipelineWrites } from './pipeline-context.js';
import type { StepUndo } from './step-plan.js';

/** A function of a step, as it is called. @internal */
export type Body = (context: PipelineContext, step: StepContext) => unknown;

/** What the journal keeps of a body: its answer, and what it told the context. */
interface Recorded extends PipelineWrites {
  readonly value?: unknown;
}

/** The time as the code of a run with a journal knows it: a body must not ask the context itself. @internal */
export class KnownTime {
  constructor(private at: number) {}

  note(at: number): void {
    this.at = at;
  }

  now(): number {
    return this.at;
  }
}

/**
 * Calls the functions of a pipeline's steps through the workflow's context: as they are in memory, else on a fork of the pipeline's
 * context, so that what they told it is recorded with their answer.
 *
 * @internal
 */
export class StepCalls {
  /** @param time Absent in memory. */
  constructor(
    private readonly ctx: WorkflowContext,
    private readonly context: PipelineContext,
    private readonly checkpoint: PipelineCheckpoint | undefined,
    private readonly time: KnownTime | undefined,
  ) {}

  /** The work of a step. */
  async execute(path: string, body: Body, options?: StepOptions, scope?: AbortScope): Promise<unknown> {
    scope?.throwIfAborted();
    const own = options && this.withContext(path, options);
    return this.recorded(path, body, (recording) => beginStep(this.ctx, path, recording, own, scope));
  }

  /** What is asked beside the work of a step. */
  async ask(name: string, body: Body, scope?: AbortScope, options?: StepOptions): Promise<unknown> {
    scope?.throwIfAborted();
    return this.recorded(name, body, (recording) => beginHook(this.ctx, name, recording, options, scope));
  }

  /** What is undone is not done any more, whatever becomes of the undo. */
  undo(path: string, undo: StepUndo): (result: unknown, own: CompensationContext) => unknown {
    const { context, checkpoint } = this;
    if (checkpoint === undefined) return (result, own) => undo(result, context, own);
    return async (result, own) => {
      await checkpoint.drop(path, context);
      return undo(result, context, own);
    };
  }

  /** An undo is given the step's result, the pipeline's context and its own. */
  private withContext(path: string, options: StepOptions): StepOptions {
    if (options.compensate === undefined) return options;
    const undo = this.undo(path, options.compensate as unknown as StepUndo);
    if (this.time === undefined) return { ...options, compensate: undo };
    return { ...options, compensate: (result, own) => undo((result as Recorded | undefined)?.value, own) };
  }

  private async recorded(
    name: string,
    body: Body,
    begin: (recording: (step: StepContext) => unknown) => unknown,
  ): Promise<unknown> {
    const { ctx, context, time } = this;
    try {
      if (time === undefined) return await begin((step) => body(context, step));
      time.note(ctx.now());
      const recorded = await begin(async (step): Promise<Recorded> => {
        const fork = context.fork();
        const value = await body(fork, step);
        return { ...(value !== undefined && { value }), ...fork.writes() };
      });
      const { value, ...writes } = recorded as Recorded;
      context.apply(writes);
      return value;
    } catch (error) {
      throw ownError(name, error);
    }
  }
}
