import { readOptional } from '../core/definition/index.js';
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

  constructor(facts: GraphResultFacts<S>);
  constructor(finalState: WorkflowState & S, facts?: Omit<GraphResultFacts<S>, 'finalState'>);
  constructor(
    finalState: WorkflowState & S,
    nodeResults?: readonly NodeResult[],
    iterations?: number,
    durationMs?: number,
    terminatedAt?: string | null,
  );
  constructor(given: GraphResultFacts<S> | (WorkflowState & S), ...others: readonly unknown[]) {
    const facts = readFacts(given, others);
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

  /** Whether it has ended and every visit that was made succeeded. */
  get succeeded(): boolean {
    return this.status === 'completed' && this.nodeResults.every(({ succeeded, skipped }) => succeeded || skipped);
  }

  /** Itself. @throws HumanInputRequiredError when it waits for a person */
  unwrap(): this {
    if (this.wait === undefined) return this;
    const { prompt, node, checkpointId } = this.wait;
    throw new HumanInputRequiredError(prompt, { node, checkpointId });
  }
}

const POSITIONS = ['nodeResults', 'iterations', 'durationMs', 'terminatedAt'] as const;

/** A state never has its own final state. */
function readFacts<S extends object>(
  given: GraphResultFacts<S> | (WorkflowState & S),
  others: readonly unknown[],
): GraphResultFacts<S> {
  if ('finalState' in given && others.length === 0) return given as GraphResultFacts<S>;
  const facts = readOptional<Omit<GraphResultFacts<S>, 'finalState'>>(POSITIONS, others);
  return { ...facts, finalState: given as WorkflowState & S };
}
