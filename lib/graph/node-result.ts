import type { TerminalStatus } from '../core/records/index.js';
import type { GraphUpdate, WorkflowState } from './workflow-state.js';

/** @publicApi */
export interface NodeResultFacts {
  readonly output?: GraphUpdate;
  readonly durationMs?: number;
  readonly error?: string | null;
  readonly skipped?: boolean;
}

/** What became of one visit. @publicApi */
export class NodeResult {
  /** What the node added to the state. */
  readonly output: GraphUpdate;
  readonly durationMs: number;
  /** Why it failed, also where the failure was stored and the graph went on. */
  readonly error: string | null;
  readonly skipped: boolean;

  constructor(nodeName: string, facts?: NodeResultFacts);
  constructor(nodeName: string, output: GraphUpdate, durationMs: number, error?: string | null, skipped?: boolean);
  constructor(
    readonly nodeName: string,
    given: NodeResultFacts | GraphUpdate = {},
    durationMs?: number,
    error: string | null = null,
    skipped = false,
  ) {
    const facts = (durationMs === undefined ? given : { output: given, durationMs, error, skipped }) as NodeResultFacts;
    this.output = facts.output ?? {};
    this.durationMs = facts.durationMs ?? 0;
    this.error = facts.error ?? null;
    this.skipped = facts.skipped ?? false;
  }

  get succeeded(): boolean {
    return this.error === null && !this.skipped;
  }
}

/** What a paused graph waits for. @publicApi */
export interface GraphWait {
  /** The node that asks; below a sub-workflow its path, `outer/inner`. */
  readonly node: string;
  readonly prompt: string;
  /** Names the pause: the node's name in memory, the task's id of a durable run. */
  readonly checkpointId: string;
}

/** What a run has come to. @publicApi */
export interface GraphOutcome<S extends object = object> {
  readonly finalState: WorkflowState & S;
  /** One per visit, in order; those of one fan-out in the order of its edges. */
  readonly nodeResults: readonly NodeResult[];
  /** Visits made. */
  readonly iterations: number;
  readonly durationMs: number;
  /** The terminal node at which it ended; `null` where nothing led further. */
  readonly terminatedAt: string | null;
  /** `suspended` when it waits for a person; `running` when a durable run has not come to anything yet; else how it ended. */
  readonly status: TerminalStatus | 'suspended' | 'running';
  /** What it waits for, when it is suspended. */
  readonly wait: GraphWait | undefined;
  /** The instance, when the run is durable. */
  readonly workflowId: string | undefined;
}
