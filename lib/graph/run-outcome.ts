import { statusOfFailure } from '../core/execution/index.js';
import { isTerminal, type TerminalStatus } from '../core/records/index.js';
import { GraphExecutionError } from './errors/graph-execution.error.js';
import { GraphResult } from './graph-result.js';
import type { GraphTraversal } from './graph.interpreter.js';
import { WorkflowState } from './workflow-state.js';

/** What a run in memory has come to. @internal */
export function describeRun(
  traversal: GraphTraversal | undefined,
  state: WorkflowState,
  status: GraphResult['status'],
  durationMs: number,
): GraphResult {
  const stands = status !== 'completed' && traversal !== undefined;
  const standing = stands ? traversal.snapshot() : undefined;
  return new GraphResult({
    finalState: standing === undefined ? state : new WorkflowState(state['input'], { initial: standing }),
    status,
    durationMs,
    nodeResults: traversal?.results ?? [],
    iterations: traversal?.visitsMade ?? 0,
    terminatedAt: traversal?.terminatedAt ?? null,
    ...(traversal?.pause !== undefined && { wait: traversal.pause }),
  });
}

/** How a run in memory has ended, by what it rejects with. @internal */
export function endOf(error: unknown): TerminalStatus {
  const status = error instanceof GraphExecutionError ? error.result?.status : statusOfFailure(error);
  return status !== undefined && isTerminal(status) ? status : 'failed';
}
