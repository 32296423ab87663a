import { HumanInputRequiredError } from './errors/human-input-required.error.js';
import type { GraphOutcome, GraphWait, NodeResult } from './node-result.js';
import type { WorkflowState } from './workflow-state.js';

/** @publicApi */
export type GraphResultFacts<S extends object = object> = Pick<GraphOutcome<S>, 'finalState'> &
  Partial<GraphOutcome<S>>;

/** What a graph has done. @publicApi */
export class GraphResult<S extends object = object> implements GraphOutcome<S> {
  readonly finalState: WorkflowState & S;
  readonly nodeResults: readonly NodeResult[];
  readonly iterations: number;
  readonly durationMs: number;
  readonly terminatedAt: string | null;
  readonly status: GraphOutcome['status'];
  readonly wait: GraphWait | undefined;
  readonly workflowId: string | undefined;

  constructor(facts: GraphResultFacts<S>) {
    this.finalState = facts.finalState;
    this.nodeResults = facts.nodeResults ?? [];
    this.iterations = facts.iterations ?? 0;
    this.durationMs = facts.durationMs ?? 0;
    this.terminatedAt = facts.terminatedAt ?? null;
    this.status = facts.status ?? 'completed';
    this.wait = facts.wait;
    this.workflowId = facts.workflowId;
  }

  /** The state's `output`, or `null`. */
  get output(): unknown {
    return this.finalState['output'] ?? null;
  }

  /** Whether it has ended and every visit succeeded. */
  get succeeded(): boolean {
    return this.status === 'completed' && this.nodeResults.every(({ succeeded }) => succeeded);
  }

  /** Itself. @throws HumanInputRequiredError when it waits for a person */
  unwrap(): this {
    if (this.wait === undefined) return this;
    const { prompt, node, checkpointId } = this.wait;
    throw new HumanInputRequiredError(prompt, { node, checkpointId });
  }
}
