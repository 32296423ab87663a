import type { CompensationContext, StepContext } from '../definition/index.js';
import type { RetryPolicy } from '../policies/index.js';
import type { WorkflowHeaders } from '../records/index.js';
import type { Clock } from '../time/index.js';

/** What the context of an undo shows of its step. @internal */
export interface UndoneStep extends Pick<CompensationContext, 'reason' | 'uncertain'> {
  /** Its journal name. */
  readonly name: string;
}

/** What is tried, and under which rules. @internal */
export interface AttemptPlan {
  readonly kind: 'step' | 'transaction';
  readonly workflowId: string;
  readonly generation: number;
  /** The step's name as the user gave it. */
  readonly step: string;
  /** Journal key of what is tried: a step's, or an undo's. */
  readonly name: string;
  readonly headers: WorkflowHeaders;
  readonly policy: RetryPolicy;
  readonly timeoutMs?: number | undefined;
  readonly heartbeatTimeoutMs?: number | undefined;
  /** Longer waits between attempts are handed back as `later`. */
  readonly inProcessBelowMs: number;
  /** From 1; greater when earlier attempts were recorded. */
  readonly firstAttempt: number;
  /** What an earlier attempt reported, if anything. */
  readonly progress?: (() => Promise<unknown>) | undefined;
  /** Only undos: what their context shows besides. */
  readonly undo?: UndoneStep;
  /** One try; may answer without a promise. */
  body(context: StepContext, attempt: number): unknown;
  /** Turns the answer into what is recorded; a refusal counts as the attempt's failure and is not retried. */
  record(value: unknown): string | undefined;
}

/** What trying needs from its surroundings. @internal */
export interface AttemptSurroundings {
  readonly clock: Clock;
  readonly random: () => number;
  /** Whether an attempt may begin now: false once the lease has run out here, and for steps once a cancel is known. */
  mayBegin(plan: AttemptPlan): boolean;
  /** Told what a body reports; of a sign of life alone, nothing. */
  onProgress(step: string, progress: unknown): void;
  /** Told when an attempt that may take only so long begins and ends. */
  onLimit(isRunning: boolean): void;
  /** Told when a wait between two attempts begins and ends. */
  onPause(isPausing: boolean): void;
}
