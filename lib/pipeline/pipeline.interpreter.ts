import type { WorkflowContext } from '../core/definition/index.js';
import { executeInMemory, standaloneServices } from '../core/execution/index.js';
import { runDependencies } from '../core/scheduling/index.js';
import type { PipelineContext } from './pipeline-context.js';
import type { PipelinePlan } from './pipeline-plan.js';
import { StepPlanner } from './step-planner.js';
import { StepRunner, type StepRunnerOptions } from './step-runner.js';
import type { PipelineStep } from './steps/pipeline-step.js';

/**
 * Runs a pipeline over a workflow context; without a promise where no step makes one.
 *
 * @throws PipelineExecutionError with the first step that failed; the reason, when the run is stopped.
 * @internal
 */
export function interpretPipeline(
  plan: PipelinePlan,
  ctx: WorkflowContext,
  context: PipelineContext,
  options: StepRunnerOptions,
): PipelineContext | Promise<PipelineContext> {
  const runner = new StepRunner(ctx, context, plan, options);
  const { checkpoint } = options;
  if (checkpoint === undefined) return runDependencies(plan.graph, runner);
  return checkpoint.around(context, async () => {
    await runner.recall(checkpoint);
    return runDependencies(plan.graph, runner);
  });
}

const ALONE: StepRunnerOptions = { parallelism: 1, failFast: true };

/**
 * Runs one step outside any pipeline, as it would be run inside one.
 *
 * @param ofClass Whose `execute` it is that was called: a subclass whose own calls it must not be called again.
 * @internal
 */
export async function executeAlone(
  step: PipelineStep,
  ofClass: { readonly prototype: object },
  context: PipelineContext,
): Promise<unknown> {
  const planner = new StepPlanner(`step "${step.name}"`);
  const execute = Object.getOwnPropertyDescriptor(ofClass.prototype, 'execute') as PropertyDescriptor;
  const plan = planner.plan(Object.create(step, { execute }) as PipelineStep);
  const own = context.fork();
  const run = (ctx: WorkflowContext): unknown =>
    new StepRunner(ctx, own, { steps: [plan], layout: planner }, ALONE).execute(plan);
  try {
    return await executeInMemory(
      { name: 'step', version: 1, model: 'pipeline', retry: false, run },
      undefined,
      standaloneServices(),
    );
  } finally {
    context.apply(own.writes());
  }
}
