import { DependencyGraph } from '../core/scheduling/index.js';
import type { StepLayout } from './step-layout.js';
import { undosByPath, type StepPlan } from './step-plan.js';
import { StepPlanner } from './step-planner.js';
import type { PipelineStep } from './steps/pipeline-step.js';

/** A pipeline as it is run: built once, shared by all its runs. @internal */
export interface PipelinePlan {
  readonly graph: DependencyGraph;
  /** By declaration. */
  readonly steps: readonly StepPlan[];
  readonly layout: StepLayout;
  /** Whether there is something that could not be undone. */
  readonly undoes: boolean;
}

/** @throws WorkflowDefinitionError, WorkflowOptionsError naming the step @internal */
export function planPipeline(steps: readonly PipelineStep[], place: string): PipelinePlan {
  const planner = new StepPlanner(place);
  const nodes = steps.map((step) => ({ name: step?.name, dependencies: step?.dependencies }));
  // A step that was skipped counts as done: what depends on it runs all the same.
  const graph = new DependencyGraph(nodes, place, 'none_failed');
  const plans = new Array<StepPlan>(steps.length);
  for (const node of graph.order) plans[node] = planner.plan(steps[node] as PipelineStep);
  return { graph, steps: plans, layout: planner, undoes: undosByPath(plans).size > 0 };
}
