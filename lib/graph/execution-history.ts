import type { GraphOutcome, NodeResult } from './node-result.js';
import type { GraphUpdate } from './workflow-state.js';

/** The visits of a run as plain data. @publicApi */
export interface ExecutionHistoryDict {
  readonly iterations: number;
  readonly durationMs: number;
  readonly terminatedAt: string | null;
  readonly nodes: readonly {
    readonly nodeName: string;
    readonly output: GraphUpdate;
    readonly durationMs: number;
    readonly error: string | null;
    readonly skipped: boolean;
    readonly succeeded: boolean;
  }[];
}

/** Shows what a run has done. @publicApi */
export class ExecutionHistory {
  constructor(readonly result: GraphOutcome) {}

  asDict(): ExecutionHistoryDict {
    const { iterations, durationMs, terminatedAt, nodeResults } = this.result;
    const nodes = nodeResults.map(({ nodeName, output, durationMs: each, error, skipped, succeeded }) => ({
      nodeName,
      output,
      durationMs: each,
      error,
      skipped,
      succeeded,
    }));
    return { iterations, durationMs, terminatedAt, nodes };
  }

  /** A line for each visit. */
  asText(): string {
    return this.result.nodeResults.map(describe).join('\n');
  }

  failedNodes(): NodeResult[] {
    return this.result.nodeResults.filter(({ error }) => error !== null);
  }

  succeededNodes(): NodeResult[] {
    return this.result.nodeResults.filter(({ succeeded }) => succeeded);
  }

  /** What the visits took together, milliseconds. */
  totalNodeTimeMs(): number {
    return this.result.nodeResults.reduce((sum, { durationMs }) => sum + durationMs, 0);
  }
}

function describe({ nodeName, durationMs, error, skipped }: NodeResult, index: number): string {
  const how = error === null ? (skipped ? 'skipped' : 'ok') : `failed: ${error}`;
  return `${index + 1}. ${nodeName} (${Math.round(durationMs * 100) / 100} ms) ${how}`;
}
